import { type DataId, parseExpression } from '#butler'
import { pipelineError } from '../errors.ts'

type Expression = NonNullable<ReturnType<typeof parseExpression>>
type Value = string | number | bigint

/** Whether an expression (`visit = 903344 AND detector IN (4..6)`) holds for one data ID. Names must be keys of it. */
export function matchesDataId(text: string, dataId: DataId): boolean {
  const expression = parseExpression(text)
  return expression === undefined || test(expression, dataId)
}

function test(expression: Expression, dataId: DataId): boolean {
  switch (expression.kind) {
    case 'and':
      return test(expression.left, dataId) && test(expression.right, dataId)
    case 'or':
      return test(expression.left, dataId) || test(expression.right, dataId)
    case 'not':
      return !test(expression.of, dataId)
    case 'compare':
      return compare(expression.operator, value(expression.left, dataId), value(expression.right, dataId))
    case 'in': {
      const own = value(expression.of, dataId)
      return expression.items.some((item) => isItem(item, own, dataId)) !== expression.negated
    }
    default:
      throw unknown(expression.kind)
  }
}

function isItem(item: Expression, own: Value, dataId: DataId): boolean {
  if (item.kind !== 'range') return compare('=', own, value(item, dataId))
  const { start, stop, stride = 1 } = item
  const n = Number(own)
  return n >= start && n <= stop && (n - start) % stride === 0
}

function value(expression: Expression, dataId: DataId): Value {
  if (expression.kind === 'number') return Number(expression.text)
  if (expression.kind === 'string') return expression.value
  if (expression.kind !== 'identifier') throw unknown(expression.kind)
  const found = dataId[expression.name]
  if (found !== undefined) return found
  throw pipelineError('bad-expression', `'${expression.name}' is no part of the data ID.`, {
    hint: `It has ${Object.keys(dataId).join(', ')}.`,
  })
}

function compare(operator: string, left: Value, right: Value): boolean {
  const [a, b] =
    typeof left === 'string' || typeof right === 'string' ? [String(left), String(right)] : [left, right]
  switch (operator) {
    case '=':
      return Number(a) === Number(b) || a === b
    case '!=':
      return !compare('=', left, right)
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
    default:
      throw unknown(operator)
  }
}

const unknown = (what: string): Error =>
  pipelineError('bad-expression', `'${what}' cannot be used to choose data IDs here.`, {
    hint: 'Compare dimensions with values, and join with AND, OR, NOT and IN.',
  })

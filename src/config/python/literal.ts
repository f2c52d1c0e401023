import { ConfigSyntaxError } from '../errors.ts'
import { BUILTINS } from './builtins.ts'
import { Evaluator, type Names } from './evaluate.ts'
import { parseWholeExpression } from './parse-statements.ts'
import { Source } from './source.ts'
import type { Expression } from './syntax.ts'
import { PyFloat, type PyValue } from './values.ts'

/** Types that a literal may call: `float('nan')`, `set()`, `dict(a=1)`. */
const CALLED: ReadonlySet<string> = new Set(['float', 'complex', 'set', 'dict', 'list', 'tuple'])

/** Of `display` only constants, lists, dicts and the like, and signs; of `value` also `1+2j` and `float('nan')`. */
type LiteralKind = 'value' | 'display'

/** Evaluate one whole literal: constants, displays and signs, no names and no operators. Throws ConfigSyntaxError. */
export function parseLiteral(
  text: string,
  file = '<literal>',
  names: Names = specialFloat,
  kind: LiteralKind = 'value',
): PyValue {
  const source = new Source(text, file)
  const expression = parseWholeExpression(source)
  checkLiteral(source, expression, kind)
  return new Evaluator(source, (name) => (CALLED.has(name) ? BUILTINS.get(name) : names(name))).evaluate(
    expression,
  )
}

/** Evaluate one whole literal; undefined when the text is not one. `names` says what bare words mean. */
export function tryLiteral(text: string, names?: Names, kind?: LiteralKind): PyValue | undefined {
  try {
    return parseLiteral(text, '<literal>', names, kind)
  } catch (error) {
    if (error instanceof ConfigSyntaxError) return undefined
    throw error
  }
}

/** `nan` and `inf`, as a config prints them. */
export const specialFloat: Names = (name) =>
  name === 'nan' || name === 'inf' ? new PyFloat(name === 'nan' ? Number.NaN : Infinity) : undefined

function checkLiteral(source: Source, node: Expression, kind: LiteralKind): void {
  const check = (inner: Expression): void => checkLiteral(source, inner, kind)
  switch (node.kind) {
    case 'constant':
    case 'name':
      return
    case 'list':
    case 'tuple':
    case 'set':
      return node.items.forEach(check)
    case 'dict':
      return node.entries.forEach(({ key, value }) => {
        if (key === undefined) source.fail('nothing is spread in a literal', value.at)
        check(key)
        check(value)
      })
    case 'unary':
      if (node.operator === '-' || node.operator === '+') return check(node.operand)
      break
    case 'binary':
      // `1+2j`
      if (
        kind === 'value' &&
        (node.operator === '-' || node.operator === '+') &&
        isNumber(node.left) &&
        isNumber(node.right)
      )
        return
      break
    case 'call':
      if (kind === 'value' && node.callee.kind === 'name' && CALLED.has(node.callee.name)) {
        node.positional.forEach(check)
        return node.named.forEach(([, value]) => check(value))
      }
      break
    default:
  }
  source.fail('a literal is wanted here', node.at)
}

const isNumber = (node: Expression): boolean =>
  node.kind === 'unary' ? isNumber(node.operand) : node.kind === 'constant' && typeof node.value !== 'string'

import { requireCondition } from '../arguments.ts'
import { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId } from '../dimensions/data-id.ts'
import { InvalidQueryError } from '../errors.ts'
import type { Expression } from '../expression/ast.ts'
import { MAP, requireKind } from '../kinds.ts'
import type { BindValue } from '../expression/bind.ts'
import { checkExpression, scalarTerm } from '../expression/check.ts'
import { columnType } from '../expression/columns.ts'
import { parseExpression } from '../expression/parser.ts'
import { printExpression } from '../expression/print.ts'
import { resolveName, type Scope } from '../expression/scope.ts'
import type { Condition, QuerySpec } from './spec.ts'

export type WhereInput = string | DataId | DataCoordinate

export const scopeOf = (spec: QuerySpec, binds: Readonly<Record<string, BindValue>>): Scope => ({
  group: spec.group,
  datasetTypes: [...spec.searches.keys()],
  binds,
})

/** Adds the conditions to a query; refuses at once what is no condition. */
export function whereStep(
  condition: WhereInput,
  bind: Readonly<Record<string, BindValue>>,
): (spec: QuerySpec) => QuerySpec {
  requireCondition(condition)
  requireKind(bind, 'bind', MAP)
  return (spec) => {
    const added =
      typeof condition === 'string'
        ? expressionConditions(condition, scopeOf(spec, bind))
        : valueConditions(
            condition instanceof DataCoordinate ? condition.values : condition,
            scopeOf(spec, {}),
          )
    return added.length === 0 ? spec : { ...spec, conditions: [...spec.conditions, ...added] }
  }
}

function expressionConditions(text: string, scope: Scope): readonly Condition[] {
  const expression = parseExpression(text)
  if (expression === undefined) return []
  return andParts(expression).map((part) => ({
    predicate: checkExpression(part, scope),
    text: printExpression(part),
  }))
}

const andParts = (e: Expression): readonly Expression[] =>
  e.kind === 'and' ? [...andParts(e.left), ...andParts(e.right)] : [e]

/** `{ visit: 903334, 'exposure.obs_id': '…' }` as equalities; wrong types are refused as in expressions. */
function valueConditions(values: DataId, scope: Scope): readonly Condition[] {
  return Object.entries(values).map(([name, value]) => {
    const { column } = resolveName(name, scope)
    const type = columnType(scope.group.universe, column)
    const right = scalarTerm(value, name)
    const numeric = (type === 'int' || type === 'float') && (right.type === 'int' || right.type === 'float')
    if (type !== right.type && !numeric)
      throw new InvalidQueryError(
        `${name} is of type ${type}; it cannot be ${typeof value === 'string' ? `'${value}'` : value}.`,
      )
    return {
      predicate: { kind: 'compare', operator: '=', left: { kind: 'column', column, type }, right },
      text: `${name} = ${typeof value === 'string' ? `'${value}'` : value}`,
    }
  })
}

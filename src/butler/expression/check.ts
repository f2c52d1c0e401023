import { SpherePoint } from '#geom'
import { Instant, Timespan } from '#time'
import { closest } from '#core'
import { found } from '../found.ts'
import { InvalidQueryError } from '../errors.ts'
import type { Expression } from './ast.ts'
import type { BindScalar, BindValue } from './bind.ts'
import {
  columnLabel,
  columnType,
  type LiteralValue,
  type Predicate,
  type Term,
  type ValueType,
} from './columns.ts'
import { FUNCTION_NAMES } from './functions.ts'
import { printExpression } from './print.ts'
import { resolveName, type Scope } from './scope.ts'
import { box, circle, ivoaRegion, polygon, skyPoint } from './sky-functions.ts'

/** Look up names and check types. Throws `butler/invalid-query`. */
export function checkExpression(expression: Expression, scope: Scope): Predicate {
  switch (expression.kind) {
    case 'or':
    case 'and':
      return {
        kind: expression.kind,
        parts: partsOf(expression, expression.kind).map((part) => checkExpression(part, scope)),
      }
    case 'not':
      return { kind: 'not', of: checkExpression(expression.of, scope) }
    case 'compare':
      return checkComparison(expression, scope)
    case 'in': {
      const within = checkMembership(expression, scope)
      return expression.negated ? { kind: 'not', of: within } : within
    }
    case 'call':
      if (expression.name.toUpperCase() === 'GLOB') return checkGlob(expression, scope)
      break
    case 'identifier': {
      const term = checkTerm(expression, scope)
      if (term.type === 'bool') return { kind: 'flag', of: term }
      throw new InvalidQueryError(
        `'${printExpression(expression)}' is of type ${term.type}; a condition is true or false.`,
        { hint: 'Compare it with something.' },
      )
    }
    default:
  }
  throw new InvalidQueryError(`'${printExpression(expression)}' is not a condition.`)
}

/** `a OR b OR c` is one condition of three parts, however deep its tree. */
function partsOf(expression: Expression, kind: 'and' | 'or'): readonly Expression[] {
  const parts: Expression[] = []
  let rest = expression
  while (rest.kind === kind) {
    parts.push(rest.right)
    rest = rest.left
  }
  parts.push(rest)
  return parts.reverse()
}

function checkComparison(e: Expression & { kind: 'compare' }, scope: Scope): Predicate {
  if (e.operator === 'OVERLAPS') return checkOverlap(e, scope)
  const left = checkTerm(e.left, scope)
  const right = checkTerm(e.right, scope)
  if (left.type === 'null' || right.type === 'null') return checkNull(e, left, right)
  if (left.type === 'bool' || right.type === 'bool' || left.type === 'sequence' || right.type === 'sequence')
    throw mismatch(e, left, right)
  return compare(e.operator, left, right, printExpression(e))
}

function checkNull(e: Expression & { kind: 'compare' }, left: Term, right: Term): Predicate {
  const other = left.type === 'null' ? right : left
  if ((e.operator !== '=' && e.operator !== '!=') || (other.kind !== 'column' && other.kind !== 'bound'))
    throw mismatch(e, left, right)
  const isNull: Predicate = { kind: 'is-null', of: other }
  return e.operator === '=' ? isNull : { kind: 'not', of: isNull }
}

const mismatch = (e: Expression & { kind: 'compare' }, left: Term, right: Term): InvalidQueryError =>
  new InvalidQueryError(`'${printExpression(e)}' compares ${left.type} with ${right.type}.`, {
    ...(left.type === 'bool' || right.type === 'bool'
      ? { hint: 'A flag stands alone: `exposure.can_see_sky`, `NOT exposure.can_see_sky`.' }
      : left.type === 'sequence' || right.type === 'sequence'
        ? { hint: 'A list is for IN.' }
        : {}),
  })

const isNumber = (type: ValueType): boolean => type === 'int' || type === 'float'

function compare(operator: string, left: Term, right: Term, shown: string): Predicate {
  const agree = left.type === right.type || (isNumber(left.type) && isNumber(right.type))
  const ordered =
    operator === '=' || operator === '!=' || !['timespan', 'region', 'uuid', 'hash'].includes(left.type)
  if (!agree || !ordered)
    throw new InvalidQueryError(
      `'${shown}' compares ${left.type} with ${right.type}.`,
      comparisonHint(left, right),
    )
  return { kind: 'compare', operator, left, right }
}

function comparisonHint(left: Term, right: Term): { hint?: string } {
  const types = [left.type, right.type]
  if (types.includes('datetime') && types.includes('string'))
    return { hint: "Write a time as T'2013-06-17T13:19:00'." }
  if (types.includes('timespan') && types.includes('datetime'))
    return { hint: 'Use OVERLAPS, or .begin and .end.' }
  return types.includes('int') && types.includes('string') ? { hint: 'Numbers stand without quotes.' } : {}
}

function checkMembership(e: Expression & { kind: 'in' }, scope: Scope): Predicate {
  const of = checkTerm(e.of, scope)
  const parts = e.items.flatMap((item) => membershipTests(of, item, scope))
  return parts.length === 0
    ? { kind: 'constant', value: false }
    : parts.length === 1
      ? parts[0]!
      : { kind: 'or', parts }
}

function membershipTests(of: Term, item: Expression, scope: Scope): readonly Predicate[] {
  if (item.kind === 'range') {
    if (item.stop < item.start)
      throw new InvalidQueryError(`The range ${item.start}..${item.stop} ends before it begins.`)
    if (of.type !== 'int')
      throw new InvalidQueryError(`A range is for integers; ${showTerm(of)} is of type ${of.type}.`)
    return [{ kind: 'in-range', of, start: item.start, stop: item.stop, step: item.stride ?? 1 }]
  }
  const term = checkTerm(item, scope)
  if (term.type === 'null') return [{ kind: 'is-null', of }]
  const values = term.kind === 'sequence' ? term.items : [term]
  return values.map((value) => compare('=', of, value, `${showTerm(of)} = ${showTerm(value)}`))
}

function checkGlob(e: Expression & { kind: 'call' }, scope: Scope): Predicate {
  const of = checkTerm(e.args[0]!, scope)
  if (of.kind !== 'column' || of.type !== 'string')
    throw new InvalidQueryError(`The first argument of GLOB is a text column; ${showTerm(of)} is not.`)
  const pattern = checkTerm(e.args[1]!, scope)
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string')
    throw new InvalidQueryError('The pattern of GLOB must be text.')
  return { kind: 'glob', of, pattern: pattern.value }
}

function checkOverlap(e: Expression & { kind: 'compare' }, scope: Scope): Predicate {
  const left = overlapSide(e.left, scope)
  const right = overlapSide(e.right, scope)
  const temporal = (t: Term) => t.type === 'timespan' || t.type === 'datetime'
  const bothTemporal =
    temporal(left) && temporal(right) && (left.type === 'timespan' || right.type === 'timespan')
  if (!bothTemporal && !(left.type === 'region' && right.type === 'region'))
    throw new InvalidQueryError(`'${printExpression(e)}': ${left.type} cannot overlap ${right.type}.`)
  refuseSameFamily(left, right, scope)
  return { kind: 'compare', operator: 'OVERLAPS', left, right }
}

/** Timespans of one temporal family are related by the dimensions already. */
function refuseSameFamily(left: Term, right: Term, scope: Scope): void {
  if (
    left.kind !== 'column' ||
    right.kind !== 'column' ||
    left.type !== 'timespan' ||
    right.type !== 'timespan'
  )
    return
  if (left.column.kind !== 'field' || right.column.kind !== 'field') return
  const { universe } = scope.group
  if (universe.get(left.column.element).temporalFamily === universe.get(right.column.element).temporalFamily)
    throw new InvalidQueryError(
      `A temporal join of ${left.column.element} and ${right.column.element} is not necessary: they are related already.`,
    )
}

function overlapSide(e: Expression, scope: Scope): Term {
  if (e.kind !== 'pair') return checkTerm(e, scope)
  const bounds = [e.first, e.second].map((part) => {
    const term = checkTerm(part, scope)
    if (term.kind === 'literal' && (term.value === null || term.value instanceof Instant)) return term.value
    throw new InvalidQueryError(`'${printExpression(e)}' must be two times (or NULL).`)
  })
  return literal(Timespan.between(bounds[0]!, bounds[1]!), 'timespan', printExpression(e))
}

/** A typed value: a column, a literal, arithmetic, a function of literals. */
export function checkTerm(e: Expression, scope: Scope): Term {
  switch (e.kind) {
    case 'number':
      return numberLiteral(e.text)
    case 'string':
      return literal(e.value, 'string', `'${e.value}'`)
    case 'time':
      return literal(e.instant, 'datetime', `T'${e.text}'`)
    case 'bind':
      return bindTerm(e.name, scope)
    case 'identifier':
      return identifierTerm(e.name, scope)
    case 'sign': {
      const of = checkTerm(e.of, scope)
      if (!isNumber(of.type))
        throw new InvalidQueryError(`'${printExpression(e)}': only numbers have a sign.`)
      if (e.operator === '+') return of
      if (of.kind === 'literal') return literal(-(of.value as number), of.type, `-${of.shown}`)
      return { kind: 'negative', of, type: of.type }
    }
    case 'arithmetic':
      return arithmetic(e, scope)
    case 'call':
      return callTerm(e, scope)
    default:
      throw new InvalidQueryError(`'${printExpression(e)}' is not a value.`)
  }
}

function identifierTerm(name: string, scope: Scope): Term {
  if (Object.hasOwn(scope.binds, name)) return bindTerm(name, scope)
  if (name.toUpperCase() === 'NULL') return literal(null, 'null', 'NULL')
  const { column, bound } = resolveName(name, scope)
  if (bound !== undefined) return { kind: 'bound', of: column, which: bound, type: 'datetime' }
  return { kind: 'column', column, type: columnType(scope.group.universe, column) }
}

function arithmetic(e: Expression & { kind: 'arithmetic' }, scope: Scope): Term {
  const left = checkTerm(e.left, scope)
  const right = checkTerm(e.right, scope)
  if (!isNumber(left.type) || left.type !== right.type)
    throw new InvalidQueryError(
      `'${printExpression(e)}': ${left.type} ${e.operator} ${right.type} is not defined.`,
      {
        ...(isNumber(left.type) &&
          isNumber(right.type) && { hint: 'Write 2.0 instead of 2 beside a float.' }),
      },
    )
  if (e.operator === '%' && left.type === 'float')
    throw new InvalidQueryError(`'${printExpression(e)}': the remainder is for integers.`)
  return { kind: 'arithmetic', operator: e.operator, left, right, type: left.type }
}

function callTerm(e: Expression & { kind: 'call' }, scope: Scope): Term {
  const shown = printExpression(e)
  const numbers = () => e.args.map((a) => literalNumber(a, scope, e.name))
  switch (e.name.toUpperCase()) {
    case 'POINT': {
      const [ra, dec] = numbers() as [number, number]
      return literal(skyPoint(ra, dec), 'region', shown)
    }
    case 'CIRCLE':
      return literal(circle(...(numbers() as [number, number, number])), 'region', shown)
    case 'BOX':
      return literal(box(...(numbers() as [number, number, number, number])), 'region', shown)
    case 'POLYGON':
      return literal(polygon(numbers()), 'region', shown)
    case 'REGION':
      return literal(ivoaRegion(literalText(e.args[0]!, scope, e.name)), 'region', shown)
    case 'UUID':
      return literal(literalText(e.args[0]!, scope, e.name).replaceAll('-', '').toLowerCase(), 'uuid', shown)
    default: {
      const near = closest(e.name.toUpperCase(), FUNCTION_NAMES)
      throw new InvalidQueryError(`Unknown function '${e.name}'.`, {
        hint: near === undefined ? `There are ${FUNCTION_NAMES.join(', ')}.` : `Did you mean ${near}?`,
      })
    }
  }
}

function literalNumber(e: Expression, scope: Scope, name: string): number {
  const term = checkTerm(e, scope)
  if (term.kind === 'literal' && isNumber(term.type)) return Number(term.value)
  throw new InvalidQueryError(`'${printExpression(e)}' in ${name.toUpperCase()}() is not a number.`)
}

function literalText(e: Expression, scope: Scope, name: string): string {
  const term = checkTerm(e, scope)
  if (term.kind === 'literal' && typeof term.value === 'string') return term.value
  throw new InvalidQueryError(`'${printExpression(e)}' in ${name.toUpperCase()}() is not text.`)
}

const literal = (value: LiteralValue, type: ValueType, shown: string): Term => ({
  kind: 'literal',
  value,
  type,
  shown,
})

function numberLiteral(text: string): Term {
  if (!/^\d+$/.test(text)) return literal(Number(text), 'float', text)
  const value = Number(text)
  if (Number.isSafeInteger(value)) return literal(value, 'int', text)
  const exact = BigInt(text)
  if (exact > 0x7fff_ffff_ffff_ffffn)
    throw new InvalidQueryError(`${text} is too large: integers have 64 bits.`)
  return literal(exact, 'int', text)
}

function bindTerm(name: string, scope: Scope): Term {
  if (!Object.hasOwn(scope.binds, name)) {
    const near = closest(name, Object.keys(scope.binds))
    throw new InvalidQueryError(`There is no bind value '${name}'.`, {
      hint: near === undefined ? `Give { bind: { ${name}: … } }.` : `Did you mean ':${near}'?`,
    })
  }
  const value = scope.binds[name] as BindValue
  if (!Array.isArray(value) && !(value instanceof Set)) return scalarTerm(value as BindScalar, name)
  const items = [...(value as Iterable<BindScalar>)].map((v) => scalarTerm(v, name))
  const types = new Set(items.map((i) => i.type))
  if (types.size > 1 && ![...types].every(isNumber))
    throw new InvalidQueryError(
      `The values bound to '${name}' are of different types: ${[...types].join(', ')}.`,
    )
  return { kind: 'sequence', items, type: 'sequence' }
}

/** The type of a bound value; ids are `{ uuid }`, points and regions those of geom. */
export function scalarTerm(value: BindScalar, name: string): Term {
  const shown = `:${name}`
  if (value === null) return literal(null, 'null', 'NULL')
  switch (typeof value) {
    case 'string':
      return literal(value, 'string', `'${value}'`)
    case 'boolean':
      return literal(value, 'bool', String(value))
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value)
        throw new InvalidQueryError(`${value}, bound to '${name}', is too large: integers have 64 bits.`)
      return literal(value, 'int', String(value))
    case 'number':
      if (Number.isNaN(value)) break
      return literal(value, Number.isInteger(value) ? 'int' : 'float', String(value))
    default:
  }
  if (value instanceof Instant) return literal(value, 'datetime', shown)
  if (value instanceof Timespan) return literal(value, 'timespan', shown)
  if (value instanceof SpherePoint) return literal(value, 'region', shown)
  if (typeof value === 'object') {
    if ('uuid' in value) return literal(value.uuid.replaceAll('-', '').toLowerCase(), 'uuid', shown)
    if ('encode' in value) return literal(value, 'region', shown)
  }
  throw new InvalidQueryError(
    `The value bound to '${name}' cannot be used in an expression: it is ${found(value)}.`,
  )
}

export const showTerm = (term: Term): string => {
  switch (term.kind) {
    case 'column':
      return columnLabel(term.column)
    case 'bound':
      return `${columnLabel(term.of)}.${term.which}`
    case 'literal':
      return term.shown
    case 'arithmetic':
      return `${showTerm(term.left)} ${term.operator} ${showTerm(term.right)}`
    case 'negative':
      return `-${showTerm(term.of)}`
    case 'sequence':
      return `(${term.items.map(showTerm).join(', ')})`
  }
}

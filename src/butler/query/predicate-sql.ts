import { SpherePoint } from '#geom'
import { and, jsonRows, jsonValue, or, quoteName, raw, type Sql, type SqlValue, sql, valueList } from '#sql'
import { Instant, Timespan } from '#time'
import { toBase64 } from '#core'
import { UnimplementedQueryError } from '../errors.ts'
import type { Column, LiteralValue, Predicate, Term } from '../expression/columns.ts'

/** How columns are written in the query at hand. */
export interface ColumnWriter {
  /** The plain column; for timespans the begin. */
  column(column: Column): Sql
  timespan(column: Column): { readonly begin: Sql; readonly end: Sql }
}

/** SQL of a condition; three-valued logic is the database's. */
export function predicateSql(predicate: Predicate, columns: ColumnWriter): Sql {
  switch (predicate.kind) {
    case 'and':
      return and(predicate.parts.map((p) => predicateSql(p, columns)))
    case 'or':
      return anyOf(predicate.parts, columns)
    case 'not':
      return sql`NOT (${predicateSql(predicate.of, columns)})`
    case 'constant':
      return raw(predicate.value ? '1 = 1' : '1 = 0')
    case 'compare':
      return comparison(predicate, columns)
    case 'is-null':
      return sql`${termSql(predicate.of, columns)} IS NULL`
    case 'in-range':
      return rangeTest(predicate, columns)
    case 'flag':
      return termSql(predicate.of, columns)
    case 'glob':
      return sql`${termSql(predicate.of, columns)} GLOB ${globForSqlite(predicate.pattern)}`
  }
}

/** Values that one term may have are a list: SQLite takes no more than a thousand ORs. */
function anyOf(parts: readonly Predicate[], columns: ColumnWriter): Sql {
  const lists = new Map<Term, SqlValue[]>()
  const tests: Sql[] = []
  for (const part of parts) {
    const value = part.kind === 'compare' ? listed(part) : undefined
    if (part.kind !== 'compare' || value === undefined) tests.push(predicateSql(part, columns))
    else if (lists.has(part.left)) lists.get(part.left)!.push(value)
    else lists.set(part.left, [value])
  }
  for (const [of, values] of lists) {
    const [only] = values
    const left = termSql(of, columns)
    tests.push(values.length === 1 ? sql`(${left} = ${only!})` : sql`${left} IN ${listOf(values)}`)
  }
  return or(tests)
}

/** Databases take some ten thousand parameters; more values are one of JSON, but for bytes. */
const MOST_PARAMETERS = 1000

function listOf(values: readonly SqlValue[]): Sql {
  const isText = values.every((value) => typeof value === 'string')
  const isWholeNumber = (value: SqlValue) => typeof value === 'bigint' || Number.isInteger(value)
  if (values.length <= MOST_PARAMETERS || !(isText || values.every(isWholeNumber))) return valueList(values)
  return sql`(SELECT ${raw(jsonValue(0, isText))} FROM json_each(${jsonRows(values.map((value) => [value]))}))`
}

/** The value that a term is to equal; undefined for other comparisons, which no list can say. */
function listed({ operator, left, right }: Predicate & { kind: 'compare' }): SqlValue | undefined {
  if (operator !== '=' || right.kind !== 'literal' || right.value === null) return undefined
  if (left.type === 'timespan' || right.type === 'timespan' || !isWhole(right.value)) return undefined
  return literalSql(right.value)
}

function rangeTest(p: Predicate & { kind: 'in-range' }, columns: ColumnWriter): Sql {
  const of = termSql(p.of, columns)
  if (p.start === p.stop) return sql`${of} = ${p.start}`
  const inside = sql`${of} BETWEEN ${p.start} AND ${p.stop}`
  return p.step === 1 ? inside : sql`(${inside} AND (${of} - ${p.start}) % ${p.step} = 0)`
}

/** In the language only `*` and `?` are special and a backslash takes that away; SQLite's GLOB has brackets too. */
const globForSqlite = (pattern: string): string =>
  pattern.replace(/\\([*?\\])|\[/g, (_, escaped: string | undefined) =>
    escaped === undefined ? '[[]' : escaped === '\\' ? '\\' : `[${escaped}]`,
  )

function comparison({ operator, left, right }: Predicate & { kind: 'compare' }, columns: ColumnWriter): Sql {
  if (left.type === 'timespan' || right.type === 'timespan')
    return timespanComparison(operator, left, right, columns)
  return sql`(${termSql(left, columns)} ${raw(operator)} ${termSql(right, columns)})`
}

function timespanComparison(operator: string, left: Term, right: Term, columns: ColumnWriter): Sql {
  const a = bounds(left, columns)
  const b = bounds(right, columns)
  if (operator === '=') return sql`(${a.begin} = ${b.begin} AND ${a.end} = ${b.end})`
  if (operator === '!=') return sql`NOT (${a.begin} = ${b.begin} AND ${a.end} = ${b.end})`
  if (left.type === 'datetime') return sql`(${b.begin} <= ${a.begin} AND ${b.end} > ${a.begin})`
  if (right.type === 'datetime') return sql`(${a.begin} <= ${b.begin} AND ${a.end} > ${b.begin})`
  return sql`(${a.begin} < ${b.end} AND ${a.end} > ${b.begin})`
}

function bounds(term: Term, columns: ColumnWriter): { begin: Sql; end: Sql } {
  if (term.kind === 'column' && term.type === 'timespan') return columns.timespan(term.column)
  if (term.kind === 'literal' && term.value instanceof Timespan)
    return { begin: sql`${term.value.nsec[0]}`, end: sql`${term.value.nsec[1]}` }
  const at = termSql(term, columns)
  return { begin: at, end: at }
}

export function termSql(term: Term, columns: ColumnWriter): Sql {
  switch (term.kind) {
    case 'column':
      return columns.column(term.column)
    case 'bound':
      return columns.timespan(term.of)[term.which]
    case 'literal':
      return isWhole(term.value)
        ? sql`${literalSql(term.value)}`
        : sql`CAST(${Number(term.value)} AS DOUBLE PRECISION)`
    case 'negative':
      return sql`(-${termSql(term.of, columns)})`
    case 'arithmetic': {
      const [left, right] = [termSql(term.left, columns), termSql(term.right, columns)]
      // Division is that of real numbers also for integers, as in the anchor.
      if (term.operator === '/') return sql`(${left} / (${right} + 0.0))`
      return sql`(${left} ${raw(term.operator)} ${right})`
    }
    case 'sequence':
      throw new UnimplementedQueryError('A list stands only in IN.')
  }
}

/** False for numbers that are none of 64 bits: PostgreSQL would take a plain parameter for one, beside an integer column. */
function isWhole(value: LiteralValue): boolean {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value
  return typeof value !== 'number' || Number.isSafeInteger(value)
}

function literalSql(value: LiteralValue): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Instant) return value.ns
  if (value instanceof Timespan) return value.nsec[0]
  if (value instanceof SpherePoint)
    throw new UnimplementedQueryError('A point is compared with regions by OVERLAPS only.')
  return toBase64(value.encode())
}

export const bare = (alias: string, column: string): Sql => raw(`${alias}.${quoteName(column)}`)

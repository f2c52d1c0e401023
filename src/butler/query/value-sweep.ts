import { raw, type Sql, sql, valueList } from '#sql'
import type { DataIdValue } from '../dimensions/data-id.ts'

/** Values of one statement: well below what databases take. */
const MOST_VALUES = 1000

/** The values that some dimensions take among the rows that are wanted. */
export type KeyLimits = ReadonlyMap<string, readonly DataIdValue[]>

/**
 * Conditions that together cover rows with given values of some columns: the column with the most values in pieces, the others
 * whole where they are few. They let through what only has each value somewhere.
 */
export function* valueSweep(
  limits: KeyLimits,
  columnOf: (dimension: string) => string,
): Generator<readonly Sql[]> {
  const byCount = [...limits].sort(([, a], [, b]) => b.length - a.length)
  const [most, ...others] = byCount
  if (most === undefined) {
    yield []
    return
  }
  const fixed = others.flatMap(([name, values]) =>
    values.length <= MOST_VALUES ? [isOneOf(columnOf(name), values)] : [],
  )
  const [name, values] = most
  for (let from = 0; from < values.length; from += MOST_VALUES)
    yield [isOneOf(columnOf(name), values.slice(from, from + MOST_VALUES)), ...fixed]
}

const isOneOf = (column: string, values: readonly DataIdValue[]): Sql =>
  values.length === 1 ? sql`${raw(column)} = ${values[0]!}` : sql`${raw(column)} IN ${valueList(values)}`

import type { DataId, DimensionUniverse } from '#butler'
import { pipelineError } from '../errors.ts'
import { type Columns, type CoordinateTables, selectColumns } from './coordinates.ts'

/** Wrong names, and text where a dimension has numbers, are found before any work is done. */
export function checkDataIds(universe: DimensionUniverse, listed: readonly DataId[]): void {
  const { names } = universe.group(Object.keys(listed[0] ?? {}))
  const numeric = names.filter((name) => universe.get(name).keys[0]?.type === 'int')
  for (const [i, values] of listed.entries())
    for (const name of numeric) {
      const value = values[name]
      if (value === undefined || /^-?\d+$/.test(String(value))) continue
      throw pipelineError(
        'bad-data-id',
        `Data ID ${i + 1} of a table has ${name} '${String(value)}', which is no number.`,
        { hint: `Write ${name} as the registry does: see \`butler query-dimension-records REPO ${name}\`.` },
      )
    }
}

/**
 * Rows that match one of the listed data IDs, by what names them: a filter beside a visit says nothing. A key that is missing (the sky map
 * of a patch) must be the same in all rows.
 */
export function keepListed(
  rows: Columns,
  listed: readonly DataId[],
  universe: DimensionUniverse,
  codes: CoordinateTables['codes'],
): Columns {
  if (listed.length === 0) return selectColumns(rows, new Int32Array())
  const given = Object.keys(listed[0] ?? {})
  const { required } = universe.group(given)
  const names = required.filter((name) => given.includes(name))
  for (const name of required) if (!given.includes(name)) checkSame(name, rows.column(name), codes)
  const columns = names.map((name) => rows.column(name))
  const allowed = new Set(
    listed.map((values) =>
      names.map((name) => codes.of(name).find(values[name]) ?? textCode(codes, name, values)).join(),
    ),
  )
  const kept: number[] = []
  for (let row = 0; row < rows.length; row++)
    if (allowed.has(columns.map((column) => column[row]).join())) kept.push(row)
  return selectColumns(rows, Int32Array.from(kept))
}

function checkSame(name: string, column: Int32Array, codes: CoordinateTables['codes']): void {
  const found = Array.from(new Set(column), (code) => String(codes.of(name).values[code]))
  if (found.length <= 1) return
  throw pipelineError(
    'bad-data-id',
    `A table of data IDs has no column ${name}, and there are several: ${found.sort().join(', ')}.`,
    { hint: `Add the column, or say which in the data query: -d "${name}=…".` },
  )
}

/** A listed value may be written as text where the registry has a number. */
const textCode = (codes: CoordinateTables['codes'], name: string, values: DataId): number =>
  codes.of(name).values.findIndex((value) => String(value) === String(values[name]))

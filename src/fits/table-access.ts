import { didYouMean } from '#core'
import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import type { FitsColumn, FitsTable, ReadTableOptions } from './table-types.ts'

/** Keep the wanted columns, in the order asked for. */
export function chosen<C extends { readonly name: string }>(
  columns: readonly C[],
  options: ReadTableOptions,
  where: string,
): readonly C[] {
  return options.columns?.map((name) => findColumn(columns, name, where)) ?? columns
}

export function rowRange(options: ReadTableOptions, numRows: number): [start: number, end: number] {
  const [start, end] = options.rows ?? [0, numRows]
  const first = Math.min(Math.max(0, start), numRows)
  return [first, Math.max(first, Math.min(end, numRows))]
}

function findColumn<C extends { readonly name: string }>(
  columns: readonly C[],
  name: string,
  where: string,
): C {
  const lower = name.toLowerCase()
  const found = columns.find((c) => c.name === name) ?? columns.find((c) => c.name.toLowerCase() === lower)
  if (found !== undefined) return found
  const known = columns.map((c) => c.name)
  throw fitsError('fits/no-such-column', where, `there is no column '${name}'.${didYouMean(name, known)}`, {
    hint: `The columns are: ${known.join(', ')}.`,
    data: { column: name },
  })
}

export function makeTable(header: Header, numRows: number, columns: readonly FitsColumn[]): FitsTable {
  return {
    header,
    numRows,
    columns,
    has: (name) => columns.some((c) => c.name.toLowerCase() === name.toLowerCase()),
    column: (name) => findColumn(columns, name, header.where),
  }
}

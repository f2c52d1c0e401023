import type { ColumnToWrite, TableHduOptions } from './table-types.ts'
import { asciiTableHdu } from './write-ascii-table.ts'
import { type EncodedColumn, encodeColumn, putColumn } from './encode-column.ts'
import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import { addUserCards, extensionHeader, isTableCard } from './structure-cards.ts'
import type { FitsColumn } from './table-types.ts'
import type { HduData } from './write.ts'

/** A table ready to be written. Columns with `rowOffsets` go into the heap; docs become TDOC cards. */
export function tableHdu(options: TableHduOptions): HduData {
  if (options.columns.length > 999)
    throw fitsError(
      'fits/cannot-write',
      options.name ?? '',
      `A FITS table has at most 999 columns; ${options.columns.length} were given.`,
      { hint: 'Write Parquet, or split the table.' },
    )
  if (options.form === 'ascii') return asciiTableHdu(options)
  const encoded = encodeAll(options)
  const numRows = encoded[0]?.numRows ?? options.numRows ?? 0
  const rowLength = encoded.reduce((n, c) => n + c.width, 0)
  const rows = new Uint8Array(rowLength * numRows)
  let offset = 0
  for (const column of encoded) {
    putColumn(column, rows, rowLength, offset)
    offset += column.width
  }
  const heap = encoded.flatMap((c) => (c.heap === undefined ? [] : [c.heap]))
  const heapSize = heap.reduce((n, part) => n + part.length, 0)
  const header = extensionHeader({
    extension: 'BINTABLE',
    bitpix: 8,
    axes: [rowLength, numRows],
    pcount: heapSize,
  })
  header.append(['TFIELDS', encoded.length, 'number of columns'])
  encoded.forEach((column, i) => {
    addColumnCards(header, column, i + 1)
  })
  addUserCards(header, options.header, options.name, options.version, isTableCard)
  return { kind: 'table', header, data: [rows, ...heap] }
}

function encodeAll(options: TableHduOptions): EncodedColumn[] {
  let heapStart = 0
  const encoded = options.columns.map((column) => {
    const one = encodeColumn(column, heapStart)
    heapStart += one.heap?.length ?? 0
    return one
  })
  const numRows = encoded[0]?.numRows ?? options.numRows
  for (const { source, numRows: n } of encoded)
    if (n !== numRows || (options.numRows !== undefined && n !== options.numRows))
      throw fitsError(
        'fits/cannot-write',
        options.name ?? '',
        `Column '${source.name}' has ${n} rows, ${options.numRows ?? numRows} are wanted.`,
      )
  return encoded
}

export function addColumnCards(
  header: Header,
  { source, format, tdim, zero, nullValue }: EncodedColumn,
  n: number,
): void {
  header.append([`TTYPE${n}`, source.name]).append([`TFORM${n}`, format])
  if (tdim !== undefined) header.append([`TDIM${n}`, tdim])
  if (source.unit !== undefined) header.append([`TUNIT${n}`, source.unit])
  if (zero !== undefined) header.append([`TSCAL${n}`, 1]).append([`TZERO${n}`, zero])
  if (nullValue !== undefined) header.append([`TNULL${n}`, nullValue])
  if (source.display !== undefined) header.append([`TDISP${n}`, source.display])
  if (source.doc !== undefined) header.append([`TDOC${n}`, source.doc])
}

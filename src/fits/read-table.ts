import { asciiTable } from './ascii-table.ts'
import { readExactly } from './byte-range.ts'
import { makeDecoder } from './decode-column.ts'
import { fitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import { chosen, makeTable, rowRange } from './table-access.ts'
import { type BinaryColumn, type BinaryTable, binaryTableOf, ELEMENT_BYTES } from './table-format.ts'
import type { FitsColumn, FitsTable, ReadTableOptions } from './table-types.ts'

/**
 * Columns of a binary or ASCII table HDU. Only the rows asked for are read, in pieces of some megabytes.
 * A compressed image is a table too when it is read as such: its tiles are variable-length columns.
 * @throws 'fits/wrong-hdu' when the HDU holds no table, 'fits/no-such-column', 'fits/bad-table'
 */
export async function readTable(hdu: Hdu, options: ReadTableOptions = {}): Promise<FitsTable> {
  if (hdu.kind === 'table') return asciiTable(hdu, options)
  if (hdu.kind !== 'bintable' && hdu.kind !== 'compressed-image')
    throw fitsError('fits/wrong-hdu', hdu.where, `there is no table here (${hdu.kind}).`)
  if (hdu.header.get('ZTABLE') === true)
    throw fitsError('fits/unsupported', hdu.where, 'tile-compressed tables (card ZTABLE) are not read.', {
      hint: 'Unpack it with funpack.',
      data: { feature: 'ZTABLE' },
    })
  const table = binaryTableOf(hdu.storedHeader)
  const columns = chosen(table.columns, options, hdu.where)
  const [start, end] = rowRange(options, table.numRows)
  const descriptors = new Map<BinaryColumn, Descriptors>()
  const fixed = columns.map((column) => fixedReader(hdu, column, end - start, descriptors))
  const band = Math.max(1, Math.floor(READ_AT_ONCE / Math.max(1, table.rowLength)))
  for (let row = start; row < end; row += band) {
    const n = Math.min(band, end - row)
    const at = hdu.dataOffset + row * table.rowLength
    const bytes = await readExactly(hdu.source, at, n * table.rowLength, hdu.where)
    for (const reader of fixed) reader.add(bytes, n, table.rowLength)
  }
  const read = await Promise.all(
    columns.map((column, i) =>
      column.descriptor === undefined
        ? Promise.resolve(fixed[i]!.finish())
        : readVariable(hdu, table, column, descriptors.get(column)!),
    ),
  )
  return makeTable(hdu.storedHeader, end - start, read)
}

const READ_AT_ONCE = 1 << 24

interface Descriptors {
  readonly counts: Float64Array
  readonly offsets: Float64Array
}

interface FixedReader {
  add(bytes: Uint8Array, rows: number, rowLength: number): void
  finish(): FitsColumn
}

function fixedReader(
  hdu: Hdu,
  column: BinaryColumn,
  numRows: number,
  descriptors: Map<BinaryColumn, Descriptors>,
): FixedReader {
  if (column.descriptor !== undefined) return descriptorReader(column, numRows, descriptors)
  const perRow = column.code === 'A' ? column.shape.reduce((n, l) => n * l, 1) : column.repeat
  const decoder = makeDecoder(column, numRows * perRow, hdu.where)
  return {
    add(bytes, rows, rowLength) {
      for (let r = 0, at = column.offset; r < rows; r++, at += rowLength) decoder.add(bytes, at, perRow)
    },
    finish: () => describe(column, decoder.finish()),
  }
}

function descriptorReader(
  column: BinaryColumn,
  numRows: number,
  descriptors: Map<BinaryColumn, Descriptors>,
): FixedReader {
  const counts = new Float64Array(numRows)
  const offsets = new Float64Array(numRows)
  descriptors.set(column, { counts, offsets })
  let row = 0
  return {
    add(bytes, rows, rowLength) {
      if (column.width === 0) return
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let r = 0, at = column.offset; r < rows; r++, at += rowLength, row++) {
        const long = column.descriptor === 'Q'
        counts[row] = long ? Number(view.getBigInt64(at)) : view.getInt32(at)
        offsets[row] = long ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
      }
    },
    finish: () => describe(column, { type: 'u8', data: new Uint8Array() }),
  }
}

type Decoded = Pick<FitsColumn, 'type' | 'data'> & { readonly nulls?: Uint8Array }

function describe(column: BinaryColumn, decoded: Decoded, rowOffsets?: Float64Array): FitsColumn {
  const { name, format, shape, unit, doc, display, nullValue } = column
  return {
    name,
    format,
    shape,
    ...decoded,
    ...(rowOffsets !== undefined && { rowOffsets }),
    ...(unit !== undefined && { unit }),
    ...(doc !== undefined && { doc }),
    ...(display !== undefined && { display }),
    ...(nullValue !== undefined && { nullValue }),
  }
}

/** Rows of a variable-length column out of the heap, which is read once from its first to its last used byte. */
async function readVariable(
  hdu: Hdu,
  table: BinaryTable,
  column: BinaryColumn,
  { counts, offsets }: Descriptors,
): Promise<FitsColumn> {
  const { first, last, total } = usedHeap(hdu, table, column, counts, offsets)
  const start = hdu.dataOffset + table.heapOffset + first
  const heap = last > first ? await readExactly(hdu.source, start, last - first, hdu.where) : new Uint8Array()
  const decoder = makeDecoder(column, total, hdu.where)
  const rowOffsets = new Float64Array(counts.length + 1)
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!
    rowOffsets[row + 1] = rowOffsets[row]! + count
    if (count > 0) decoder.add(heap, offsets[row]! - first, count)
    else if (column.code === 'A') decoder.add(heap, 0, 0)
  }
  const decoded = decoder.finish()
  return describe(column, decoded, decoded.type === 'string' ? undefined : rowOffsets)
}

function usedHeap(
  hdu: Hdu,
  { heapSize }: BinaryTable,
  column: BinaryColumn,
  counts: Float64Array,
  offsets: Float64Array,
): { first: number; last: number; total: number } {
  let first = Number.POSITIVE_INFINITY
  let last = 0
  let total = 0
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row]!
    const offset = offsets[row]!
    if (count === 0) continue
    const bytes = column.code === 'X' ? Math.ceil(count / 8) : count * ELEMENT_BYTES[column.code]
    if (count < 0 || offset < 0 || offset + bytes > heapSize)
      throw fitsError(
        'fits/corrupt',
        hdu.where,
        `row ${row} of column '${column.name}' points to ${count} elements at byte ${offset} of a heap of ${heapSize} bytes.`,
        { data: { column: column.name, row } },
      )
    first = Math.min(first, offset)
    last = Math.max(last, offset + bytes)
    total += count
  }
  if (total > 64 * heapSize + 1024)
    throw fitsError(
      'fits/corrupt',
      hdu.where,
      `the rows of column '${column.name}' claim ${total} elements of a heap of ${heapSize} bytes.`,
    )
  return { first: Math.min(first, last), last, total }
}

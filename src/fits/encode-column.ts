import { fitsError } from './errors.ts'
import { toBigEndian } from './endian.ts'
import type { PixelArray } from './image-types.ts'
import type { FormCode } from './table-format.ts'
import type { FitsColumnType } from './table-types.ts'
import type { ColumnToWrite } from './table-types.ts'

/** A column in its stored form. */
export interface EncodedColumn {
  readonly source: ColumnToWrite
  readonly numRows: number
  /** TFORM. */
  readonly format: string
  /** Bytes of a row. */
  readonly width: number
  /** The rows' bytes one after the other: values, or descriptors when there is a heap. */
  readonly bytes: Uint8Array
  readonly heap?: Uint8Array
  readonly tdim?: string
  /** TZERO of the unsigned convention. */
  readonly zero?: number | bigint
  /** TNULL as stored. */
  readonly nullValue?: number | bigint
}

interface Form {
  readonly code: FormCode
  /** Bytes of one number (complex values have two). */
  readonly size: number
  /** Numbers of one element. */
  readonly parts: number
  readonly zero?: number | bigint
}

const FORMS: Record<Exclude<FitsColumnType, 'string'>, Form> = {
  bool: { code: 'L', size: 1, parts: 1 },
  bit: { code: 'X', size: 1, parts: 1 },
  u8: { code: 'B', size: 1, parts: 1 },
  i8: { code: 'B', size: 1, parts: 1, zero: -128 },
  i16: { code: 'I', size: 2, parts: 1 },
  u16: { code: 'I', size: 2, parts: 1, zero: 32768 },
  i32: { code: 'J', size: 4, parts: 1 },
  u32: { code: 'J', size: 4, parts: 1, zero: 2147483648 },
  i64: { code: 'K', size: 8, parts: 1 },
  u64: { code: 'K', size: 8, parts: 1, zero: 9223372036854775808n },
  f32: { code: 'E', size: 4, parts: 1 },
  f64: { code: 'D', size: 8, parts: 1 },
  c64: { code: 'C', size: 4, parts: 2 },
  c128: { code: 'M', size: 8, parts: 2 },
}

const product = (shape: readonly number[]): number => shape.reduce((n, l) => n * l, 1)

/** Encode a column; what goes into the heap starts at `heapStart` of it. */
export function encodeColumn(column: ColumnToWrite, heapStart: number): EncodedColumn {
  if (column.type === 'string') return encodeStrings(column, heapStart)
  const form = FORMS[column.type]
  const numbers = column.data as PixelArray
  const stored = storedBytes(column, form, numbers)
  const common = { source: column, ...zeroAndNull(column, form) }
  if (column.rowOffsets !== undefined) return { ...common, ...intoHeap(column, form, stored, heapStart) }
  const shape = column.shape ?? []
  const perRow = product(shape)
  const numRows = perRow === 0 ? 0 : numbers.length / (perRow * form.parts)
  if (!Number.isInteger(numRows))
    throw cannot(column, `${numbers.length} values do not make rows of ${perRow} elements`)
  const format = `${shape.length === 0 && column.type !== 'bit' ? '' : perRow}${form.code}`
  const tdim = shape.length > 1 ? { tdim: `(${shape.toReversed().join(',')})` } : {}
  if (column.type === 'bit') {
    const bytes = packBits(numbers as Uint8Array, perRow, numRows)
    return { ...common, numRows, format, width: Math.ceil(perRow / 8), bytes, ...tdim }
  }
  return { ...common, numRows, format, width: perRow * form.parts * form.size, bytes: stored, ...tdim }
}

function storedBytes(column: ColumnToWrite, form: Form, numbers: PixelArray): Uint8Array {
  const { nulls } = column
  if (column.type === 'bool') {
    const flags = numbers as Uint8Array
    return Uint8Array.from(flags, (v, i) => (nulls?.[i] === 1 ? 0 : v !== 0 ? 0x54 : 0x46))
  }
  const bytes = toBigEndian(withNulls(column, numbers), form.size)
  // Adding 2^(n-1) to an integer turns its highest bit round: the first byte, as stored.
  if (form.zero !== undefined) for (let i = 0; i < bytes.length; i += form.size) bytes[i]! ^= 0x80
  return bytes
}

/** Null elements as the value that stands for them: NaN, or TNULL. */
function withNulls(column: ColumnToWrite, numbers: PixelArray): PixelArray {
  const { nulls } = column
  if (nulls === undefined || !nulls.includes(1)) return numbers
  const copy = numbers.slice()
  const nothing =
    numbers instanceof Float32Array || numbers instanceof Float64Array ? Number.NaN : nullOf(column)
  for (let i = 0; i < copy.length; i++) if (nulls[i] === 1) copy[i] = nothing as never
  return copy
}

/** The physical value that stands for undefined integers. */
function nullOf(column: ColumnToWrite): number | bigint {
  const form = FORMS[column.type as keyof typeof FORMS]
  if (column.nullValue !== undefined) return add(column.nullValue, form.zero)
  throw cannot(column, 'it has undefined integers but no nullValue to stand for them')
}

const add = (value: number | bigint, zero: number | bigint | undefined): number | bigint =>
  zero === undefined
    ? value
    : typeof value === 'bigint' || typeof zero === 'bigint'
      ? BigInt(value) + BigInt(zero)
      : value + zero

function zeroAndNull(column: ColumnToWrite, form: Form): Pick<EncodedColumn, 'zero' | 'nullValue'> {
  const integer = 'BIJK'.includes(form.code)
  return {
    ...(form.zero !== undefined && { zero: form.zero }),
    ...(integer && column.nullValue !== undefined && { nullValue: column.nullValue }),
  }
}

function intoHeap(
  column: ColumnToWrite,
  form: Form,
  heap: Uint8Array,
  heapStart: number,
): Omit<EncodedColumn, 'source'> {
  const offsets = column.rowOffsets!
  const numRows = offsets.length - 1
  if (column.type === 'bit') throw cannot(column, 'bits of variable length are not written')
  const elementBytes = form.size * form.parts
  if (offsets[0] !== 0 || (offsets[numRows] ?? 0) * elementBytes !== heap.length)
    throw cannot(column, 'its rowOffsets do not span its values')
  let longest = 0
  for (let r = 0; r < numRows; r++) longest = Math.max(longest, offsets[r + 1]! - offsets[r]!)
  const long = heapStart + heap.length >= 2 ** 31 || column.format?.includes('Q') === true
  const bytes = descriptorBytes(offsets, elementBytes, heapStart, long)
  return {
    numRows,
    format: `1${long ? 'Q' : 'P'}${form.code}(${longest})`,
    width: long ? 16 : 8,
    bytes,
    heap,
  }
}

function descriptorBytes(
  offsets: Float64Array,
  elementBytes: number,
  heapStart: number,
  long: boolean,
): Uint8Array {
  const numRows = offsets.length - 1
  const bytes = new Uint8Array(numRows * (long ? 16 : 8))
  const view = new DataView(bytes.buffer)
  for (let r = 0; r < numRows; r++) {
    const count = offsets[r + 1]! - offsets[r]!
    const start = heapStart + offsets[r]! * elementBytes
    if (long) {
      view.setBigInt64(16 * r, BigInt(count))
      view.setBigInt64(16 * r + 8, BigInt(start))
    } else {
      view.setInt32(8 * r, count)
      view.setInt32(8 * r + 4, start)
    }
  }
  return bytes
}

function packBits(bits: Uint8Array, perRow: number, numRows: number): Uint8Array {
  const width = Math.ceil(perRow / 8)
  const bytes = new Uint8Array(width * numRows)
  for (let r = 0; r < numRows; r++)
    for (let i = 0; i < perRow; i++)
      if (bits[r * perRow + i] !== 0) bytes[r * width + (i >> 3)]! |= 0x80 >> (i & 7)
  return bytes
}

function encodeStrings(column: ColumnToWrite, heapStart: number): EncodedColumn {
  const texts = column.data as readonly string[]
  for (const text of texts)
    if (/[^\x20-\x7e]/.test(text))
      throw cannot(column, `FITS strings hold printable ASCII only: ${JSON.stringify(text)}`)
  if (/^\d*[PQ]A/.test(column.format ?? '')) return stringsIntoHeap(column, texts, heapStart)
  const shape = column.shape ?? []
  const perRow = product(shape)
  const longest = texts.reduce((n, t) => Math.max(n, t.length), 1)
  const fixed = shape.length === 0 ? Number(/^(\d+)A/.exec(column.format ?? '')?.[1] ?? longest) : longest
  const width = Math.max(fixed, longest)
  const bytes = new Uint8Array(texts.length * width)
  texts.forEach((text, i) => {
    putText(text, bytes, i * width)
  })
  const tdim = shape.length > 0 ? { tdim: `(${[width, ...shape.toReversed()].join(',')})` } : {}
  return {
    source: column,
    numRows: perRow === 0 ? 0 : texts.length / perRow,
    format: `${width * perRow}A`,
    width: width * perRow,
    bytes,
    ...tdim,
  }
}

function stringsIntoHeap(column: ColumnToWrite, texts: readonly string[], heapStart: number): EncodedColumn {
  const offsets = new Float64Array(texts.length + 1)
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i]! + text.length
  })
  const heap = new Uint8Array(offsets[texts.length]!)
  texts.forEach((text, i) => {
    putText(text, heap, offsets[i]!)
  })
  const longest = texts.reduce((n, t) => Math.max(n, t.length), 0)
  const long = heapStart + heap.length >= 2 ** 31
  return {
    source: column,
    numRows: texts.length,
    format: `1${long ? 'Q' : 'P'}A(${longest})`,
    width: long ? 16 : 8,
    bytes: descriptorBytes(offsets, 1, heapStart, long),
    heap,
  }
}

function putText(text: string, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}

/** Spread a column's bytes over the rows of the table. */
export function putColumn(
  { bytes, width, numRows }: EncodedColumn,
  rows: Uint8Array,
  rowLength: number,
  offset: number,
): void {
  for (let r = 0, from = 0, to = offset; r < numRows; r++, to += rowLength)
    for (let k = 0; k < width; k++) rows[to + k] = bytes[from++]!
}

const cannot = (column: ColumnToWrite, why: string) =>
  fitsError('fits/cannot-write', '', `Column '${column.name}' cannot be written: ${why}.`, {
    data: { column: column.name },
  })

import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import { axesOf } from './structure.ts'
import type { FitsColumnType } from './table-types.ts'

/** Letters of TFORM (FITS 4.0 table 18). */
export type FormCode = 'L' | 'X' | 'B' | 'I' | 'J' | 'K' | 'A' | 'E' | 'D' | 'C' | 'M'

/** One column of a binary table as its cards describe it. */
export interface BinaryColumn {
  readonly name: string
  readonly format: string
  readonly code: FormCode
  /** Elements of a row; of variable-length columns, unused. */
  readonly repeat: number
  /** Characters of one string, for A. */
  readonly stringWidth: number
  /** 'P' (32-bit descriptors), 'Q' (64-bit) or undefined for fixed length. */
  readonly descriptor: 'P' | 'Q' | undefined
  /** Slowest axis first; [] for scalars. Of string columns, without the axis of characters. */
  readonly shape: readonly number[]
  /** Bytes from the start of the row. */
  readonly offset: number
  /** Bytes in the row. */
  readonly width: number
  readonly scale: number
  readonly zero: number
  readonly nullValue: bigint | undefined
  readonly unit: string | undefined
  readonly doc: string | undefined
  readonly display: string | undefined
}

export interface BinaryTable {
  readonly columns: readonly BinaryColumn[]
  readonly rowLength: number
  readonly numRows: number
  /** From the start of the data. */
  readonly heapOffset: number
  readonly heapSize: number
}

/** Stored bytes of one element. */
export const ELEMENT_BYTES: Record<FormCode, number> = {
  L: 1,
  X: 1,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
}

export const STORED_TYPE: Record<FormCode, FitsColumnType> = {
  L: 'bool',
  X: 'bit',
  B: 'u8',
  I: 'i16',
  J: 'i32',
  K: 'i64',
  A: 'string',
  E: 'f32',
  D: 'f64',
  C: 'c64',
  M: 'c128',
}

/** The layout of a binary table. @throws 'fits/bad-table' when columns and row length disagree */
export function binaryTableOf(header: Header): BinaryTable {
  const [rowLength = 0, numRows = 0] = axesOf(header, 'NAXIS')
  const fields = header.requireNumber('TFIELDS')
  if (!Number.isInteger(fields) || fields < 0 || fields > 999)
    throw badTable(header, 'TFIELDS', `card TFIELDS is ${fields}; 0 to 999 is allowed`)
  const columns: BinaryColumn[] = []
  let offset = 0
  for (let n = 1; n <= fields; n++) {
    const column = columnOf(header, n, offset)
    columns.push(column)
    offset += column.width
  }
  if (offset > rowLength)
    throw badTable(header, 'NAXIS1', `the columns need ${offset} bytes a row, card NAXIS1 gives ${rowLength}`)
  const dataSize = rowLength * numRows
  const pcount = header.getNumber('PCOUNT', 0)
  const heapOffset = header.getNumber('THEAP', dataSize)
  if (heapOffset < dataSize || heapOffset > dataSize + pcount)
    throw badTable(
      header,
      'THEAP',
      `card THEAP is ${heapOffset}; ${dataSize} to ${dataSize + pcount} is possible`,
    )
  return { columns, rowLength, numRows, heapOffset, heapSize: dataSize + pcount - heapOffset }
}

export const badTable = (header: Header, card: string, message: string) =>
  fitsError('fits/bad-table', header.where, `${message}.`, { data: { card } })

function columnOf(header: Header, n: number, offset: number): BinaryColumn {
  const format = header.requireString(`TFORM${n}`).trim()
  const match = /^(\d*)(?:([PQ])([LXBIJKAEDCM])|([LXBIJKAEDCM]))(.*)$/.exec(format.toUpperCase())
  if (match === null)
    throw badTable(header, `TFORM${n}`, `card TFORM${n} is '${format}', which is no binary table format`)
  const repeat = match[1] === '' ? 1 : Number(match[1])
  const descriptor = match[2] as 'P' | 'Q' | undefined
  const code = (match[3] ?? match[4]) as FormCode
  const stringWidth = code === 'A' ? Number(/^\d+/.exec(match[5] ?? '')?.[0] ?? repeat) : 1
  const width =
    descriptor === undefined
      ? code === 'X'
        ? Math.ceil(repeat / 8)
        : repeat * ELEMENT_BYTES[code]
      : Math.min(repeat, 1) * (descriptor === 'P' ? 8 : 16)
  const shaped = descriptor === undefined ? shapeOf(header, n, code, repeat, stringWidth) : undefined
  const nullCard = header.get(`TNULL${n}`)
  return {
    name: textOf(header, `TTYPE${n}`) ?? `col${n}`,
    format,
    code,
    repeat,
    stringWidth: shaped?.stringWidth ?? stringWidth,
    descriptor,
    shape: shaped?.shape ?? [],
    offset,
    width,
    scale: header.getNumber(`TSCAL${n}`, 1),
    zero: header.getNumber(`TZERO${n}`, 0),
    nullValue:
      typeof nullCard === 'bigint'
        ? nullCard
        : Number.isSafeInteger(nullCard)
          ? BigInt(nullCard as number)
          : undefined,
    unit: textOf(header, `TUNIT${n}`),
    doc: textOf(header, `TDOC${n}`) ?? header.card(`TTYPE${n}`)?.comment,
    display: textOf(header, `TDISP${n}`),
  }
}

export function textOf(header: Header, key: string): string | undefined {
  const value = header.get(key)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Shape of a row's elements from TDIM, where it fits the repeat count; else a vector or a scalar. */
function shapeOf(header: Header, n: number, code: FormCode, repeat: number, width: number) {
  const tdim = header.get(`TDIM${n}`)
  const axes =
    typeof tdim === 'string' ? (/^\s*\(([\d,\s]+)\)/.exec(tdim)?.[1] ?? '').split(',').map(Number) : []
  const fits = axes.length > 0 && axes.every((a) => a >= 0) && axes.reduce((p, a) => p * a, 1) <= repeat
  if (code === 'A') {
    if (fits && axes.length > 1) return { shape: axes.slice(1).reverse(), stringWidth: axes[0]! }
    const strings = width > 0 ? Math.floor(repeat / width) : 1
    return { shape: strings > 1 ? [strings] : [], stringWidth: width }
  }
  if (fits && axes.reduce((p, a) => p * a, 1) === repeat && (axes.length > 1 || repeat !== 1))
    return { shape: axes.reverse(), stringWidth: 1 }
  return { shape: repeat === 1 && code !== 'X' ? [] : [repeat], stringWidth: 1 }
}

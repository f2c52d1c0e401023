import { valueText } from './card.ts'
import { readExactly } from './byte-range.ts'
import type { Hdu } from './hdu.ts'
import type { Header } from './header.ts'
import { asciiText } from './parse-header.ts'
import { chosen, makeTable, rowRange } from './table-access.ts'
import { axesOf } from './structure.ts'
import { badTable, textOf } from './table-format.ts'
import type { FitsColumn, FitsTable, ReadTableOptions } from './table-types.ts'
import { fitsError } from './errors.ts'

/** One column of an ASCII table (FITS 4.0 §7.2). */
interface AsciiColumn {
  readonly name: string
  readonly format: string
  readonly code: 'A' | 'I' | 'F' | 'E' | 'D'
  readonly width: number
  /** Digits behind the point that is implied when the field has none. */
  readonly decimals: number
  /** Characters from the start of the row. */
  readonly offset: number
  readonly scale: number
  readonly zero: number
  readonly nullText: string | undefined
  readonly unit: string | undefined
  readonly doc: string | undefined
}

/** Columns of an ASCII table: integers of up to nine characters i32, longer ones i64, others f64. */
export async function asciiTable(hdu: Hdu, options: ReadTableOptions): Promise<FitsTable> {
  const header = hdu.storedHeader
  const [rowLength = 0, numRows = 0] = axesOf(header, 'NAXIS')
  const fields = header.requireNumber('TFIELDS')
  const all = Array.from({ length: Math.min(Math.max(0, fields), 999) }, (_, i) =>
    columnOf(header, i + 1, rowLength),
  )
  const columns = chosen(all, options, hdu.where)
  const [start, end] = rowRange(options, numRows)
  const bytes = await readExactly(
    hdu.source,
    hdu.dataOffset + start * rowLength,
    (end - start) * rowLength,
    hdu.where,
  )
  const read = columns.map((column) => readColumn(column, bytes, rowLength, end - start, hdu.where))
  return makeTable(header, end - start, read)
}

function columnOf(header: Header, n: number, rowLength: number): AsciiColumn {
  const format = header.requireString(`TFORM${n}`).trim()
  const match = /^([AIFED])(\d+)(?:\.(\d+))?/.exec(format.toUpperCase())
  if (match === null)
    throw badTable(header, `TFORM${n}`, `card TFORM${n} is '${format}', which is no ASCII table format`)
  const offset = header.requireNumber(`TBCOL${n}`) - 1
  const width = Number(match[2])
  if (!Number.isInteger(offset) || offset < 0 || offset + width > rowLength)
    throw badTable(header, `TBCOL${n}`, `column ${n} ends behind its row of ${rowLength} characters`)
  const nullCard = header.get(`TNULL${n}`)
  return {
    name: textOf(header, `TTYPE${n}`) ?? `col${n}`,
    format,
    code: match[1] as AsciiColumn['code'],
    width,
    decimals: Number(match[3] ?? 0),
    offset,
    scale: header.getNumber(`TSCAL${n}`, 1),
    zero: header.getNumber(`TZERO${n}`, 0),
    nullText: nullCard === undefined ? undefined : valueText(nullCard).trim(),
    unit: textOf(header, `TUNIT${n}`),
    doc: textOf(header, `TDOC${n}`) ?? header.card(`TTYPE${n}`)?.comment,
  }
}

function readColumn(
  column: AsciiColumn,
  bytes: Uint8Array,
  rowLength: number,
  numRows: number,
  where: string,
): FitsColumn {
  const texts = Array.from({ length: numRows }, (_, row) => {
    const at = row * rowLength + column.offset
    return asciiText(bytes, at, at + column.width)
  })
  const about = {
    name: column.name,
    format: column.format,
    shape: [],
    ...(column.unit !== undefined && { unit: column.unit }),
    ...(column.doc !== undefined && { doc: column.doc }),
  }
  const isNull = texts.map(
    (t) => (column.nullText !== undefined && t.trim() === column.nullText) || t.trim() === '',
  )
  if (column.code === 'A')
    return { ...about, type: 'string', data: texts.map((t) => t.replace(/[ \0]+$/, '')) }
  const nulls = isNull.some(Boolean) ? { nulls: Uint8Array.from(isNull, Number) } : {}
  const scaled = column.scale !== 1 || column.zero !== 0
  if (column.code === 'I' && !scaled) {
    const integers = texts.map((t, row) => (isNull[row] ? 0n : integerOf(t, column, row, where)))
    if (column.width > 9) return { ...about, ...nulls, type: 'i64', data: BigInt64Array.from(integers) }
    return { ...about, ...nulls, type: 'i32', data: Int32Array.from(integers, Number) }
  }
  const data = Float64Array.from(texts, (t, row) => {
    if (isNull[row]) return Number.NaN
    const value = numberOf(t, column, row, where)
    return scaled ? value * column.scale + column.zero : value
  })
  return { ...about, ...nulls, type: 'f64', data }
}

function integerOf(text: string, column: AsciiColumn, row: number, where: string): bigint {
  const trimmed = text.trim()
  if (!/^[+-]?\d+$/.test(trimmed)) throw badField(text, column, row, where)
  return BigInt(trimmed.replace('+', ''))
}

function numberOf(text: string, column: AsciiColumn, row: number, where: string): number {
  const trimmed = text
    .trim()
    .replace(/[dD]/, 'E')
    .replace(/(\d)([+-]\d+)$/, '$1E$2')
  const value = Number(trimmed)
  if (Number.isNaN(value) && !/^[+-]?nan$/i.test(trimmed)) throw badField(text, column, row, where)
  const implied =
    column.decimals > 0 && column.code !== 'I' && !trimmed.includes('.') && /^[+-]?\d+$/.test(trimmed)
  return implied ? value / 10 ** column.decimals : value
}

const badField = (text: string, column: AsciiColumn, row: number, where: string) =>
  fitsError(
    'fits/corrupt',
    where,
    `row ${row} of column '${column.name}' should hold a number (${column.format}), found '${text}'.`,
    { data: { column: column.name, row } },
  )

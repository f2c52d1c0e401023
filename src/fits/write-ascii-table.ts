import { formatFloat } from './card.ts'
import { fitsError } from './errors.ts'
import type { PixelArray } from './image-types.ts'
import { addUserCards, extensionHeader, isTableCard } from './structure-cards.ts'
import type { HduData } from './write.ts'
import type { ColumnToWrite, TableHduOptions } from './table-types.ts'

/** A table in the older form: text fields, one blank between them. Scalars only; null is the field `*`. */
export function asciiTableHdu(options: TableHduOptions): HduData {
  const fields = options.columns.map(textFields)
  const numRows = fields[0]?.texts.length ?? options.numRows ?? 0
  for (const { column, texts } of fields)
    if (texts.length !== numRows) throw cannot(column, `it has ${texts.length} rows, not ${numRows}`)
  const starts = fields.map((_, i) => fields.slice(0, i).reduce((n, f) => n + f.width + 1, 0))
  const last = fields.at(-1)
  const rowLength = last === undefined ? 0 : starts.at(-1)! + last.width
  const lines = Array.from({ length: numRows }, (_, row) => fields.map((f) => f.texts[row]!).join(' '))
  const header = extensionHeader({ extension: 'TABLE', bitpix: 8, axes: [rowLength, numRows] })
  header.append(['TFIELDS', fields.length, 'number of columns'])
  fields.forEach(({ column, format }, i) => {
    header.append([`TTYPE${i + 1}`, column.name]).append([`TFORM${i + 1}`, format])
    header.append([`TBCOL${i + 1}`, starts[i]! + 1])
    if (column.unit !== undefined) header.append([`TUNIT${i + 1}`, column.unit])
    if (column.nulls !== undefined && column.type !== 'string') header.append([`TNULL${i + 1}`, '*'])
    if (column.doc !== undefined) header.append([`TDOC${i + 1}`, column.doc])
  })
  addUserCards(header, options.header, options.name, options.version, isTableCard)
  return { kind: 'table', header, data: [new TextEncoder().encode(lines.join(''))], padding: 0x20 }
}

interface TextFields {
  readonly column: ColumnToWrite
  readonly texts: readonly string[]
  readonly width: number
  readonly format: string
}

function textFields(column: ColumnToWrite): TextFields {
  if ((column.shape?.length ?? 0) > 0 || column.rowOffsets !== undefined || column.type.startsWith('c'))
    throw cannot(column, 'ASCII tables hold scalars only')
  const texts = cellTexts(column)
  const width = texts.reduce((n, t) => Math.max(n, t.length), 1)
  if (column.type === 'string')
    return { column, texts: texts.map((t) => t.padEnd(width)), width, format: `A${width}` }
  const floats = column.type === 'f32' || column.type === 'f64'
  const format = floats
    ? `${column.type === 'f64' ? 'D' : 'E'}${width}.${Math.max(1, width - 7)}`
    : `I${width}`
  return { column, texts: texts.map((t) => t.padStart(width)), width, format }
}

function cellTexts(column: ColumnToWrite): string[] {
  if (column.type === 'string') return [...(column.data as readonly string[])]
  const numbers = column.data as PixelArray
  const isFloat = numbers instanceof Float32Array || numbers instanceof Float64Array
  return Array.from({ length: numbers.length }, (_, i) => {
    if (column.nulls?.[i] === 1) return '*'
    const value = numbers[i]!
    if (!isFloat) return String(value)
    if (!Number.isFinite(value)) throw cannot(column, `an ASCII table cannot hold ${value}`)
    return formatFloat(value as number)
  })
}

const cannot = (column: ColumnToWrite, why: string) =>
  fitsError('fits/cannot-write', '', `Column '${column.name}' cannot be written: ${why}.`, {
    data: { column: column.name },
  })

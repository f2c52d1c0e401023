import { MIME, type TableDisplay, timeText } from '#protocol'
import { Catalog, type Cell, type ColumnSpec } from '#table'
import type { DisplayData } from '../protocol/threads.ts'
import { shownObjects } from './objects.ts'
import { htmlTable, numberText, textTable } from './text.ts'

const HEAD_ROWS = 20
const TEXT_ROWS = 10
const HTML_COLUMNS = 40
/** Nine digits are 4 mas in an angle of 360 degrees; 32 bits hold seven. */
const [DOUBLE_DIGITS, FLOAT_DIGITS] = [9, 7]
/** Assumed size of a cell that is no number. */
const TEXT_BYTES = 32

/** A catalog: its first rows as text and HTML, our table view with the rest behind it. */
export function showTable(value: unknown): Promise<DisplayData> | undefined {
  return value instanceof Catalog ? Promise.resolve(tableDisplay(value)) : undefined
}

export function tableDisplay(catalog: Catalog, title = 'Table'): DisplayData {
  const columns = catalog.schema.columns
  const shown = Math.min(HEAD_ROWS, catalog.numRows)
  const head = Array.from({ length: shown }, (_, row) =>
    columns.map(({ name, type }) => columnText(type, catalog.get(name, row))),
  )
  const display: TableDisplay = {
    objectId: shownObjects.keep(catalog, bytesOf(catalog)),
    title,
    numRows: catalog.numRows,
    columns: columns.map(({ name, type, unit, doc }) => ({
      name,
      type,
      ...(unit !== undefined && unit !== '' && { unit }),
      ...(doc !== undefined && doc !== '' && { doc }),
    })),
    head,
  }
  const numeric = columns.map((column) => isNumber(column))
  const count = `${catalog.numRows} ${catalog.numRows === 1 ? 'row' : 'rows'} × ${columns.length} columns`
  const heads = columns.map(({ name, unit }) =>
    unit === undefined || unit === '' ? name : `${name} [${unit}]`,
  )
  const some = head.slice(0, TEXT_ROWS)
  const text = `${textTable(heads, some, { numeric })}\n${count}`
  const few = <T>(cells: readonly T[]) => cells.slice(0, HTML_COLUMNS)
  const html = `${htmlTable(few(heads), head.map(few), numeric)}<p>${count}</p>`
  return { data: { 'text/plain': text, 'text/html': html, [MIME.table]: display }, metadata: {} }
}

const isNumber = ({ type }: ColumnSpec): boolean => /^[iuf]\d/.test(type)

/** Times as dates; what counts from elsewhere than 1970 says so in its column's doc. */
const columnText = (type: ColumnSpec['type'], cell: Cell): string =>
  type === 'timestamp' && typeof cell === 'bigint'
    ? timeText(cell)
    : cellText(cell, type.startsWith('f32') ? FLOAT_DIGITS : DOUBLE_DIGITS)

function cellText(cell: Cell, digits: number): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return numberText(cell, digits)
  if (typeof cell !== 'object') return String(cell)
  if (Array.isArray(cell) || ArrayBuffer.isView(cell)) {
    const list = Array.from(cell as ArrayLike<Cell>)
    const texts = list.slice(0, 6).map((item) => cellText(item, digits))
    return `[${texts.join(', ')}${list.length > 6 ? `, … ${list.length}` : ''}]`
  }
  return JSON.stringify(cell, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  ).slice(0, 80)
}

function bytesOf(catalog: Catalog): number {
  return catalog.schema.columns.reduce((sum, { name }) => {
    const values: unknown = catalog.column(name)
    return sum + (ArrayBuffer.isView(values) ? values.byteLength : TEXT_BYTES * catalog.numRows)
  }, 0)
}

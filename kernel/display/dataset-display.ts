import { DataCoordinate, DatasetRef, type DatasetType, DimensionRecord } from '#butler'
import { MIME } from '#protocol'
import { Catalog } from '#table'
import type { DisplayData } from '../protocol/threads.ts'
import { isCollection, isDatasetType } from './plain-shapes.ts'
import { plainText } from './plain-text.ts'
import { recordData } from './record.ts'
import { tableDisplay } from './table-display.ts'
import { htmlTable, textTable } from './text.ts'

/** Rows of a list that are shown; the count tells the rest. */
const MOST_ROWS = 50
/** Rows that the table view holds. */
const MOST_KEPT = 100_000

/** Dataset refs, data IDs, dimension records, collections and dataset types: lists as the `butler` command prints them, a single one line by line. */
export function showDatasets(value: unknown): Promise<DisplayData> | undefined {
  if (!Array.isArray(value)) return showOne(value)
  const list = value as unknown[]
  const rows = list.slice(0, MOST_KEPT).map(rowOf)
  if (rows.some((row) => row === undefined)) return undefined
  const cells = rows as Record<string, string>[]
  const heads = [...new Set(cells.flatMap((row) => Object.keys(row)))]
  const lines = cells.map((row) => heads.map((head) => row[head] ?? ''))
  const numeric = heads.map((_, c) => lines.every((line) => /^-?[\d.e+-]*$/.test(line[c] ?? '')))
  const shown = lines.slice(0, MOST_ROWS)
  const count = `${list.length} ${nounOf(list[0], list.length)}`
  const more = list.length > MOST_ROWS ? `, the first ${MOST_ROWS} shown` : ''
  const foot = `${count}${more}`
  const data = {
    'text/plain': `${textTable(heads, shown, { numeric, width: 140 })}\n${foot}`,
    'text/html': `${htmlTable(heads, shown, numeric)}<p>${foot}</p>`,
    ...tableView(heads, lines, count),
  }
  return Promise.resolve({ data, metadata: {} })
}

/** A line each for what a table would put side by side. */
function showOne(value: unknown): Promise<DisplayData> | undefined {
  const row = rowOf(value)
  if (row === undefined) return undefined
  const region = value instanceof DimensionRecord && value.region
  const all = { ...row, ...(region && { region: String(region) }) }
  const facts = Object.entries(all).map(([label, text]) => ({ label, value: text }))
  return Promise.resolve(recordData({ title: titleOf(value), facts }))
}

function titleOf(value: unknown): string {
  if (value instanceof DimensionRecord) return `Record of ${value.element.name}`
  const noun = nounOf(value, 1)
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`
}

/** The list as our table view: all rows, sorted by a click. */
function tableView(heads: readonly string[], lines: readonly (readonly string[])[], title: string) {
  const columns = heads.map((_, c) => lines.map((line) => line[c] ?? ''))
  const isWhole = columns.map((column) => column.every((cell) => /^-?\d{1,18}$|^$/.test(cell)))
  const values = columns.map((column, c) =>
    isWhole[c] === true ? column.map((cell) => (cell === '' ? null : BigInt(cell))) : column,
  )
  const catalog = Catalog.fromColumns(
    heads.map((name, c) => ({ name, type: isWhole[c] === true ? ('i64' as const) : ('string' as const) })),
    Object.fromEntries(heads.map((name, c) => [name, values[c] ?? []])),
  )
  return { [MIME.table]: tableDisplay(catalog, title).data[MIME.table] }
}

function rowOf(value: unknown): Record<string, string> | undefined {
  if (value instanceof DatasetRef)
    return { type: value.datasetType.name, run: value.run, id: value.id, ...texts(value.dataId) }
  if (value instanceof DataCoordinate) return texts(value.values)
  if (value instanceof DimensionRecord)
    return { ...texts(value.fields), ...(value.timespan && { timespan: value.timespan.toString() }) }
  if (isDatasetType(value)) return typeRow(value)
  if (isCollection(value))
    return { name: value.name, type: value.type, children: (value.children ?? []).join(', ') }
  return undefined
}

const typeRow = ({ name, dimensions, storageClass, isCalibration }: DatasetType): Record<string, string> => ({
  name,
  dimensions: dimensions.required.join(', '),
  'storage class': storageClass,
  ...(isCalibration && { calibration: 'yes' }),
})

const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cellText(value)]))

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : plainText(value).replace(/(\d)n$/, '$1')
}

const NOUNS: readonly (readonly [(value: unknown) => boolean, string])[] = [
  [(value) => value instanceof DatasetRef, 'dataset'],
  [(value) => value instanceof DataCoordinate, 'data ID'],
  [(value) => value instanceof DimensionRecord, 'record'],
  [isDatasetType, 'dataset type'],
  [isCollection, 'collection'],
]

function nounOf(value: unknown, count: number): string {
  const noun = NOUNS.find(([is]) => is(value))?.[1] ?? 'row'
  return count === 1 ? noun : `${noun}s`
}

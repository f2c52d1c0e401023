import { DataCoordinate, DatasetRef, type DatasetType, DimensionRecord } from '#butler'
import { MIME } from '#protocol'
import { Catalog } from '#table'
import type { DisplayData } from '../protocol/threads.ts'
import { isCollection, isDatasetType } from './plain-shapes.ts'
import { plainText } from './plain-text.ts'
import { tableDisplay } from './table-display.ts'
import { htmlTable, textTable } from './text.ts'

/** Rows of a list that are shown; the count tells the rest. */
const MOST_ROWS = 50
/** Rows that the table view holds. */
const MOST_KEPT = 100_000

/** Dataset refs, data IDs, dimension records, collections and dataset types, single or as a list, as the `butler` command prints them. */
export function showDatasets(value: unknown): Promise<DisplayData> | undefined {
  const list = Array.isArray(value) ? (value as unknown[]) : [value]
  const rows = list.slice(0, MOST_KEPT).map(rowOf)
  if (rows.some((row) => row === undefined)) return undefined
  const cells = rows as Record<string, string>[]
  const heads = [...new Set(cells.flatMap((row) => Object.keys(row)))]
  const lines = cells.map((row) => heads.map((head) => row[head] ?? ''))
  const numeric = heads.map((_, c) => lines.every((line) => /^-?[\d.e+-]*$/.test(line[c] ?? '')))
  const shown = lines.slice(0, MOST_ROWS)
  const count = `${list.length} ${nounOf(list[0], list.length)}`
  const more = list.length > MOST_ROWS ? `, the first ${MOST_ROWS} shown` : ''
  const foot = Array.isArray(value) ? `${count}${more}` : ''
  const data = {
    'text/plain': [textTable(heads, shown, { numeric, width: 140 }), ...(foot === '' ? [] : [foot])].join(
      '\n',
    ),
    'text/html': `${htmlTable(heads, shown, numeric)}${foot === '' ? '' : `<p>${foot}</p>`}`,
    ...(Array.isArray(value) && tableView(heads, lines, count)),
  }
  return Promise.resolve({ data, metadata: {} })
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

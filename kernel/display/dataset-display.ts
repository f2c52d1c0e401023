import { Butler, DataCoordinate, DatasetRef, DimensionRecord } from '#butler'
import type { DisplayData } from '../protocol/threads.ts'
import { plainText } from './plain-text.ts'
import { htmlTable, textTable } from './text.ts'

/** Rows of a list that are shown; the count tells the rest. */
const MOST_ROWS = 50

/** Dataset refs, data IDs and dimension records, single or as a list, as the `butler` command prints them; an open butler. */
export function showDatasets(value: unknown): Promise<DisplayData> | undefined {
  if (value instanceof Butler) return showButler(value)
  const list = Array.isArray(value) ? (value as unknown[]) : [value]
  const rows = list.slice(0, MOST_ROWS).map(rowOf)
  if (rows.some((row) => row === undefined)) return undefined
  const cells = rows as Record<string, string>[]
  const heads = [...new Set(cells.flatMap((row) => Object.keys(row)))]
  const lines = cells.map((row) => heads.map((head) => row[head] ?? ''))
  const numeric = heads.map((_, c) => lines.every((line) => /^-?[\d.e+-]*$/.test(line[c] ?? '')))
  const noun = Array.isArray(value) ? `\n${list.length} ${nounOf(list[0])}` : ''
  const more = list.length > MOST_ROWS ? ', the first 50 shown' : ''
  const data = {
    'text/plain': `${textTable(heads, lines, { numeric, width: 140 })}${noun}${more}`,
    'text/html': `${htmlTable(heads, lines, numeric)}${noun === '' ? '' : `<p>${noun}${more}</p>`}`,
  }
  return Promise.resolve({ data, metadata: {} })
}

function rowOf(value: unknown): Record<string, string> | undefined {
  if (value instanceof DatasetRef)
    return { type: value.datasetType.name, run: value.run, id: value.id, ...texts(value.dataId) }
  if (value instanceof DataCoordinate) return texts(value.values)
  if (value instanceof DimensionRecord) return texts(value.fields)
  return undefined
}

const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cellText(value)]))

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : plainText(value).replace(/(\d)n$/, '$1')
}

const nounOf = (value: unknown): string =>
  value instanceof DatasetRef ? 'datasets' : value instanceof DataCoordinate ? 'data IDs' : 'records'

async function showButler(butler: Butler): Promise<DisplayData> {
  const collections = await butler.collections.query('*')
  const lines = [
    `Butler of ${butler.root}${butler.isWriteable ? ', writeable' : ''}`,
    ...(butler.run === undefined ? [] : [`  writes to ${butler.run}`]),
    `  searches ${butler.collections.defaults.join(', ') || 'no collections: give them in openRepo or in each call'}`,
    `  ${collections.length} collections: ${collections.slice(0, 12).join(', ')}${collections.length > 12 ? ', …' : ''}`,
  ]
  return { data: { 'text/plain': lines.join('\n') }, metadata: {} }
}

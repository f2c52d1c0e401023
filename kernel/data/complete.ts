import { toPoints, toUnits } from '../complete/code-points.ts'
import type { CompletionResult } from '../protocol/threads.ts'
import type { ColumnData, RepositoryData, TableData } from '../protocol/repository-data.ts'
import { commandAt, commandOffer } from './command-line.ts'
import { datasetOffer } from './complete-call.ts'
import type { Entry, Offer } from './offer.ts'
import { pipelineBody, pipelineOffer } from './pipeline-cell.ts'
import { columnType, sqlAt, type SqlPlace, tablesIn, unquoted } from './sql-context.ts'

/**
 * Completions that come from the repository and not from types: tables and columns in SQL, numbers of visits and
 * detectors that were begun, pipelines and command lines. Undefined where the cursor is in none of them.
 */
export function dataCompletions(
  data: RepositoryData | undefined,
  code: string,
  cursor: number,
): CompletionResult | undefined {
  const at = toUnits(code, cursor)
  const spoken = magicOffer(data, code, at)
  if (spoken !== undefined || data === undefined) return spoken && toResult(code, at, spoken)
  const place = sqlAt(code, at)
  const offer =
    place === undefined
      ? (datasetOffer(data, code.slice(0, at)) ?? begunNumber(data, code, at))
      : sqlOffer(data, place)
  return offer === undefined ? undefined : toResult(code, at, offer)
}

/** In a pipeline or on a command line, where the words are known without a repository too. */
function magicOffer(data: RepositoryData | undefined, code: string, at: number): Offer | undefined {
  const pipeline = pipelineBody(code, at)
  const command = commandAt(code, at)
  const found =
    pipeline !== undefined
      ? pipelineOffer(data, pipeline.body, pipeline.at)
      : command !== undefined
        ? commandOffer(data, command)
        : undefined
  if (found === undefined) return undefined
  const { typed, entries } = found
  const prefix = typed.toLowerCase()
  return {
    start: at - typed.length,
    entries: entries.filter(({ text }) => text.replace(/^'/, '').toLowerCase().startsWith(prefix)),
  }
}

/** An offer as an answer, positions in code points. */
export function toResult(code: string, at: number, { start, entries }: Offer): CompletionResult {
  const range = { start: toPoints(code, start), end: toPoints(code, at) }
  return { ...range, matches: entries.map((entry) => ({ ...entry, ...range })) }
}

/** `{ visit: 9033` : TypeScript offers nothing inside a number. */
function begunNumber(data: RepositoryData, code: string, at: number): Offer | undefined {
  const begun = /[{,]\s*['"]?(\w+)['"]?\s*:\s*(\d+)$/.exec(code.slice(0, at))
  const element = data.elements.find(({ name, key }) => name === begun?.[1] && key === 'number')
  const typed = begun?.[2] ?? ''
  if (element === undefined) return undefined
  const entries = element.values
    .map(String)
    .filter((value) => value.startsWith(typed))
    .map((text) => ({ text, type: 'value', signature: element.name }))
  return { start: at - typed.length, entries }
}

function sqlOffer(data: RepositoryData, { text, at, offset }: SqlPlace): Offer {
  const before = text.slice(0, at)
  const [, owner, typed = ''] = /(?:((?:"[^"]+")|\w+)\.)?(\w*)$/.exec(before) ?? []
  const start = offset + at - typed.length
  const tables = tablesIn(text, data)
  const found =
    owner !== undefined
      ? columnsOf(
          tables.get(unquoted(owner)) ?? data.tables.find((t) => t.name.toLowerCase() === unquoted(owner)),
        )
      : wantsTable(before.slice(0, before.length - typed.length))
        ? data.tables.map(tableEntry)
        : [...uniqueColumns(tables), ...data.tables.map(tableEntry), ...WORDS]
  const prefix = typed.toLowerCase()
  return { start, entries: found.filter((entry) => entry.text.toLowerCase().startsWith(prefix)) }
}

/** After FROM, JOIN, or a comma in the list behind FROM. */
function wantsTable(before: string): boolean {
  if (/\b(?:FROM|JOIN|DESCRIBE|SUMMARIZE)\s+$/i.test(before)) return true
  const clauses = before.match(/\b(?:SELECT|FROM|WHERE|GROUP|ORDER|HAVING|ON|USING|LIMIT)\b/gi)
  return /,\s*$/.test(before) && clauses?.at(-1)?.toUpperCase() === 'FROM'
}

function uniqueColumns(tables: ReadonlyMap<string, TableData>): readonly Entry[] {
  const seen = new Map<string, Entry>()
  for (const table of new Set(tables.values()))
    for (const entry of columnsOf(table)) if (!seen.has(entry.text)) seen.set(entry.text, entry)
  return [...seen.values()]
}

const columnsOf = (table: TableData | undefined): readonly Entry[] => (table?.columns ?? []).map(columnEntry)

const columnEntry = (column: ColumnData): Entry => ({
  text: /^[A-Za-z_]\w*$/.test(column.name) ? column.name : `"${column.name}"`,
  type: 'property',
  signature: columnType(column),
  ...(column.doc !== undefined && { documentation: column.doc }),
})

const tableEntry = ({ name, doc, columns }: TableData): Entry => ({
  text: name,
  type: 'class',
  signature: `table of ${columns.length} columns`,
  documentation: doc,
})

const keyword = (text: string): Entry => ({ text, type: 'keyword', signature: '' })
const aFunction = (text: string): Entry => ({ text, type: 'function', signature: '' })

const WORDS: readonly Entry[] = [
  ...`SELECT FROM WHERE JOIN LEFT USING GROUP ORDER BY HAVING LIMIT WITH DISTINCT BETWEEN CASE WHEN THEN ELSE END
  AND OR NOT NULL FILTER OVER PARTITION QUALIFY UNION ASC DESC`
    .split(/\s+/)
    .map(keyword),
  ...`count sum avg min max median stddev_samp quantile_cont approx_count_distinct histogram arg_min arg_max abs sqrt
  log10 ln exp pow degrees radians sin cos tan atan2 floor round coalesce row_number list unnest isnan isfinite`
    .split(/\s+/)
    .map(aFunction),
]

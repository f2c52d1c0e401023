import { closest, FirstlightError } from '#core'

export type CatalogSqlErrorCode =
  | 'sql/syntax'
  | 'sql/no-such-table'
  | 'sql/not-a-table'
  | 'sql/no-such-column'
  | 'sql/empty-table'
  | 'sql/interrupted'
  | 'sql/out-of-memory'
  | 'sql/unsupported'
  | 'sql/closed'
  | 'sql/failed'

/** What a session knows when an engine's message is to be explained. */
export interface ErrorContext {
  readonly sql: string
  readonly tables: readonly string[]
  readonly columns: readonly string[]
}

/** Where in the statement, both from 1. */
export interface SqlPosition {
  readonly line: number
  readonly column: number
}

export const sqlError = (
  code: CatalogSqlErrorCode,
  message: string,
  options: { hint?: string; cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
): FirstlightError => new FirstlightError(code, message, options)

/** The name of the table that DuckDB did not find, if that is what its message says. */
export const missingTable = (message: string): string | undefined =>
  /^Catalog Error: Table with name (.+?) does not exist!/.exec(message)?.[1]

/** A DuckDB message as one of ours: a code, the place (`data.position`), and the nearest name there is; its own words only where ours lose some. */
export function explainDuckDbError(error: Error, context: ErrorContext): FirstlightError {
  const message = error.message.replace(/^Failed to extract statements: /, '')
  const [first = message] = message.split('\n')
  const position = positionOf(message, context.sql)
  const at = position === undefined ? '' : ` (line ${position.line}, column ${position.column})`
  const data = { sql: context.sql, ...(position !== undefined && { position }) }
  const table = missingTable(message)
  if (table !== undefined) return noSuchTable(table, at, context, { ...data, table })
  const column = /Referenced column "(.+?)" not found|does not have a column named "(.+?)"/.exec(message)
  if (column !== null) {
    const name = column[1] ?? column[2]!
    const known = [...candidates(message), ...context.columns]
    return sqlError(
      'sql/no-such-column',
      `There is no column '${name}'${at}.${meant(closest(name, known))}`,
      { data: { ...data, column: name }, ...hintOf(known, 'columns') },
    )
  }
  const [, gone] = /^IO Error: No files found that match the pattern "(.+?)"/.exec(first) ?? []
  if (gone !== undefined)
    return sqlError('sql/failed', `The file ${gone} is gone${at}.`, {
      cause: error,
      data: { ...data, path: gone },
      hint: 'It belongs to a dataset of that table. For what a repository has lost: butler check REPO',
    })
  const [code, hint] = KINDS.find(([kind]) => first.startsWith(kind))?.slice(1) ?? ['sql/failed', '']
  const text = first.replace(/^[\w ]+ Error: /, '')
  return sqlError(code as CatalogSqlErrorCode, `${text}${at}`, {
    cause: error,
    data,
    ...(hint !== undefined && hint !== '' && { hint }),
  })
}

const KINDS: readonly (readonly [start: string, code: CatalogSqlErrorCode, hint: string])[] = [
  ['Parser Error', 'sql/syntax', ''],
  ['INTERRUPT', 'sql/interrupted', ''],
  [
    'Out of Memory',
    'sql/out-of-memory',
    'Select fewer columns or rows, or open the session with a higher memoryLimit.',
  ],
  ['Missing Extension', 'sql/unsupported', 'Extensions of the engine are not loaded by themselves.'],
]

function noSuchTable(
  table: string,
  at: string,
  { tables }: ErrorContext,
  data: Readonly<Record<string, unknown>>,
): FirstlightError {
  return sqlError('sql/no-such-table', `There is no table '${table}'${at}.${meant(closest(table, tables))}`, {
    data,
    ...hintOf(tables, 'tables'),
  })
}

const meant = (name: string | undefined): string => (name === undefined ? '' : ` Did you mean '${name}'?`)

function hintOf(names: readonly string[], what: string): { hint?: string } {
  const unique = [...new Set(names)]
  if (unique.length === 0) return {}
  const shown = unique.slice(0, 12).join(', ')
  return { hint: `The ${what} are: ${shown}${unique.length > 12 ? ` … (${unique.length} in all)` : ''}.` }
}

function candidates(message: string): string[] {
  const list = /Candidate bindings: (.+)/.exec(message)?.[1] ?? ''
  return [...list.matchAll(/"([^"]+)"/g)].map((m) => m[1]!.split('.').at(-1)!)
}

/** From the caret that DuckDB puts under a line of the statement; undefined when the line is shown cut. */
function positionOf(message: string, sql: string): SqlPosition | undefined {
  const match = /\nLINE (\d+): (.*)\n( *)\^/.exec(message)
  if (match === null) return undefined
  const line = Number(match[1])
  const shown = match[2]!
  const column = match[3]!.length - `LINE ${line}: `.length + 1
  const whole = sql.split('\n')[line - 1] ?? ''
  if (whole === shown) return { line, column }
  const piece = shown.replace(/^\.\.\./, '').replace(/\.\.\.$/, '')
  const start = whole.indexOf(piece)
  if (start < 0) return undefined
  return { line, column: column + start - (shown.startsWith('...') ? 3 : 0) }
}

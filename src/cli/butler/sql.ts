import { type Command } from 'commander'
import { ArgumentError, type Butler, butlerTables, recordTables } from '#butler'
import { toHex } from '#core'
import { timeText } from '#protocol'
import { sqlOver, type TableResolver } from '#sql'
import { addCollections, addJson } from '../shared/options.ts'
import { formatFloat, formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './rows.ts'

interface Options {
  readonly collections?: readonly string[]
  readonly json: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument(
      '<statement>',
      'e.g. "SELECT visit, count(*) FROM src GROUP BY visit"; dataset types are tables',
    )
  for (const add of [addCollections, addJson]) add(command)
  command.action(async (repo: string, statement: string, options: Options) => {
    const { io, open } = context()
    refuseChange(statement)
    refuseGlobs(options.collections ?? [])
    const butler = await open(repo)
    // Asked even of a statement over dimension records, which are in no collection: a misspelt name should not pass.
    if (options.collections !== undefined) await butler.collections.queryInfo(options.collections)
    const { openCatalogSession } = await import('#platform/node')
    const session = sqlOver(await openCatalogSession(), tablesOf(butler, options.collections))
    try {
      const result = await session.query(statement, undefined, { signal: io.signal })
      const { columns } = result.schema
      const names = columns.map((c) => c.name)
      const rows = Array.from({ length: result.numRows }, (_, i) =>
        columns.map(({ name, type }) => plain(result.get(name, i), type)),
      )
      if (options.json) io.out(printJson(rows.map((r) => Object.fromEntries(names.map((n, c) => [n, r[c]])))))
      else
        io.out(
          formatTable(
            names,
            rows.map((r) => r.map((v, c) => cell(v, columns[c]!.type))),
          ),
        )
    } finally {
      await session.close()
    }
  })
}

/**
 * A last statement that changes tables would change a copy in memory, and that is gone at once; one that writes files is refused
 * anywhere. Of several statements only the last one's rows are printed.
 */
function refuseChange(statement: string): void {
  const bare = statement.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--.*|\/\*[\s\S]*?\*\//g, (found) =>
    /^['"]/.test(found) ? ' x ' : ' ',
  )
  const parts = bare.split(';').filter((part) => part.trim() !== '')
  const word = /^\s*(alter|create|delete|drop|insert|merge|truncate|update)\b/i.exec(parts.at(-1) ?? '')?.[1]
  if (word !== undefined)
    throw new ArgumentError(
      `Tables of a repository are only read: ${word.toUpperCase()} would change nothing.`,
    )
  for (const part of parts) {
    const writer = /^\s*(attach|copy|export|install)\b/i.exec(part)?.[1]
    if (writer !== undefined)
      throw new ArgumentError(`Tables of a repository are only read: ${writer.toUpperCase()} writes files.`, {
        hint: 'Rows go into a file by --json and the shell: butler sql … --json > rows.json',
      })
  }
  if (parts.slice(0, -1).some((part) => /^\s*(describe|from|select|show|table|values|with)\b/i.test(part)))
    throw new ArgumentError('Of several statements only the rows of the last one are printed.', {
      hint: 'Give one query at a time.',
    })
}

function refuseGlobs(collections: readonly string[]): void {
  const glob = collections.find((name) => /[*?[]/.test(name))
  if (glob !== undefined)
    throw new ArgumentError(`'${glob}' has no order, and a table has the first dataset of each data ID.`, {
      hint: 'Name the collections in the order of search, or a chain of them.',
    })
}

/** Dimension records are in no collection; datasets need some. */
function tablesOf(butler: Butler, collections: readonly string[] | undefined): TableResolver {
  const tables = butlerTables(butler, collections ?? [])
  if (collections !== undefined) return tables
  const records = recordTables(butler.dimensions)
  return {
    tableNames: () => records,
    async resolve(name) {
      if (records.includes(name)) return tables.resolve(name)
      const [type] = await butler.registry.queryDatasetTypes([name])
      if (type === undefined) return undefined
      throw new ArgumentError(`Say in which collections the datasets '${name}' are: --collections.`)
    },
  }
}

/** Bytes as hexadecimal, as in records; times as text. */
const plain = (value: unknown, type: string): unknown =>
  value instanceof Uint8Array
    ? toHex(value)
    : type === 'timestamp' && typeof value === 'bigint'
      ? timeText(value)
      : value

const cell = (value: unknown, type: string): string =>
  value === null || value === undefined
    ? 'NULL'
    : typeof value === 'number' && type.startsWith('f')
      ? formatFloat(value)
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value as string)

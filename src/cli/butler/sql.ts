import { type Command } from 'commander'
import { ArgumentError, butlerTables } from '#butler'
import { sqlOver } from '#sql'
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
    if (options.collections === undefined)
      throw new ArgumentError('Say in which collections the tables are: --collections.')
    const butler = await open(repo)
    const { openCatalogSession } = await import('#platform/node')
    const session = sqlOver(await openCatalogSession(), butlerTables(butler, options.collections))
    try {
      const result = await session.query(statement, undefined, { signal: io.signal })
      const names = result.schema.columns.map((c) => c.name)
      const rows = Array.from({ length: result.numRows }, (_, i) => names.map((n) => result.get(n, i)))
      if (options.json) io.out(printJson(rows.map((r) => Object.fromEntries(names.map((n, c) => [n, r[c]])))))
      else
        io.out(
          formatTable(
            names,
            rows.map((r) => r.map((v, c) => cell(v, result.schema.columns[c]!.type))),
          ),
        )
    } finally {
      await session.close()
    }
  })
}

const cell = (value: unknown, type: string): string =>
  value === null || value === undefined
    ? 'NULL'
    : typeof value === 'number' && type.startsWith('f')
      ? formatFloat(value)
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value as string)

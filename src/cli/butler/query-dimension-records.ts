import type { Command } from 'commander'
import { addCollections, addJson, addOrderLimit, addWhere, collectList } from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { type JoinedQuery, joinDatasets, limitedRows } from './joined.ts'
import { printJson, recordCells, recordHead, recordJson, sortRecords } from './rows.ts'
import { refuseOffset } from './select.ts'

interface Options extends JoinedQuery {
  /** False when `--no-check` was given. */
  readonly check: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<element>', 'dimension or join element: visit, detector, visit_definition, …')
    .option(
      '-d, --datasets <list>',
      'only records for which such datasets exist: names or globs',
      collectList,
    )
    .option('--no-check', 'has no effect')
  for (const add of [addCollections, addWhere, addOrderLimit, addJson]) add(command)
  command.action(async (repo: string, element: string, options: Options) => {
    const { io, open, log } = context()
    if (!options.check) io.out('WARNING: --no-check option has no effect and will be removed after v28.\n')
    refuseOffset(options.offset)
    const butler = await open(repo)
    const { query, nowhere } = await joinDatasets(butler, options)
    const results = query.dimensionRecords(element)
    if (nowhere !== undefined) log.info(nowhere)
    const found = nowhere === undefined ? await limitedRows(results, options, log) : []
    const records = (options.orderBy ?? []).length > 0 ? found : sortRecords(found)
    if (options.json) io.out(printJson(records.map(recordJson)))
    else if (records.length === 0) io.out('No results. Try --help for more information.\n')
    else io.out(formatTable(recordHead(records[0]!), records.map(recordCells)))
  })
}

import { type Command, Option } from 'commander'
import { addCollections, addJson, addOrderLimit, addWhere, collectList } from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { printJson, recordCells, recordHead, recordJson, sortRecords } from './rows.ts'
import { refuseOffset } from './select.ts'

interface Options {
  readonly datasets?: readonly string[]
  readonly collections?: readonly string[]
  readonly where?: string
  readonly limit: number
  readonly orderBy?: readonly string[]
  readonly offset?: string
  readonly json: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<element>', 'dimension or join element: visit, detector, visit_definition, …')
    .option('-d, --datasets <list>', 'only records for which such datasets exist', collectList)
    .addOption(new Option('--no-check', 'has no effect').hideHelp())
  for (const add of [addCollections, addWhere, addOrderLimit, addJson]) add(command)
  command.action(async (repo: string, element: string, options: Options) => {
    const { io, open, log } = context()
    refuseOffset(options.offset)
    const butler = await open(repo)
    let query = butler.query()
    for (const name of options.datasets ?? [])
      query = query.joinDatasetSearch(name, options.collections ?? '*')
    let results = query.dimensionRecords(element)
    if (options.where !== undefined) results = results.where(options.where)
    const order = options.orderBy ?? []
    if (order.length > 0) results = results.orderBy(...order)
    const most = options.limit === 0 ? undefined : Math.abs(options.limit)
    const found = await (most === undefined ? results : results.limit(most + 1)).list()
    if (most !== undefined && found.length > most && options.limit < 0)
      log.warn(
        `Requested limit of ${most} hit for number of records returned. Use --limit to increase this limit.`,
      )
    const kept = most === undefined ? found : found.slice(0, most)
    const records = order.length > 0 ? kept : sortRecords(kept)
    if (options.json) io.out(printJson(records.map(recordJson)))
    else if (records.length === 0) io.out('No results. Try --help for more information.\n')
    else io.out(formatTable(recordHead(records[0]!), records.map(recordCells)))
  })
}

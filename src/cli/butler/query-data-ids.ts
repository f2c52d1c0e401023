import type { Command } from 'commander'
import type { Butler, DataCoordinate, DimensionGroup } from '#butler'
import {
  addCollections,
  addJson,
  addOrderLimit,
  addWhere,
  collectList,
  splitLists,
} from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { dataIdCells, printJson, sortDataIds } from './rows.ts'
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
    .argument('[dimensions...]', 'dimensions of the data IDs; those of the dataset type by default')
    .option('-d, --datasets <list>', 'only data IDs for which such datasets exist', collectList)
  for (const add of [addCollections, addWhere, addOrderLimit, addJson]) add(command)
  command.action(async (repo: string, words: readonly string[], options: Options) => {
    const { io, open, log } = context()
    refuseOffset(options.offset)
    const butler = await open(repo)
    const dimensions = splitLists(words)
    if (dimensions.length === 0 && options.datasets === undefined) {
      io.out('Result has one logical row but no columns because no dimensions were requested.\n')
      io.out('No results. Try requesting some dimensions or datasets, see --help for more information.\n')
      return
    }
    const group = await groupOf(butler, dimensions, options.datasets ?? [])
    if (dimensions.length === 0) log.info(`Took the dimensions ${group.label} of the dataset type.`)
    const ids = await select(butler, group, options, log.warn)
    if (options.json) io.out(printJson(ids.map((id) => id.values)))
    else if (ids.length === 0) io.out('No results. Try --help for more information.\n')
    else io.out(formatTable(group.keys, ids.map(dataIdCells)))
  })
}

async function groupOf(
  butler: Butler,
  dimensions: readonly string[],
  datasets: readonly string[],
): Promise<DimensionGroup> {
  if (dimensions.length > 0) return butler.dimensions.group(dimensions)
  const groups: DimensionGroup[] = []
  for (const name of datasets) groups.push((await butler.getDatasetType(name)).dimensions)
  return groups.reduce((a, b) => a.union(b))
}

async function select(
  butler: Butler,
  group: DimensionGroup,
  options: Options,
  warn: (message: string) => void,
): Promise<readonly DataCoordinate[]> {
  let query = butler.query()
  for (const name of options.datasets ?? []) query = query.joinDatasetSearch(name, options.collections ?? '*')
  let results = query.dataIds(group.names)
  if (options.where !== undefined) results = results.where(options.where)
  const order = options.orderBy ?? []
  if (order.length > 0) results = results.orderBy(...order)
  const most = options.limit === 0 ? undefined : Math.abs(options.limit)
  const ids = await (most === undefined ? results : results.limit(most + 1)).list()
  if (most !== undefined && ids.length > most && options.limit < 0)
    warn(
      `Requested limit of ${most} hit for number of data IDs returned. Use --limit to increase this limit.`,
    )
  const kept = most === undefined ? ids : ids.slice(0, most)
  return order.length > 0 ? kept : sortDataIds(kept)
}

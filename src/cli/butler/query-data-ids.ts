import type { Command } from 'commander'
import type { Butler, DataCoordinate, DatasetType, DimensionGroup } from '#butler'
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
import { type JoinedQuery, joinDatasets, limitedRows } from './joined.ts'
import { dataIdCells, printJson, sortDataIds } from './rows.ts'
import { refuseOffset } from './select.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[dimensions...]', 'dimensions of the data IDs; by default those common to the dataset types')
    .option(
      '-d, --datasets <list>',
      'only data IDs for which such datasets exist: names or globs',
      collectList,
    )
  for (const add of [addCollections, addWhere, addOrderLimit, addJson]) add(command)
  command.action(async (repo: string, words: readonly string[], options: JoinedQuery) => {
    const { io, open, log } = context()
    refuseOffset(options.offset)
    const butler = await open(repo)
    const nothing = (reason: string | undefined, cure = 'Try --help for more information.') => {
      if (options.json) io.out(printJson([]))
      else io.out(`${reason === undefined ? '' : `${reason}\n`}No results. ${cure}\n`)
    }
    const asked = splitLists(words)
    const { query, types, nowhere } = await joinDatasets(butler, options)
    if (asked.length === 0 && options.datasets === undefined) {
      const reason = 'Result has one logical row but no columns because no dimensions were requested.'
      nothing(reason, 'Try requesting some dimensions or datasets, see --help for more information.')
      return
    }
    const group = asked.length > 0 ? butler.dimensions.group(asked) : commonDimensions(butler, types)
    if (asked.length === 0 && group.names.length === 0) {
      const names = types.map((t) => `'${t.name}'`).join(', ')
      nothing(`No dimensions in common for specified dataset types ([${names}])`)
      return
    }
    if (asked.length === 0) log.info(`Took the dimensions ${group.label} of the dataset types.`)
    if (nowhere !== undefined) {
      nothing(nowhere)
      return
    }
    const results = query.dataIds(group.names)
    const ids = await limitedRows<DataCoordinate>(results, options, log)
    if (ids.length === 0) {
      const narrowed = options.where === undefined ? results : results.where(options.where)
      const certain = await narrowed.explainNoResults({ execute: false })
      nothing(certain.length === 0 ? undefined : certain.join('\n'))
      return
    }
    const sorted = (options.orderBy ?? []).length > 0 ? ids : sortDataIds(ids)
    if (options.json) io.out(printJson(sorted.map((id) => id.values)))
    else io.out(formatTable(group.keys, sorted.map(dataIdCells)))
  })
}

function commonDimensions(butler: Butler, types: readonly DatasetType[]): DimensionGroup {
  const [first, ...rest] = types.map((t) => t.dimensions)
  if (first === undefined) return butler.dimensions.empty
  return butler.dimensions.group(first.names.filter((n) => rest.every((g) => g.has(n))))
}

import type { Command } from 'commander'
import { ArgumentError } from '#butler'
import { addCollections, addWhere, collectList, parseInteger } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { selectDatasets } from './select.ts'

interface Options {
  readonly datasetType?: readonly string[]
  readonly collections?: readonly string[]
  readonly where?: string
  readonly findFirst: boolean
  readonly limit: number
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<collection>', 'TAGGED collection; made when it does not exist')
    .option('-d, --dataset-type <list>', 'dataset types: names or globs', collectList)
    .option('--find-first', 'one dataset per data ID: that of the first collection', false)
    .option('--limit <n>', 'at most n datasets; 0: all', parseInteger, 0)
  for (const add of [addCollections, addWhere]) add(command)
  command.action(async (repo: string, collection: string, options: Options) => {
    const { open, log } = context()
    if (options.collections === undefined || options.datasetType === undefined)
      throw new ArgumentError('Say which datasets: --collections and --dataset-type.')
    const butler = await open(repo, { writeable: true })
    const types = await butler.registry.queryDatasetTypes(options.datasetType)
    const refs = (await selectDatasets(butler, log, types, options)).flat()
    await butler.transaction(async () => {
      await butler.collections.register(collection, 'TAGGED')
      await butler.registry.associate(collection, refs)
    })
    log.verbose(`Associated ${refs.length} datasets with '${collection}'.`)
  })
}

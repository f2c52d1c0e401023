import type { Command } from 'commander'
import { ArgumentError } from '#butler'
import type { CommandContext } from './context.ts'
import { addTypedSelection, type DatasetSelection, selectDatasets } from './select.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<collection>', 'TAGGED collection; made when it does not exist')
  addTypedSelection(command)
  command.action(async (repo: string, collection: string, options: DatasetSelection) => {
    const { open, log } = context()
    if (options.collections === undefined || options.datasetType === undefined)
      throw new ArgumentError('Say which datasets: --collections and --dataset-type.')
    const butler = await open(repo, { writeable: true })
    const refs = (await selectDatasets(butler, log, options)).flat()
    if (refs.length === 0) {
      log.warn(`Nothing was found to associate with '${collection}', so nothing was changed.`)
      return
    }
    await butler.transaction(async () => {
      await butler.collections.register(collection, 'TAGGED')
      await butler.registry.associate(collection, refs)
    })
    log.verbose(`Associated ${refs.length} datasets with '${collection}'.`)
  })
}

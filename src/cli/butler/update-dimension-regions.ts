import type { Command } from 'commander'
import { defaultContext } from '#core'
import { addWhere, parseInteger, splitLists } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly where?: string
  readonly datasetType: string
  readonly batchSize: number
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .argument('<collections...>', 'where visit geometries are, in order')
    .option('--dataset-type <name>', 'dataset type of the visit geometries', 'visit_geometry')
    .option('--batch-size <n>', 'visits in one transaction', parseInteger, 11)
  addWhere(command).action(
    async (repo: string, name: string, collections: readonly string[], options: Options) => {
      const { io, log, open } = context()
      const { getInstrument, updateDimensionRegions } = await import('#obs')
      const butler = await open(repo, { writeable: true })
      await updateDimensionRegions(
        butler,
        getInstrument(name),
        { ...options, collections: splitLists(collections) },
        defaultContext({ log, signal: io.signal }),
      )
    },
  )
}

import type { Command } from 'commander'
import { ArgumentError, DatasetNotFoundError } from '#butler'
import { Instant, Timespan } from '#time'
import type { CommandContext } from './context.ts'

interface Options {
  readonly beginDate?: string
  readonly endDate?: string
  readonly searchAllInputs: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<input>', 'collection that holds the calibrations')
    .argument('<output>', 'CALIBRATION collection; made when it does not exist')
    .argument('<type>', 'dataset type')
    .option('--begin-date <time>', 'valid from: ISO date and time in TAI; without it from ever')
    .option('--end-date <time>', 'valid until; without it for ever')
    .option('--search-all-inputs', 'search all children of an input chain, not only the first', false)
    .action(async (repo: string, input: string, output: string, type: string, options: Options) => {
      const { open } = context()
      const butler = await open(repo, { writeable: true })
      const timespan = Timespan.between(bound(options.beginDate), bound(options.endDate))
      const info = await butler.collections.getInfo(input)
      if (info.type === 'CHAINED' && info.children.length === 0)
        throw new ArgumentError(`The chain '${input}' is empty.`)
      const from = info.type === 'CHAINED' && !options.searchAllInputs ? info.children[0]! : input
      const refs = await butler.queryDatasets(type, { collections: from, limit: null, explain: false })
      if (refs.length === 0) throw new DatasetNotFoundError(`There is no ${type} in '${from}'.`)
      await butler.transaction(async () => {
        await butler.collections.register(output, 'CALIBRATION')
        await butler.registry.certify(output, refs, timespan)
      })
    })
}

const bound = (text: string | undefined): Instant | null =>
  text === undefined ? null : Instant.fromIso(text, 'tai')

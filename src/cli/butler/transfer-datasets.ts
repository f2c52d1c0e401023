import { type Command, Option } from 'commander'
import { transferFrom } from '#butler'
import {
  addCollections,
  addWhere,
  choice,
  collectList,
  parseInteger,
  TRANSFER_MODES,
} from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { selectDatasets } from './select.ts'

interface Options {
  readonly collections?: readonly string[]
  readonly datasetType?: readonly string[]
  readonly where?: string
  readonly findFirst: boolean
  readonly limit: number
  readonly transfer: (typeof TRANSFER_MODES)[number]
  readonly registerDatasetTypes: boolean
  readonly transferDimensions: boolean
  readonly dryRun: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<source>', 'repository to copy from')
    .argument('<target>', 'repository to copy to')
    .option('-d, --dataset-type <list>', 'dataset types: names or globs', collectList)
    .option('--find-first', 'one dataset per data ID: that of the first collection', false)
    .option('--limit <n>', 'at most n datasets; 0: all', parseInteger, 0)
    .option('-t, --transfer <mode>', 'how files get there', choice(TRANSFER_MODES), 'copy')
    .option('--register-dataset-types', 'register dataset types that the target lacks', false)
    .option('--transfer-dimensions', 'also copy dimension records that the target lacks', true)
    .addOption(new Option('--no-transfer-dimensions', 'copy no dimension records'))
    .option('--dry-run', 'only say how many there are', false)
  for (const add of [addCollections, addWhere]) add(command)
  command.action(async (source: string, target: string, options: Options) => {
    const { io, open, log } = context()
    const from = await open(source)
    const to = await open(target, { writeable: true })
    const types = await from.registry.queryDatasetTypes(options.datasetType ?? '*')
    const refs = (await selectDatasets(from, log, types, options)).flat()
    const report = await transferFrom(to.repository, from.repository, refs, options)
    for (const ref of report.unstored) log.warn(`${ref.toString()} has no file and was left out.`)
    io.out(`Number of datasets transferred: ${report.transferred.length}\n`)
  })
}

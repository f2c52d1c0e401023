import type { Command } from 'commander'
import { transferFrom } from '#butler'
import { addFlag, choice, TRANSFER_MODES } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { addTypedSelection, type DatasetSelection, selectDatasets } from './select.ts'

interface Options extends DatasetSelection {
  readonly transfer: (typeof TRANSFER_MODES)[number]
  readonly registerDatasetTypes: boolean
  readonly transferDimensions: boolean
  readonly dryRun: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<source>', 'repository to copy from')
    .argument('<target>', 'repository to copy to')
    .option('-t, --transfer <mode>', 'how files get there', choice(TRANSFER_MODES), 'copy')
    .option('--register-dataset-types', 'register dataset types that the target lacks', false)
    .option('--transfer-dimensions', 'also copy dimension records that the target lacks', true)
    .option('--no-transfer-dimensions', 'copy no dimension records')
  addFlag(command, 'dry-run', 'only say how many there are')
  addTypedSelection(command)
  command.action(async (source: string, target: string, options: Options) => {
    const { io, open, log } = context()
    const from = await open(source)
    const to = await open(target, { writeable: true })
    const refs = (await selectDatasets(from, log, options)).flat()
    const { transfer, registerDatasetTypes, transferDimensions, dryRun } = options
    const report = await transferFrom(to.repository, from.repository, refs, {
      transfer,
      registerDatasetTypes,
      transferDimensions,
      dryRun,
    })
    for (const ref of report.unstored) log.warn(`${ref.toString()} has no file and was left out.`)
    io.out(`Number of datasets transferred: ${report.transferred.length}\n`)
  })
}

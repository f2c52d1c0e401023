import type { Command } from 'commander'
import { collect } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly collection?: string
  readonly label?: readonly string[]
  readonly prefix?: string
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .argument('[labels...]', 'words in the names of collections: INSTRUMENT/calib/LABEL/unbounded')
    .option('--label <text>', 'another such word, after those given as arguments', collect)
    .option('--prefix <text>', "what the names begin with instead of the instrument's name")
    .option('--collection <name>', 'calibration collection, instead of INSTRUMENT/calib/LABEL')
    .action(async (repo: string, name: string, labels: readonly string[], options: Options) => {
      const { log, open } = context()
      const { getInstrument, writeCuratedCalibrations } = await import('#obs')
      const instrument = getInstrument(name)
      const butler = await open(repo, { writeable: true })
      const { label = [], collection, prefix } = options
      const written = await writeCuratedCalibrations(butler, instrument, [], {
        labels: [...labels, ...label],
        ...(prefix !== undefined && { prefix }),
        ...(collection !== undefined && { collection }),
      })
      log.info(`Wrote ${written} curated calibrations of ${instrument.name}.`)
    })
}

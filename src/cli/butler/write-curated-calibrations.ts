import { type Command, Option } from 'commander'
import type { CommandContext } from './context.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .addOption(new Option('--collection <name>', 'not supported yet').hideHelp())
    .addOption(new Option('--label <text>', 'not supported yet').hideHelp())
    .action(async (repo: string, name: string) => {
      const { log, open } = context()
      const { getInstrument, writeCuratedCalibrations } = await import('#obs')
      const instrument = getInstrument(name)
      const butler = await open(repo, { writeable: true })
      const written = await writeCuratedCalibrations(butler, instrument, [])
      log.info(`Wrote ${written} curated calibrations of ${instrument.name}.`)
    })
}

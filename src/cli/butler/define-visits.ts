import { type Command, Option } from 'commander'
import { defaultContext } from '#core'
import { addFlag, addWhere, collectList } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly where?: string
  readonly updateRecords: boolean
  readonly incremental: boolean
  readonly skipConflicting: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .addOption(new Option('--collections <list>', 'has no effect').argParser(collectList).hideHelp())
  addFlag(command, 'update-records', 'replace visit records that differ')
  addFlag(command, 'incremental', 'exposures come by and by: as --update-records')
  addFlag(command, 'skip-conflicting', 'leave visits as they are whose records differ')
  // The camera comes with the instrument, and each exposure is looked at by itself: nothing to search, filter or check before.
  for (const name of ['prefilter', 'check-detector-regions'])
    for (const flag of [`--${name}`, `--no-${name}`])
      command.addOption(new Option(flag, 'has no effect').hideHelp())
  addWhere(command).action(async (repo: string, name: string, options: Options) => {
    const { io, log, open } = context()
    const { defineVisits, getInstrument } = await import('#obs')
    const instrument = getInstrument(name)
    const butler = await open(repo, { writeable: true })
    const visits = await defineVisits(
      butler,
      instrument,
      { ...options, updateRecords: options.updateRecords || options.incremental },
      defaultContext({ log, signal: io.signal }),
    )
    log.info(`Defined ${visits.length} visits of ${instrument.name}.`)
  })
}

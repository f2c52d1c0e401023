import { type Command, Option } from 'commander'
import { ArgumentError } from '#butler'
import { defaultContext } from '#core'
import type { Grouping } from '#obs'
import { addFlag, addWhere, collect, collectList } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { type ConfigLine, configLines, type ConfigOptions, valueOf } from './skymap-config.ts'

interface Options extends ConfigOptions {
  readonly where?: string
  readonly updateRecords: boolean
  readonly incremental: boolean
  readonly skipConflicting: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .option('-C, --config-file <file>', 'a line such as config.groupExposures = "by-group-metadata"', collect)
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
    const { defineVisits, getInstrument, GROUPINGS } = await import('#obs')
    const grouping = groupingOf(await configLines(options, io.cwd), GROUPINGS)
    const instrument = getInstrument(name)
    const butler = await open(repo, { writeable: true })
    const visits = await defineVisits(
      butler,
      instrument,
      { ...options, grouping, updateRecords: options.updateRecords || options.incremental },
      defaultContext({ log, signal: io.signal }),
    )
    log.info(`Defined ${visits.length} visits of ${instrument.name}.`)
  })
}

function groupingOf(lines: readonly ConfigLine[], groupings: Readonly<Record<Grouping, unknown>>): Grouping {
  let grouping: Grouping = 'one-to-one'
  const isGrouping = (value: unknown): value is Grouping =>
    typeof value === 'string' && Object.hasOwn(groupings, value)
  for (const { left, right } of lines) {
    const value = valueOf(right)
    if ((left !== 'groupExposures' && left !== 'groupExposures.name') || !isGrouping(value))
      throw new ArgumentError(`define-visits has no '${left}=${right}'.`, {
        hint: `It has groupExposures, which is ${Object.keys(groupings).join(', ')}.`,
      })
    grouping = value
  }
  return grouping
}

import { type Command, Option } from 'commander'
import { defaultContext } from '#core'
import { addWhere, collectList } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly where?: string
  readonly updateRecords: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<instrument>', 'class name or name')
    .option('--update-records', 'replace visit records that differ', false)
    .addOption(new Option('--collections <list>', 'has no effect').argParser(collectList).hideHelp())
    .addOption(new Option('--incremental', 'has no effect').hideHelp())
  addWhere(command).action(async (repo: string, name: string, options: Options) => {
    const { io, log, open } = context()
    const { defineVisits, getInstrument } = await import('#obs')
    const instrument = getInstrument(name)
    const butler = await open(repo, { writeable: true })
    const visits = await defineVisits(butler, instrument, options, defaultContext({ log, signal: io.signal }))
    log.info(`Defined ${visits.length} visits of ${instrument.name}.`)
  })
}

import type { Command } from 'commander'
import { defaultContext } from '#core'
import { addCollections, addWhere } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { addIngestTask, type IngestTaskOptions, ingestTaskConfig } from './ingest-task.ts'

interface Options extends IngestTaskOptions {
  readonly where?: string
  readonly collections?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command.argument('<repo>', 'repository').argument('<instrument>', 'class name or name')
  for (const add of [addCollections, addWhere, addIngestTask]) add(command)
  command.action(async (repo: string, name: string, options: Options) => {
    const { io, log, open } = context()
    const { failFast } = ingestTaskConfig(options)
    const { getInstrument, updateExposuresFromRaws } = await import('#obs')
    const butler = await open(repo, { writeable: true })
    const { where = '', collections } = options
    await updateExposuresFromRaws(
      butler,
      getInstrument(name),
      { where, failFast, ...(collections !== undefined && { collections }) },
      defaultContext({ log, signal: io.signal }),
    )
  })
}

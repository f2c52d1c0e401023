import type { Command } from 'commander'
import { splitLists } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<classes...>', 'instruments by class name (lsst.obs.subaru.HyperSuprimeCam) or name (HSC)')
    .option('--update', 'replace records that differ', false)
    .action(async (repo: string, classes: readonly string[], options: { readonly update: boolean }) => {
      const { open } = context()
      const { getInstrument, registerInstrument } = await import('#obs')
      const instruments = splitLists(classes).map(getInstrument)
      const butler = await open(repo, { writeable: true })
      for (const instrument of instruments) await registerInstrument(butler, instrument, options)
    })
}

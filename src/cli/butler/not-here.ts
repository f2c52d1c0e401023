import type { Command } from 'commander'
import { ArgumentError } from '#butler'

/** Commands of the stack that are refused, each with what to do instead. */
const CURES: Readonly<Record<string, string>> = {
  'make-discrete-skymap':
    'Give the tracts yourself: register-skymap -c skyMap=discrete -c skyMap["discrete"].raList=[…].',
  'update-dimension-regions':
    'Run define-visits --update-records: it writes the regions of visits and detectors anew.',
  'update-exposures-from-raws': 'Ingest the raws again with --update-records.',
}

/** There under its name, so that a script hears why and what to do instead. */
export function define(command: Command): void {
  command
    .argument('<repo>', 'repository')
    .argument('[more...]', 'not used')
    .allowUnknownOption()
    .action(() => {
      throw new ArgumentError(`'${command.name()}' is not done here.`, { hint: CURES[command.name()] ?? '' })
    })
}

import type { Command } from 'commander'
import { noProvenanceGraph } from './aggregate-graph.ts'

/** There under its name, so that a script hears why and what to do instead. */
export function define(command: Command): void {
  command
    .argument('<repo>', 'repository')
    .argument('[graph]', 'not used')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw noProvenanceGraph()
    })
}

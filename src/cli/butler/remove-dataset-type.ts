import type { Command } from 'commander'
import { splitLists } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<types...>', 'names or globs')
    .action(async (repo: string, types: readonly string[]) => {
      const { open, log } = context()
      const butler = await open(repo, { writeable: true })
      for (const name of splitLists(types)) {
        const found = await butler.registry.queryDatasetTypes(name)
        if (found.length === 0) log.info(`Dataset type '${name}' not defined`)
        await butler.registry.removeDatasetType(name)
        for (const type of found) log.info(`Removed dataset type '${type.name}'`)
      }
    })
}

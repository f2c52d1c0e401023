import { type Command, Option } from 'commander'
import { resolve } from 'node:path'
import { createNodeButler } from '../../platform/node/butler.ts'
import type { CommandContext } from './context.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'folder to make')
    .addOption(new Option('--seed-config <file>', 'not supported yet').hideHelp())
    .addOption(new Option('--dimension-config <file>', 'not supported yet').hideHelp())
    .addOption(new Option('--override', 'has no effect').hideHelp())
    .addOption(new Option('--standalone', 'has no effect').hideHelp())
    .action(async (repo: string) => {
      const { io, log } = context()
      const butler = await createNodeButler(resolve(io.cwd, repo), { log })
      await butler.close()
    })
}

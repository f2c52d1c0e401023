import { type Command, Option } from 'commander'
import { resolve } from 'node:path'
import { type ConfigTree, isTree, RepositoryConfigError } from '#butler'
import { createNodeButler } from '../../platform/node/butler.ts'
import { nodeFiles } from '../../platform/node/node-files.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly seedConfig?: string
  readonly outfile?: string
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'folder to make')
    .option('--seed-config <file>', 'YAML to put over the default configuration: registry.db, datastore …')
    .addOption(new Option('--dimension-config <file>', 'not supported yet').hideHelp())
    .addOption(new Option('--override', 'has no effect').hideHelp())
    .addOption(new Option('--standalone', 'has no effect').hideHelp())
    .option('-f, --outfile <file>', 'write the configuration to this file and not into the repository')
    .action(async (repo: string, options: Options) => {
      const { io, log } = context()
      const { seedConfig, outfile } = options
      const butler = await createNodeButler(resolve(io.cwd, repo), {
        log,
        ...(seedConfig !== undefined && { seed: await readSeed(resolve(io.cwd, seedConfig)) }),
        ...(outfile !== undefined && { outfile: resolve(io.cwd, outfile) }),
      })
      await butler.close()
    })
}

async function readSeed(file: string): Promise<ConfigTree> {
  const { parse } = await import('yaml')
  const tree: unknown = parse(await nodeFiles.readText(file))
  if (!isTree(tree as ConfigTree)) throw new RepositoryConfigError(`'${file}' holds no configuration.`)
  return tree as ConfigTree
}

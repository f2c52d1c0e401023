import type { Command } from 'commander'
import { type ConfigTree, FileNotFoundError, isTree, RepositoryConfigError } from '#butler'
import { createNodeButler } from '../../platform/node/butler.ts'
import { routedFiles } from '../../platform/node/remote/routed-files.ts'
import { placeFrom } from '../../platform/node/place.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly seedConfig?: string
  readonly outfile?: string
  readonly dimensionConfig?: string
  readonly standalone: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'folder to make, or an address such as s3://bucket/folder')
    .option('--seed-config <file>', 'YAML to put over the default configuration: registry.db, datastore …')
    .option('--dimension-config <file>', 'YAML with the dimensions, for a universe older than the newest')
    .option('--override', 'let the seed configuration go before all defaults; it always does')
    .option('--standalone', 'write the defaults of these programs into the configuration too', false)
    .option('-f, --outfile <file>', 'write the configuration to this file and not into the repository')
    .action(async (repo: string, options: Options) => {
      const { io, log } = context()
      const { seedConfig, outfile, dimensionConfig } = options
      const butler = await createNodeButler(repo, {
        log,
        folder: io.cwd,
        standalone: options.standalone,
        ...(seedConfig !== undefined && { seed: await readSeed(placeFrom(io.cwd, seedConfig)) }),
        ...(dimensionConfig !== undefined && {
          dimensions: await readSeed(placeFrom(io.cwd, dimensionConfig)),
        }),
        ...(outfile !== undefined && { outfile: placeFrom(io.cwd, outfile) }),
      })
      await butler.close()
    })
}

async function readSeed(file: string): Promise<ConfigTree> {
  if ((await routedFiles.stat(file)) === undefined) throw new FileNotFoundError(`There is no file '${file}'.`)
  const { parse } = await import('yaml')
  const tree: unknown = parse(await routedFiles.readText(file))
  if (!isTree(tree as ConfigTree)) throw new RepositoryConfigError(`'${file}' holds no configuration.`)
  return tree as ConfigTree
}

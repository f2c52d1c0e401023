import type { Command } from 'commander'
import { ArgumentError, configTree } from '#butler'
import { placeFrom } from '../../platform/node/place.ts'
import { collectList } from '../shared/options.ts'
import { writeNamed } from '../shared/place.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly subset?: string
  readonly file?: string
  readonly searchpath?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .option('-s, --subset <path>', 'a part of it: registry, .datastore.root …')
    .option('--file <path>', 'write it to a file')
    .option(
      '-p, --searchpath <list>',
      'folders with files of defaults, as on DAF_BUTLER_CONFIG_PATH',
      collectList,
    )
    .action(async (repo: string, options: Options) => {
      const { io, open } = context()
      const { stringify } = await import('yaml')
      const searchPath = (options.searchpath ?? []).map((folder) => placeFrom(io.cwd, folder))
      const tree = configTree((await open(repo, { searchPath })).repository)
      const asYaml = (value: unknown) => stringify(value, { lineWidth: 0, singleQuote: true }).trimEnd()
      const text = `${print(tree, options.subset, asYaml)}\n`
      if (options.file === undefined) io.out(text)
      else await writeNamed(io.cwd, options.file, text)
    })
}

function print(tree: unknown, subset: string | undefined, stringify: (value: unknown) => string): string {
  if (subset === undefined) return stringify(tree)
  const path = subset.split(/[.→]/).filter((p) => p !== '')
  const part = path.reduce<unknown>((t, key) => (t as Record<string, unknown> | undefined)?.[key], tree)
  if (part === undefined)
    throw new ArgumentError(`The configuration has no '${subset}'.`, {
      hint: `At the top are ${Object.keys(tree as object).join(', ')}.`,
    })
  return typeof part === 'object' && part !== null ? stringify(part) : `${subset}: ${scalarText(part)}`
}

/** As Python prints them: scripts compare these words. */
function scalarText(value: unknown): string {
  if (value === null) return 'None'
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value as string)
}

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { ArgumentError, configTree } from '#butler'
import type { CommandContext } from './context.ts'

interface Options {
  readonly subset?: string
  readonly file?: string
  readonly searchpath?: string
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .option('-s, --subset <path>', 'a part of it: registry, .datastore.root …')
    .option('--file <path>', 'write it to a file')
    .addOption(new Option('-p, --searchpath <dir>', 'refused: butler.yaml alone is read').hideHelp())
    .action(async (repo: string, options: Options) => {
      const { io, open } = context()
      if (options.searchpath !== undefined)
        throw new ArgumentError(
          '--searchpath is not possible: a repository is configured by its butler.yaml.',
          {
            hint: `Write what ${options.searchpath} holds into butler.yaml.`,
          },
        )
      const { stringify } = await import('yaml')
      const tree = configTree((await open(repo)).repository)
      const text = print(tree, options.subset, stringify)
      if (options.file === undefined) io.out(`${text}\n`)
      else writeFileSync(resolve(io.cwd, options.file), text)
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
  return typeof part === 'object' && part !== null ? stringify(part) : `${subset}: ${String(part as string)}`
}

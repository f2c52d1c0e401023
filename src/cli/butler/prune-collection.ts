import type { Command } from 'commander'
import { ArgumentError } from '#butler'
import { collectList } from '../shared/options.ts'
import { ExitCode } from '../shared/report.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly collection?: string
  readonly purge: boolean
  readonly unstore: boolean
  readonly unlink?: readonly string[]
  readonly confirm: boolean
}

/** The spelling of 2020, for one collection; today there are remove-runs and remove-collections. */
export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[collection]', 'the collection to remove')
    .option('--collection <name>', 'the collection to remove')
    .option('--purge', 'needed for a RUN: forget its datasets', false)
    .option('--unstore', 'needed for a RUN: delete the files of its datasets', false)
    .option('--unlink <chains>', 'first take it out of these chains', collectList)
    .option('--confirm', 'ask before doing it', false)
    .option('--no-confirm', 'do not ask (the default)')
    .action(async (repo: string, word: string | undefined, options: Options) => {
      const { io, open } = context()
      const name = options.collection ?? word
      if (name === undefined)
        throw new ArgumentError('Say which collection.', { hint: 'Give --collection NAME.' })
      const butler = await open(repo, { writeable: true })
      const { type } = await butler.collections.getInfo(name)
      if (type === 'RUN' && !(options.purge && options.unstore))
        throw new ArgumentError(`'${name}' is a RUN: its datasets would go with it.`, {
          hint: `Give both --purge and --unstore, or use \`butler remove-runs ${repo} ${name}\`.`,
        })
      if (options.confirm && (await io.confirm(`Remove the ${type} collection ${name}?`)) !== true) {
        io.err('Aborted!\n')
        throw new ExitCode(1)
      }
      await butler.transaction(async () => {
        for (const chain of options.unlink ?? []) await butler.collections.removeFromChain(chain, name)
        if (type === 'RUN') await butler.removeRuns(name)
        else await butler.collections.remove(name)
      })
      io.out(`Removed the ${type} collection ${name}.\n`)
    })
}

import type { Command } from 'commander'
import { ArgumentError, DatasetRef, DataCoordinate } from '#butler'
import { messageOf } from '#core'
import { collectList } from '../shared/options.ts'
import { ExitCode } from '../shared/report.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly quiet: boolean
  readonly ignore?: readonly string[]
  readonly datasetType?: readonly string[]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .option('-q, --quiet', 'say little', false)
    .option('-i, --ignore <list>', 'dataset types not to look at', collectList)
    .option('-d, --dataset-type <list>', 'only these dataset types', collectList)
    .action(async (repo: string, options: Options) => {
      const { io, open } = context()
      const butler = await open(repo)
      const ignored = new Set(options.ignore)
      const types = await butler.registry.queryDatasetTypes(options.datasetType ?? '*')
      if (types.length === 0 && options.datasetType !== undefined)
        throw new ArgumentError(`No dataset types match ${options.datasetType.join(', ')}.`)
      const problems: string[] = []
      for (const type of types.filter((t) => !ignored.has(t.name))) {
        const id = new DataCoordinate(type.dimensions, {}, false)
        const ref = new DatasetRef(type, id, 'run', '00000000-0000-0000-0000-000000000000')
        for (const { formatters } of butler.repository.datastore.fileStores)
          await formatters.writing({ ref }).catch((e: unknown) => problems.push(messageOf(e)))
      }
      if (problems.length === 0) {
        io.out('No problems encountered with configuration.\n')
        return
      }
      for (const problem of options.quiet ? problems.slice(0, 1) : problems) io.out(`${problem}\n`)
      throw new ExitCode(1)
    })
}

import type { Command } from 'commander'
import type { Butler, DatasetType } from '#butler'
import { addJson, collectList, splitLists } from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './rows.ts'

interface Options {
  readonly verbose: boolean
  readonly collections?: readonly string[]
  readonly json: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[globs...]', 'names or globs; all by default')
    .option('-v, --verbose', 'also dimensions and storage class', false)
    .option('--collections <list>', 'only types that may be in these collections', collectList)
  addJson(command).action(async (repo: string, globs: readonly string[], options: Options) => {
    const { io, open } = context()
    const butler = await open(repo)
    const types = await select(butler, globs, options.collections)
    if (options.json) io.out(printJson(types.map(plain)))
    else if (types.length === 0) io.out('No results. Try --help for more information.\n')
    else
      io.out(
        options.verbose
          ? verbose(types)
          : formatTable(
              ['name'],
              types.map((t) => [t.name]),
              'left',
            ),
      )
  })
}

async function select(
  butler: Butler,
  globs: readonly string[],
  collections: readonly string[] | undefined,
): Promise<readonly DatasetType[]> {
  const types = await butler.registry.queryDatasetTypes(globs.length === 0 ? '*' : splitLists(globs))
  if (collections === undefined) return types
  const infos = await butler.collections.queryInfo(collections, { includeSummary: true, flattenChains: true })
  const there = new Set(infos.flatMap((i) => i.datasetTypes ?? []))
  return types.filter((t) => there.has(t.name))
}

const verbose = (types: readonly DatasetType[]): string =>
  formatTable(
    ['name', 'dimensions', 'storage class'],
    types.map((t) => [t.name, `[${t.dimensions.names.map((n) => `'${n}'`).join(', ')}]`, t.storageClass]),
    'left',
  )

const plain = (type: DatasetType) => ({
  name: type.name,
  dimensions: type.dimensions.names,
  storageClass: type.storageClass,
  isCalibration: type.isCalibration,
})

import { type Command, Option } from 'commander'
import { type Butler, type CollectionInfo, type CollectionType, matchesAny } from '#butler'
import { addJson, choice, collectList } from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './rows.ts'

const CHAINS = ['TREE', 'TABLE', 'FLATTEN', 'NO-CHILDREN', 'INVERSE-TREE', 'INVERSE-TABLE'] as const
const TYPES = ['RUN', 'TAGGED', 'CHAINED', 'CALIBRATION'] as const

interface Options {
  readonly chains: (typeof CHAINS)[number]
  readonly flattenChains: boolean
  readonly collectionType?: readonly CollectionType[]
  readonly showDatasetTypes: boolean
  readonly excludeDatasetTypes: readonly string[]
  readonly json: boolean
}

/** Types that every run has and that nobody looks for. */
const BORING: readonly string[] = ['*_config', '*_log', '*_metadata', 'packages']

/** The first use replaces the default list. */
const collectGlobs = (text: string, before: readonly string[]): readonly string[] =>
  collectList(text, before === BORING ? [] : before)

/** A line of the listing; further lines of one collection have empty cells in front. */
type Line = readonly [name: string, type: string, children: readonly string[], types: readonly string[]]

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[globs...]', 'names or globs; all by default')
    .option(
      '--chains <mode>',
      'TREE, TABLE, FLATTEN, NO-CHILDREN, INVERSE-TREE or INVERSE-TABLE',
      choice(CHAINS),
      'TREE',
    )
    .addOption(new Option('--flatten-chains', 'as --chains FLATTEN').default(false))
    .option(
      '--collection-type <type>',
      'RUN, TAGGED, CHAINED or CALIBRATION (repeatable)',
      (text, before: readonly CollectionType[] = []) => [...before, ...text.split(',').map(choice(TYPES))],
    )
    .option('-t, --show-dataset-types', 'also list the dataset types that may be inside', false)
    .option(
      '--exclude-dataset-types <list>',
      'dataset types not to list: names or globs',
      collectGlobs,
      BORING,
    )
  addJson(command).action(async (repo: string, globs: readonly string[], options: Options) => {
    const { io, open } = context()
    const butler = await open(repo)
    const chains = options.flattenChains ? 'FLATTEN' : options.chains
    if (options.json) {
      const infos = await select(butler, globs, options, chains === 'FLATTEN')
      io.out(printJson(infos))
      return
    }
    io.out(await listing(butler, globs, { ...options, chains }))
  })
}

const select = (butler: Butler, globs: readonly string[], options: Options, flattenChains: boolean) =>
  butler.collections.queryInfo(globs.length === 0 ? '*' : globs.flatMap((g) => g.split(',')), {
    flattenChains,
    includeChains: !flattenChains,
    includeSummary: options.showDatasetTypes,
    includeParents: options.chains.startsWith('INVERSE'),
    ...(options.collectionType !== undefined && { types: options.collectionType }),
  })

async function listing(butler: Butler, globs: readonly string[], options: Options): Promise<string> {
  const { chains } = options
  const infos = await select(butler, globs, options, chains === 'FLATTEN')
  if (infos.length === 0) return ''
  const sorted = [...infos].sort((a, b) => (a.name < b.name ? -1 : 1))
  switch (chains) {
    case 'TREE':
    case 'INVERSE-TREE':
      return render(await tree(butler, sorted, options), undefined, options)
    case 'TABLE':
      return render(
        await Promise.all(sorted.map((i) => tableLine(butler, i, i.children, options))),
        sorted.some((i) => i.type === 'CHAINED') ? 'Children' : undefined,
        options,
      )
    case 'INVERSE-TABLE':
      return render(
        await Promise.all(sorted.map((i) => tableLine(butler, i, [...(i.parents ?? [])].sort(), options))),
        sorted.some((i) => (i.parents ?? []).length > 0) ? 'Parents' : undefined,
        options,
      )
    case 'FLATTEN':
    case 'NO-CHILDREN':
      return render(
        infos.map((i): Line => [i.name, i.type, [], typesOf(i, options)]),
        undefined,
        options,
      )
  }
}

function typesOf(info: CollectionInfo, options: Options): readonly string[] {
  return (info.datasetTypes ?? []).filter((t) => !matchesAny(t, options.excludeDatasetTypes))
}

/** In a table dataset types stand beside the children (or parents) that hold them, if there are any. */
async function tableLine(
  butler: Butler,
  info: CollectionInfo,
  relatives: readonly string[],
  options: Options,
): Promise<Line> {
  if (!options.showDatasetTypes || relatives.length === 0)
    return [info.name, info.type, relatives, typesOf(info, options)]
  const names: string[] = []
  const types: string[] = []
  for (const name of relatives) {
    const [relative] = await butler.collections.queryInfo(name, { includeSummary: true })
    const own = typesOf(relative!, options)
    names.push(name, ...own.slice(1).map(() => ''))
    types.push(...(own.length === 0 ? [''] : own))
  }
  return [info.name, info.type, names, types]
}

async function tree(
  butler: Butler,
  roots: readonly CollectionInfo[],
  options: Options,
): Promise<readonly Line[]> {
  const lines: Line[] = []
  const inverse = options.chains === 'INVERSE-TREE'
  const visit = async (info: CollectionInfo, depth: number): Promise<void> => {
    const types = info.type === 'CHAINED' ? [] : typesOf(info, options)
    lines.push([`${'  '.repeat(depth)}${info.name}`, info.type, [], types])
    for (const name of inverse ? [...(info.parents ?? [])].sort() : info.children) {
      const [next] = await butler.collections.queryInfo(name, {
        includeSummary: options.showDatasetTypes,
        includeParents: inverse,
      })
      await visit(next!, depth + 1)
    }
  }
  for (const root of roots) await visit(root, 0)
  return lines
}

function render(lines: readonly Line[], related: string | undefined, options: Options): string {
  const head = [
    'Name',
    'Type',
    ...(related === undefined ? [] : [related]),
    ...(options.showDatasetTypes ? ['Dataset Types'] : []),
  ]
  const rows = lines.flatMap(([name, type, relatives, types]) => {
    const height = Math.max(1, relatives.length, options.showDatasetTypes ? types.length : 0)
    return Array.from({ length: height }, (_, i) => [
      i === 0 ? name : '',
      i === 0 ? type : '',
      ...(related === undefined ? [] : [relatives[i] ?? '']),
      ...(options.showDatasetTypes ? [types[i] ?? ''] : []),
    ])
  })
  return formatTable(head, rows, 'left')
}

import type { Command } from 'commander'
import { ArgumentError, type Butler, type DatasetRef, InvalidQueryError } from '#butler'
import type { Logger } from '#core'
import { addConfirm, addWhere, collectList, splitLists } from '../shared/options.ts'
import type { CommandContext } from './context.ts'
import { datasetTable, plainRows } from './query-datasets.ts'
import { selectDatasets } from './select.ts'

interface Options {
  readonly datasets?: readonly string[]
  readonly where?: string
  readonly findAll: boolean
  readonly disassociate?: readonly string[]
  readonly purge?: string
  readonly unstore: boolean
  readonly dryRun: boolean
  readonly confirm: boolean
  readonly quiet: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[collections...]', 'collections to look in, in order; by default those to prune')
    .option('-d, --datasets <list>', 'dataset types: names or globs; all by default', collectList)
    .option('--find-all', 'all datasets of the collections, not only the first per data ID', false)
    .option('--disassociate <tags>', 'take the datasets out of these TAGGED collections', collectList)
    .option('--purge <run>', 'remove the datasets of this run whole, from every collection and the disk')
    .option('--unstore', 'delete the files', false)
    .option('--dry-run', 'only say what would be done', false)
    .option('--quiet', 'do not ask and print nothing', false)
  for (const add of [addWhere, addConfirm]) add(command)
  command.action(async (repo: string, words: readonly string[], options: Options) => {
    const { io, open, log } = context()
    check(options)
    const butler = await open(repo, { writeable: true })
    if (options.purge !== undefined) await requireRun(butler, options.purge)
    const tables = await select(butler, log, splitLists(words), options)
    const listing = `\n${tables.map((t) => `${datasetTable(plainRows(t))}\n`).join('')}`
    if (options.dryRun) {
      io.out(`${intention(options)}\n${listing}`)
      return
    }
    const refs = tables.flat()
    if (options.confirm && !options.quiet) {
      if (refs.length === 0) {
        io.out('Did not find any datasets.\n')
        return
      }
      io.out(`The following datasets will be removed:\n${listing}`)
      if ((await io.confirm('Continue?')) !== true) {
        io.out('Did not remove the datasets.\n')
        return
      }
    }
    await prune(butler, refs, options)
    if (options.quiet) return
    io.out(options.confirm ? 'The datasets were removed.\n' : `Removed the following datasets:\n${listing}`)
  })
}

function check(options: Options): void {
  if (options.quiet && options.dryRun) throw new ArgumentError('Can not use --quiet and --dry-run together.')
  if (options.purge !== undefined && options.disassociate !== undefined)
    throw new ArgumentError(
      '--disassociate and --purge may not be used together: --purge takes datasets out of all collections.',
    )
  if (options.purge === undefined && options.disassociate === undefined && !options.unstore)
    throw new ArgumentError('No operation: one of --purge, --unstore, or --disassociate must be provided.')
}

async function requireRun(butler: Butler, name: string): Promise<void> {
  if ((await butler.collections.getInfo(name)).type !== 'RUN')
    throw new ArgumentError(`Can not prune a collection that is not a RUN collection: ${name}`)
}

async function select(
  butler: Butler,
  log: Logger,
  words: readonly string[],
  options: Options,
): Promise<readonly (readonly DatasetRef[])[]> {
  const collections =
    words.length > 0
      ? words
      : [...(options.disassociate ?? []), ...(options.purge === undefined ? [] : [options.purge])]
  if (collections.length === 0)
    throw new ArgumentError('Say in which collections to look.', { hint: 'Name them behind the repository.' })
  if (!options.findAll && collections.some((c) => /[*?[]/.test(c)))
    throw new InvalidQueryError('Collections with wildcards have no order, so there is no first.', {
      hint: 'Give --find-all, or name the collections.',
    })
  return selectDatasets(butler, log, {
    collections,
    ...(options.datasets !== undefined && { datasetType: options.datasets }),
    findFirst: !options.findAll,
    ...(options.where !== undefined && { where: options.where }),
  })
}

function intention({ purge, disassociate, unstore }: Options): string {
  const tags = purge === undefined ? (disassociate ?? []) : [purge]
  const tuple = `(${tags.map((t) => `'${t}'`).join(', ')}${tags.length === 1 ? ',' : ''})`
  const out = `The following datasets will be disassociated from ${tuple} if they are currently present in it (which is not checked)`
  if (tags.length === 0)
    return 'The following datasets will be removed from any datastores in which they are present:'
  return purge !== undefined || unstore
    ? `${out}, and removed from any datastores in which they are present.`
    : `${out}:`
}

const prune = (butler: Butler, refs: readonly DatasetRef[], options: Options): Promise<void> =>
  butler.pruneDatasets(
    refs,
    options.purge !== undefined
      ? { disassociate: true, unstore: true, purge: true }
      : {
          disassociate: options.disassociate !== undefined,
          tags: options.disassociate ?? [],
          unstore: options.unstore,
        },
  )

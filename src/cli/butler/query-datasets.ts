import type { Command } from 'commander'
import {
  type Butler,
  type DatasetRef,
  FileNotFoundError,
  InvalidQueryError,
  EmptyQueryResultError,
} from '#butler'
import { addCollections, addJson, addOrderLimit, addWhere, splitLists } from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { refuseOffset, selectDatasets } from './select.ts'
import { printJson } from './rows.ts'

interface Options {
  readonly collections?: readonly string[]
  readonly where?: string
  readonly findFirst: boolean
  readonly limit: number
  readonly orderBy?: readonly string[]
  readonly offset?: string
  readonly showUri: boolean
  readonly json: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[types...]', 'dataset types: names or globs; all by default')
    .option('--find-first', 'one dataset per data ID: that of the first collection', false)
    .option('--show-uri', 'also where the files are', false)
  for (const add of [addCollections, addWhere, addOrderLimit, addJson]) add(command)
  command.action(async (repo: string, globs: readonly string[], options: Options) => {
    const { io, open, log } = context()
    refuseOffset(options.offset)
    const butler = await open(repo)
    const wanted = splitLists(globs)
    const known = await butler.registry.queryDatasetTypes(wanted.length === 0 ? '*' : wanted)
    if (known.length > 1 && (options.orderBy ?? []).length > 0)
      throw new InvalidQueryError('--order-by works for one dataset type at a time.', {
        hint: `These match: ${known.map((t) => t.name).join(', ')}.`,
      })
    if (known.length === 0) log.info(`No dataset types match ${wanted.map((w) => `'${w}'`).join(', ')}.`)
    const tables = await selectDatasets(butler, log, known, options)
    if (known.length > 0 && tables.length === 0)
      throw new EmptyQueryResultError(await reasons(butler, known, options))
    const uris = options.showUri ? await urisOf(butler, tables.flat()) : undefined
    if (options.json) io.out(printJson(tables.flat().map((r) => plain(r, uris))))
    else
      io.out(
        `\n${tables.map((refs) => `${datasetTable(refs, uris)}\n`).join('')}${tables.length === 0 ? '' : ''}`,
      )
  })
}

/** One table for datasets of one type. */
export function datasetTable(refs: readonly DatasetRef[], uris?: ReadonlyMap<string, string>): string {
  const { keys } = refs[0]!.datasetType.dimensions
  return formatTable(
    ['type', 'run', 'id', ...keys, ...(uris === undefined ? [] : ['URI'])],
    refs.map((r) => [
      r.datasetType.name,
      r.run,
      r.id,
      ...keys.map((k) => String(r.dataId[k])),
      ...(uris === undefined ? [] : [uris.get(r.id)!]),
    ]),
  )
}

async function urisOf(butler: Butler, refs: readonly DatasetRef[]): Promise<ReadonlyMap<string, string>> {
  const { datastore } = butler.repository
  const records = await datastore.records.ofMany(refs.map((r) => r.id))
  const out = new Map<string, string>()
  for (const ref of refs) {
    const [record] = records.get(ref.id) ?? []
    if (record === undefined)
      throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`, {
        hint: 'Leave out --show-uri, or narrow the query to stored datasets.',
      })
    out.set(ref.id, datastore.uriOfRecord(record))
  }
  return out
}

async function reasons(
  butler: Butler,
  types: readonly { readonly name: string }[],
  options: Options,
): Promise<readonly string[]> {
  const out: string[] = []
  for (const { name } of types.slice(0, 3)) {
    const results = await butler
      .query()
      .datasets(name, options.collections ?? '*', { findFirst: options.findFirst })
    const narrowed = options.where === undefined ? results : results.where(options.where)
    out.push(...(await narrowed.explainNoResults()))
  }
  return out
}

const plain = (ref: DatasetRef, uris: ReadonlyMap<string, string> | undefined) => ({
  type: ref.datasetType.name,
  run: ref.run,
  id: ref.id,
  dataId: ref.dataId,
  ...(uris !== undefined && { uri: uris.get(ref.id) }),
})

import type { Command } from 'commander'
import { type Butler, type DatasetRef, FileNotFoundError } from '#butler'
import { addJson, splitLists } from '../shared/options.ts'
import { formatTable } from '../shared/table.ts'
import type { CommandContext } from './context.ts'
import { addSelection, type DatasetSelection, selectDatasets } from './select.ts'
import { printJson } from './rows.ts'

interface Options extends DatasetSelection {
  readonly showUri: boolean
  readonly json: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('[types...]', 'dataset types: names or globs; all by default')
    .option('--show-uri', 'also where the files are', false)
  addJson(addSelection(command, { limit: -20000 }))
  command.action(async (repo: string, globs: readonly string[], options: Options) => {
    const { io, open, log } = context()
    const butler = await open(repo)
    const wanted = splitLists(globs)
    const datasetType = wanted.length === 0 ? ['*'] : wanted
    const tables = await selectDatasets(butler, log, { ...options, datasetType })
    const uris = options.showUri ? await urisOf(butler, tables.flat()) : undefined
    if (options.json) io.out(printJson(tables.flat().map((r) => plain(r, uris))))
    else io.out(`\n${tables.map((refs) => `${datasetTable(refs, uris)}\n`).join('')}`)
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
  const stored = await datastore.stored(refs.map((r) => r.id))
  const out = new Map<string, string>()
  for (const ref of refs) {
    const own = stored.get(ref.id)
    if (own === undefined)
      throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`, {
        hint: 'Leave out --show-uri, or narrow the query to stored datasets.',
      })
    out.set(ref.id, own.store.uriOfRecord(own.records[0]!))
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

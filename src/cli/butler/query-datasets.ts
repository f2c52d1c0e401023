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
    const placed = (await Promise.all(tables.map((refs) => rowsOf(butler, refs, options.showUri)))).flat()
    if (options.json) io.out(printJson(placed.flat().map(plain)))
    else io.out(`\n${placed.map((rows) => `${datasetTable(rows)}\n`).join('')}`)
  })
}

/** A row of the table: a dataset, or a part of one that is stored in parts. */
interface Row {
  readonly type: string
  readonly ref: DatasetRef
  readonly uri?: string
}

export const plainRows = (refs: readonly DatasetRef[]): readonly Row[] =>
  refs.map((ref) => ({ type: ref.datasetType.name, ref }))

/** One table for datasets of one type. */
export function datasetTable(rows: readonly Row[]): string {
  const { keys } = rows[0]!.ref.datasetType.dimensions
  const hasUri = rows[0]!.uri !== undefined
  return formatTable(
    ['type', 'run', 'id', ...keys, ...(hasUri ? ['URI'] : [])],
    rows.map(({ type, ref, uri }) => [
      type,
      ref.run,
      ref.id,
      ...keys.map((k) => String(ref.dataId[k])),
      ...(uri === undefined ? [] : [uri]),
    ]),
  )
}

/** The rows of one type; with addresses a list for each part. */
async function rowsOf(
  butler: Butler,
  refs: readonly DatasetRef[],
  showUri: boolean,
): Promise<readonly (readonly Row[])[]> {
  if (!showUri) return [plainRows(refs)]
  const stored = await butler.repository.datastore.stored(refs.map((r) => r.id))
  const byType = new Map<string, Row[]>()
  const add = (row: Row) => {
    const rows = byType.get(row.type)
    if (rows === undefined) byType.set(row.type, [row])
    else rows.push(row)
  }
  for (const ref of refs) {
    const own = stored.get(ref.id)
    const { name } = ref.datasetType
    if (own === undefined)
      throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`, {
        hint: 'Leave out --show-uri, or narrow the query to stored datasets.',
      })
    for (const record of own.records)
      add({
        type: record.component === undefined ? name : `${name}.${record.component}`,
        ref,
        uri: own.store.uriOfRecord(record),
      })
  }
  return [...byType.keys()].sort().map((type) => byType.get(type)!)
}

const plain = ({ type, ref, uri }: Row) => ({
  type,
  run: ref.run,
  id: ref.id,
  dataId: ref.dataId,
  ...(uri !== undefined && { uri }),
})

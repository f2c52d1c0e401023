import { FirstlightError } from '#core'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import type { Accepts } from '../datastore/constraints.ts'
import type { FileDatastore } from '../datastore/file-datastore.ts'
import type { FileRecord, UnrecordedDataset } from '../datastore/record-table.ts'
import { extensionOf } from '../datastore/uri.ts'
import type { DataIdValue } from '../dimensions/data-id.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { FileExistsError } from '../errors.ts'
import type { Repository } from '../repository/repository.ts'
import { runOf } from './file-kinds.ts'
import type { BrokenRecord, OwnerNames } from './report.ts'

/** A known dataset without records, and those that its files should have. */
export interface LostRecord {
  readonly dataset: { readonly id: string; readonly datasetType: string; readonly run: string }
  readonly records: readonly FileRecord[]
}

interface Lost {
  readonly lost: readonly LostRecord[]
  /** Said to be stored, but neither record nor file is there. */
  readonly gone: readonly BrokenRecord[]
  /** Files that may belong to such a dataset, which cannot be told: nobody should delete them. */
  readonly unsure: ReadonlySet<string>
}

/** Find known datasets whose records are gone, and their files where the templates put them. Without a list of files each is asked for. */
export async function findUnrecorded(
  repository: Repository,
  store: FileDatastore,
  accepts: Accepts,
  { names, files }: { readonly names: OwnerNames; readonly files: readonly string[] | undefined },
): Promise<Lost> {
  const numbers = new Map([...names.runs].map(([id, name]) => [name, id]))
  const named = new Set(numbers.keys())
  const listed = files ?? []
  const runs = new Set(listed.flatMap((path) => numbers.get(runOf(path, named) ?? '') ?? []))
  const there = new Set(files)
  const isThere = async (path: string): Promise<boolean> =>
    files === undefined ? (await store.files.stat(store.placeBelow(path)))?.kind === 'file' : there.has(path)
  const unsure = new Set<string>()
  const doubt = (beginning: string) => {
    for (const path of listed) if (path.startsWith(beginning)) unsure.add(path)
  }
  const lost: LostRecord[] = []
  const gone: BrokenRecord[] = []
  for (const dataset of await store.records.unrecorded([...runs])) {
    const who = {
      id: dataset.id,
      datasetType: names.types.get(dataset.typeId) ?? '?',
      run: names.runs.get(dataset.runId) ?? '?',
    }
    const planned = await plannedFor(repository, store, accepts, dataset, who.run)
    if (planned === undefined) doubt(`${who.run}/`)
    const records: FileRecord[] = []
    for (const record of planned ?? [])
      if (await isThere(record.path)) records.push(await measured(store, record))
      else doubt(`${withoutExtension(record.path)}.`)
    if (records.length > 0) lost.push({ dataset: who, records })
    else if (dataset.isLocated && planned !== undefined)
      gone.push({ ...who, component: undefined, path: planned[0]?.path ?? '?', why: 'missing' })
  }
  return { lost, gone, unsure }
}

/** Records that a dataset would have; undefined where its data ID or formatter is not known (any more). */
async function plannedFor(
  { types, datasets, records }: Repository,
  store: FileDatastore,
  accepts: Accepts,
  { id, typeId, runId }: UnrecordedDataset,
  run: string,
): Promise<readonly FileRecord[] | undefined> {
  try {
    const type = await types.byId(typeId)
    const key = await datasets.dataIdOf(type, id, runId)
    if (key === undefined) return undefined
    const { dimensions } = type.type
    const values = Object.fromEntries(dimensions.required.map((d, i) => [d, key[i] as DataIdValue]))
    const ref = new DatasetRef(type.type, await expandDataId(records, dimensions, values), run, id)
    return accepts(ref) ? await store.plan(ref) : []
  } catch (error) {
    if (error instanceof FileExistsError) return []
    if (error instanceof FirstlightError) return undefined
    throw error
  }
}

const withoutExtension = (path: string): string => path.slice(0, path.length - extensionOf(path).length)

async function measured(store: FileDatastore, record: FileRecord): Promise<FileRecord> {
  const place = store.placeBelow(record.path)
  const stat = await store.files.stat(place)
  const checksum = store.checksums ? await store.checksumAt(place) : undefined
  return { ...record, size: stat?.size ?? -1, checksum }
}

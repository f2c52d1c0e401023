import { type ByteSource, crc32, type Files, FirstlightError } from '#core'
import { REFS } from '../arguments.ts'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import type { FileDatastore, StoredFiles } from '../datastore/file-datastore.ts'
import type { FileRecord } from '../datastore/record-table.ts'
import { joinPath, zipMember } from '../datastore/uri.ts'
import { expandDataId } from '../dimensions/expand.ts'
import type { RecordStore } from '../dimensions/record-store.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { ArgumentError, FileExistsError, FileNotFoundError } from '../errors.ts'
import { FLAG, PLACE, requireKind, requireOptions } from '../kinds.ts'
import type { Repository } from '../repository/repository.ts'
import { archiveName, INDEX_FILE, type IndexedFile, writeIndex } from './zip-index.ts'
import { zipChunks, type ZipMember } from './zip-writer.ts'

/** What goes into an archive, and from where. */
export interface ZipRequest {
  readonly universe: DimensionUniverse
  /** With expanded data IDs, so that the archive can bring its dimension records along. */
  readonly refs: readonly DatasetRef[]
  readonly stored: ReadonlyMap<string, StoredFiles>
  /** Folder for the archive. */
  readonly folder: string
  readonly files: Files
  readonly overwrite: boolean
}

/**
 * Pack files of datasets into one archive with an index, for `ingestZip` here or in the real Butler. Its name comes from the names
 * of the files in it. Gives its path.
 */
export async function retrieveZip(
  { records, universe, datastore }: Repository,
  refs: readonly DatasetRef[],
  folder: string,
  options: { readonly overwrite?: boolean } = {},
): Promise<string> {
  requireKind(refs, 'refs', REFS)
  requireKind(folder, 'folder', PLACE)
  requireOptions(options, { overwrite: FLAG })
  const expanded = await withRecords(records, refs)
  const stored = await datastore.stored(refs.map((r) => r.id))
  const { files } = datastore
  return writeZip({ universe, refs: expanded, stored, folder, files, overwrite: options.overwrite === true })
}

/** The same datasets, their data IDs with all records. */
export async function withRecords(
  store: RecordStore,
  refs: readonly DatasetRef[],
): Promise<readonly DatasetRef[]> {
  const out: DatasetRef[] = []
  for (const { datasetType: type, dataId, run, id } of refs)
    out.push(new DatasetRef(type, await expandDataId(store, type.dimensions, dataId), run, id))
  return out
}

export async function writeZip(request: ZipRequest): Promise<string> {
  const { universe, refs, stored, folder, files } = request
  if (refs.length === 0)
    throw new ArgumentError('No datasets were given to put into an archive.', {
      hint: 'Widen the selection: an archive of nothing is not made.',
    })
  const members = membersOf(refs, stored)
  const path = joinPath(folder, await archiveName(members))
  if (!request.overwrite && (await files.stat(path)) !== undefined)
    throw new FileExistsError(`'${path}' is there already.`, { hint: 'Give --clobber to replace it.' })
  const index = writeIndex(universe, [...refs].sort(byId), members)
  await files.writeChunks(path, zipChunks(packed(index, members)))
  return path
}

interface Member extends IndexedFile {
  readonly store: FileDatastore
  readonly ids: string[]
}

/** Files once each, whatever number of datasets they hold, under names that begin with a piece of a dataset's id. */
function membersOf(refs: readonly DatasetRef[], stored: ReadonlyMap<string, StoredFiles>): readonly Member[] {
  const byPlace = new Map<string, Member>()
  const names = new Set<string>()
  for (const ref of [...refs].sort(byId)) {
    const own = stored.get(ref.id)
    if (own === undefined)
      throw new FileNotFoundError(`The datastore holds no file for ${ref.toString()}.`, {
        hint: 'No archive was made. Leave it out of the selection.',
      })
    for (const record of own.records) {
      const place = `${own.store.placeOf(record)}#${zipMember(record.path) ?? ''}`
      const known = byPlace.get(place)
      if (known !== undefined) known.ids.push(ref.id)
      else byPlace.set(place, { name: nameOf(record, names), record, ids: [ref.id], store: own.store })
    }
  }
  return [...byPlace.values()]
}

function nameOf(record: FileRecord, taken: Set<string>): string {
  const inner = zipMember(record.path)
  const base = (inner ?? record.path).replace(/^.*\//, '')
  const wanted = inner === undefined ? `${record.id.slice(0, 8)}-${base}` : base
  const name = taken.has(wanted) ? `${record.id}-${base}` : wanted
  if (taken.has(name))
    throw new FirstlightError(
      'butler/bad-archive',
      `Two files of dataset ${record.id} would have the name '${name}'.`,
    )
  taken.add(name)
  return name
}

async function* packed(index: string, members: readonly Member[]): AsyncGenerator<ZipMember> {
  const { deflateSync } = await import('fflate')
  const plain = new TextEncoder().encode(index)
  yield { name: INDEX_FILE, deflated: deflateSync(plain), size: plain.length, crc: crc32(plain) }
  for (const { name, record, store } of members) {
    const source: ByteSource & { close?: () => Promise<void> } = await store.openRecord(record)
    yield { name, source }
    await source.close?.()
  }
}

const byId = (a: DatasetRef, b: DatasetRef): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

import type { Files, FirstlightError } from '#core'
import type { UndoLog } from '#sql'
import type { IndexedFile } from '../archive/zip-index.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { DatasetTypeNotSupportedError, FileNotFoundError } from '../errors.ts'
import type { Accepts } from './constraints.ts'
import { eachLimited } from './each-limited.ts'
import type { FileDataset, FileIntake, TransferMode } from './file-dataset.ts'
import { type DatastoreGet, FileDatastore, notStored, type StoredFiles } from './file-datastore.ts'
import type { PlacedFile } from './file-stores.ts'
import { ingestArchive, ingestFiles, sourceOf } from './ingest.ts'
import type { MemoryDatastore } from './memory-datastore.ts'
import { uriOf } from './uri.ts'

/** One member of a repository's datastore, and which datasets it takes. */
export interface DatastoreMember {
  readonly store: FileDatastore | MemoryDatastore
  readonly accepts: Accepts
}

/**
 * What holds the datasets of a repository: one datastore, or several in order (a chain). A dataset is written to every one that
 * takes it and read from the first that has it.
 */
export class Datastore {
  readonly members: readonly DatastoreMember[]
  readonly files: Files

  constructor(members: readonly DatastoreMember[], files: Files) {
    this.members = members
    this.files = files
  }

  /** Those that keep files. */
  get fileStores(): readonly FileDatastore[] {
    return this.fileMembers.map((m) => m.store)
  }

  /** The same, with what they take. */
  get fileMembers(): readonly { readonly store: FileDatastore; readonly accepts: Accepts }[] {
    return this.members.flatMap(({ store, accepts }) =>
      store instanceof FileDatastore ? [{ store, accepts }] : [],
    )
  }

  private get memoryStores(): readonly MemoryDatastore[] {
    return this.members.map((m) => m.store).filter((s): s is MemoryDatastore => !(s instanceof FileDatastore))
  }

  async put(value: unknown, ref: DatasetRef, undo: UndoLog): Promise<void> {
    for (const { store } of this.takers(ref)) await store.put(value, ref, undo)
  }

  async get(ref: DatasetRef, options: DatastoreGet = {}): Promise<unknown> {
    let lost: FileNotFoundError | undefined
    for (const { store } of this.members) {
      const isThere = !(store instanceof FileDatastore)
        ? store.has(ref.id)
        : this.members.length === 1 || (await store.records.of(ref.id)).length > 0
      if (!isThere) continue
      try {
        return await store.get(ref, options)
      } catch (error) {
        // The next one may have what this one has lost.
        if (!(error instanceof FileNotFoundError)) throw error
        lost ??= error
      }
    }
    throw lost ?? notStored(ref)
  }

  async knowsFormatter(name: string): Promise<boolean> {
    const registries = await Promise.all(this.members.map(({ store }) => store.formatters.load()))
    return registries.some((registry) => registry.byName(name) !== undefined)
  }

  /** Take files in, into every file datastore that takes them. */
  async ingest(datasets: readonly FileDataset[], intake: FileIntake, undo: UndoLog): Promise<void> {
    const work = new Map<FileDatastore, FileDataset[]>()
    for (const dataset of datasets)
      for (const store of this.fileTakers(dataset.refs)) {
        const list = work.get(store)
        if (list === undefined) work.set(store, [dataset])
        else list.push(dataset)
      }
    // With several stores a move is a copy to each; the original goes when the rows are there.
    const isShared = intake.transfer === 'move' && work.size > 1
    const own: FileIntake = isShared ? { ...intake, transfer: 'copy' } : intake
    const moved = new Set<string>()
    for (const [store, some] of work) {
      await ingestFiles(store, some, own, undo)
      for (const dataset of some) moved.add(sourceOf(store, dataset))
    }
    if (isShared) for (const place of moved) undo.onCommit(() => this.files.remove(place))
  }

  /** Take an archive in, into every file datastore that takes all of its datasets. */
  async ingestZip(
    archive: { readonly path: string; readonly name: string; readonly files: readonly IndexedFile[] },
    refs: readonly DatasetRef[],
    transfer: TransferMode | undefined,
    undo: UndoLog,
  ): Promise<void> {
    const takers = this.members.filter(
      (m) => m.store instanceof FileDatastore && refs.every((r) => m.accepts(r)),
    )
    if (takers.length === 0)
      throw new DatasetTypeNotSupportedError(
        `No datastore of the repository takes all datasets of '${archive.path}'.`,
        {
          hint: 'Look at the constraints in its butler.yaml.',
        },
      )
    const isShared = transfer === 'move' && takers.length > 1
    for (const { store } of takers)
      await ingestArchive(store as FileDatastore, archive, isShared ? 'copy' : transfer, undo)
    if (isShared) undo.onCommit(() => this.files.remove(archive.path))
  }

  /** Files of datasets by id, each of the first datastore that still has them; those without a record are absent. */
  async stored(ids: readonly string[]): Promise<ReadonlyMap<string, StoredFiles>> {
    const places = new Map<string, StoredFiles[]>()
    for (const store of this.fileStores)
      for (const [id, records] of await store.records.ofMany(ids)) {
        const list = places.get(id)
        if (list === undefined) places.set(id, [{ store, records }])
        else list.push({ store, records })
      }
    const found = new Map([...places].map(([id, list]) => [id, list[0]!]))
    const several = [...places].filter(([, list]) => list.length > 1)
    await eachLimited(several, async ([id, list]) => found.set(id, await stillThere(list)))
    return found
  }

  /** The same, each file with the number of its datastore among those that keep files. */
  async placed(ids: readonly string[]): Promise<readonly PlacedFile[]> {
    const stores = this.fileStores
    const found = await this.stored(ids)
    return [...found.values()].flatMap(({ store, records }) =>
      records.map((record) => ({ ...record, store: stores.indexOf(store) })),
    )
  }

  /** Where the files of a dataset will be, in every file datastore that takes it. Needs an expanded ref. */
  async plan(ref: DatasetRef): Promise<readonly PlacedFile[]> {
    const stores = this.fileStores
    const planned: PlacedFile[] = []
    for (const store of this.fileTakers([ref]))
      for (const place of await store.plan(ref)) planned.push({ ...place, store: stores.indexOf(store) })
    return planned
  }

  /** Files of one dataset, of the first datastore that still has them; undefined when none has a record. */
  async storedOne(id: string): Promise<StoredFiles | undefined> {
    const places: StoredFiles[] = []
    for (const store of this.fileStores) {
      const records = await store.records.of(id)
      if (records.length > 0) places.push({ store, records })
    }
    return places.length === 0 ? undefined : stillThere(places)
  }

  isInMemory(id: string): boolean {
    return this.memoryStores.some((s) => s.has(id))
  }

  /** Address of a dataset (of a part, when it is stored apart): a file's rather than one in memory. */
  async uri(ref: DatasetRef, component?: string): Promise<string> {
    const stored = await this.storedOne(ref.id)
    if (stored === undefined) {
      const memory = this.memoryStores.find((s) => s.has(ref.id))
      if (memory !== undefined) return memory.uriOf(ref)
      throw notStored(ref)
    }
    const { store, records } = stored
    return store.uriOfRecord(records.find((r) => r.component === component) ?? records[0]!)
  }

  /** Where a dataset would be written. */
  async predictedUri(ref: DatasetRef): Promise<string> {
    const takers = this.takers(ref).map((m) => m.store)
    const first = takers.find((s) => s instanceof FileDatastore)
    if (first !== undefined) return uriOf(await first.predict(ref))
    return (takers[0] as MemoryDatastore).uriOf(ref)
  }

  /** Move datasets to the trash of every datastore that has them. */
  async trash(ids: readonly string[], undo: UndoLog): Promise<void> {
    for (const { store } of this.members)
      if (store instanceof FileDatastore) await store.records.trash(ids)
      else store.trash(ids, undo)
  }

  /** Remove what was trashed; call it after the commit. Gives why some of it could not be. */
  async emptyTrash(): Promise<readonly FirstlightError[]> {
    const reasons: FirstlightError[] = []
    for (const { store } of this.members)
      if (store instanceof FileDatastore) reasons.push(...(await store.emptyTrash()))
      else store.emptyTrash()
    return reasons
  }

  private takers(ref: DatasetRef): readonly DatastoreMember[] {
    const takers = this.members.filter((m) => m.accepts(ref))
    if (takers.length > 0) return takers
    throw new DatasetTypeNotSupportedError(`No datastore of the repository takes ${ref.toString()}.`, {
      hint: 'The constraints in its butler.yaml (accept, reject) say which datasets are taken.',
    })
  }

  private fileTakers(refs: readonly DatasetRef[]): readonly FileDatastore[] {
    const takers: FileDatastore[] = []
    for (const { store, accepts } of this.members)
      if (store instanceof FileDatastore && refs.some((ref) => accepts(ref))) takers.push(store)
    if (takers.length > 0) return takers
    throw new DatasetTypeNotSupportedError(
      `No file datastore of the repository takes ${refs[0]!.toString()}.`,
      {
        hint: 'Files can only be ingested where files are kept and the constraints in butler.yaml allow it.',
      },
    )
  }
}

/** The first place where all files are, or the first when they are nowhere; a single one is not looked at. */
async function stillThere(places: readonly StoredFiles[]): Promise<StoredFiles> {
  if (places.length > 1) for (const place of places) if (await areThere(place)) return place
  return places[0]!
}

async function areThere({ store, records }: StoredFiles): Promise<boolean> {
  for (const record of records) if (!(await store.artifactExists(record))) return false
  return true
}

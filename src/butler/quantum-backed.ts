import { writeZip } from './archive/retrieve-zip.ts'
import type { FileDatastore, StoredFiles } from './datastore/file-datastore.ts'
import type { FileDataset } from './datastore/file-dataset.ts'
import { FileStores, type PlacedFile } from './datastore/file-stores.ts'
import type { FileRecord, FileRecordTable } from './datastore/record-table.ts'
import type { DatasetRef } from './datasets/dataset-ref.ts'
import { DimensionUniverse } from './dimensions/universe.ts'
import { RepositoryConfigError } from './errors.ts'
import type { GetOptions } from './options.ts'
import { fileStores, readRepositoryConfig } from './repository/config.ts'
import type { ButlerEnvironment } from './repository/environment.ts'
import { fileStore } from './repository/open-datastore.ts'
import { retrieveFiles, type RetrieveOptions } from './transfer/retrieve.ts'
import { filesOf } from './transfer/transfer.ts'

/**
 * Files of a repository without its registry, for quanta that run from a graph alone. Datasets that a graph brings with file
 * records are read by those; all others are where the templates say, and exist when their file does. Refs need expanded data
 * IDs, for the templates.
 */
export class QuantumBackedButler {
  readonly dimensions: DimensionUniverse
  readonly root: string
  /** All file datastores of the repository; the first one is read and written here. */
  readonly stores: FileStores
  private readonly datastore: FileDatastore
  private readonly records: MemoryRecords

  private constructor(
    root: string,
    dimensions: DimensionUniverse,
    datastore: FileDatastore,
    stores: FileStores,
    records: MemoryRecords,
  ) {
    this.root = root
    this.dimensions = dimensions
    this.datastore = datastore
    this.stores = stores
    this.records = records
  }

  /** Reads butler.yaml and nothing else. Throws `butler/not-a-repository`. */
  static async open(environment: ButlerEnvironment, place: string): Promise<QuantumBackedButler> {
    const config = await readRepositoryConfig(environment, place)
    const dimensions = DimensionUniverse.canonical()
    const records = new MemoryRecords()
    // Datastores ask only for the records of a dataset.
    const table = records as unknown as FileRecordTable
    const stores = fileStores(config).map((store) => fileStore(environment, store, table, dimensions))
    const [first] = stores
    if (first === undefined)
      throw new RepositoryConfigError(`The repository '${config.root}' keeps no files.`, {
        hint: 'Quanta that run without a registry need a file datastore.',
      })
    return new QuantumBackedButler(config.root, dimensions, first, new FileStores(stores), records)
  }

  /** Say where the file of a dataset is. */
  addRecords(records: readonly FileRecord[]): void {
    this.records.add(records)
  }

  async get<T = unknown>(ref: DatasetRef, options: GetOptions = {}): Promise<T> {
    await this.recordsOf(ref)
    const { component, parameters, storageClass } = options
    return (await this.datastore.get(ref, { component, parameters, storageClass })) as T
  }

  async exists(ref: DatasetRef): Promise<boolean> {
    for (const record of await this.recordsOf(ref))
      if ((await this.datastore.files.stat(this.datastore.placeOf(record))) !== undefined) return true
    return false
  }

  /** Write files one after the other; when one fails those before it are removed. */
  async put(values: readonly (readonly [DatasetRef, unknown])[]): Promise<void> {
    const written: FileRecord[] = []
    try {
      for (const [ref, value] of values)
        written.push(...(await this.datastore.write(value, ref, await this.recordsOf(ref))))
    } catch (error) {
      for (const record of written) await this.datastore.files.remove(this.datastore.placeOf(record))
      throw error
    }
    this.records.replace(written)
  }

  /** Where the files of datasets are, or would be. */
  async filesOf(refs: readonly DatasetRef[]): Promise<readonly PlacedFile[]> {
    const files = await Promise.all(refs.map((ref) => this.recordsOf(ref)))
    return files.flat().map((file) => ({ ...file, store: 0 }))
  }

  async remove(ref: DatasetRef): Promise<void> {
    for (const record of await this.recordsOf(ref))
      await this.datastore.files.remove(this.datastore.placeOf(record))
  }

  /** The files of datasets by id; those without any are absent. */
  async stored(refs: readonly DatasetRef[]): Promise<ReadonlyMap<string, StoredFiles>> {
    const found = new Map<string, StoredFiles>()
    for (const ref of refs) {
      const records: FileRecord[] = []
      for (const record of await this.recordsOf(ref))
        if (await this.datastore.artifactExists(record)) records.push(record)
      if (records.length > 0) found.set(ref.id, { store: this.datastore, records })
    }
    return found
  }

  /** Pack the files of datasets, those that exist, into an archive in a folder; gives its path. */
  async zip(refs: readonly DatasetRef[], folder: string): Promise<string> {
    const stored = await this.stored(refs)
    const there = refs.filter((ref) => stored.has(ref.id))
    const { files } = this.datastore
    return writeZip({ universe: this.dimensions, refs: there, stored, folder, files, overwrite: true })
  }

  /** Copy the files of datasets, those that exist, to a folder; gives their places there. */
  async retrieve(
    refs: readonly DatasetRef[],
    destination: string,
    options: RetrieveOptions = {},
  ): Promise<readonly string[]> {
    const stored = await this.stored(refs)
    const there = refs.filter((ref) => stored.has(ref.id))
    const { files } = this.datastore
    return retrieveFiles({ universe: this.dimensions, refs: there, stored, files, destination }, options)
  }

  /** The files of datasets, those that exist, to be ingested where they are. */
  async datasetsOf(refs: readonly DatasetRef[]): Promise<readonly FileDataset[]> {
    const stored = await this.stored(refs)
    return refs.flatMap((ref) => {
      const own = stored.get(ref.id)
      return own === undefined ? [] : filesOf(own, ref)
    })
  }

  private async recordsOf(ref: DatasetRef): Promise<readonly FileRecord[]> {
    const known = await this.records.of(ref.id)
    if (known.length > 0) return known
    const planned = await this.datastore.plan(ref)
    this.records.add(planned)
    return planned
  }
}

/** What a file datastore wants of its table of records, in memory. */
class MemoryRecords {
  private readonly byId = new Map<string, FileRecord[]>()

  add(records: readonly FileRecord[]): void {
    for (const record of records) {
      const list = this.byId.get(record.id)
      if (list === undefined) this.byId.set(record.id, [record])
      else list.push(record)
    }
  }

  replace(records: readonly FileRecord[]): void {
    for (const { id } of records) this.byId.delete(id)
    this.add(records)
  }

  /** Without a registry a place is taken by the dataset that it is for. */
  pathState(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  of(id: string): Promise<readonly FileRecord[]> {
    return Promise.resolve(this.byId.get(id) ?? [])
  }
}

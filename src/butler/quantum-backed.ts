import { writeZip } from './archive/retrieve-zip.ts'
import { FileDatastore, type StoredFiles } from './datastore/file-datastore.ts'
import { FormatterSource } from './datastore/formatter-source.ts'
import type { FileRecord, FileRecordTable } from './datastore/record-table.ts'
import { FileTemplates } from './datastore/template.ts'
import type { DatasetRef } from './datasets/dataset-ref.ts'
import { DimensionUniverse } from './dimensions/universe.ts'
import { RepositoryConfigError } from './errors.ts'
import type { GetOptions } from './options.ts'
import { fileStores, readRepositoryConfig } from './repository/config.ts'
import type { ButlerEnvironment } from './repository/environment.ts'

/**
 * Files of a repository without its registry, for quanta that run from a graph alone. Datasets that a graph brings with file
 * records are read by those; all others are where the templates say, and exist when their file does. Refs need expanded data
 * IDs, for the templates.
 */
export class QuantumBackedButler {
  readonly dimensions: DimensionUniverse
  readonly root: string
  private readonly datastore: FileDatastore
  private readonly records: MemoryRecords

  private constructor(
    root: string,
    dimensions: DimensionUniverse,
    datastore: FileDatastore,
    records: MemoryRecords,
  ) {
    this.root = root
    this.dimensions = dimensions
    this.datastore = datastore
    this.records = records
  }

  /** Reads butler.yaml and nothing else. Throws `butler/not-a-repository`. */
  static async open(environment: ButlerEnvironment, place: string): Promise<QuantumBackedButler> {
    const config = await readRepositoryConfig(environment.files, place)
    const dimensions = DimensionUniverse.canonical()
    const records = new MemoryRecords()
    const [store] = fileStores(config)
    if (store === undefined)
      throw new RepositoryConfigError(`The repository '${config.root}' keeps no files.`, {
        hint: 'Quanta that run without a registry need a file datastore.',
      })
    const datastore = new FileDatastore({
      root: store.root,
      files: environment.files,
      // The datastore asks only for the records of a dataset and for new ones to be kept.
      records: records as unknown as FileRecordTable,
      templates: new FileTemplates(dimensions, store.templates),
      formatters: new FormatterSource(environment.formatters, dimensions, store.formatters),
    })
    return new QuantumBackedButler(config.root, dimensions, datastore, records)
  }

  /** Say where the file of a dataset is. */
  addRecords(records: readonly FileRecord[]): void {
    this.records.add(records)
  }

  async get<T = unknown>(ref: DatasetRef, options: GetOptions = {}): Promise<T> {
    await this.locate(ref)
    const { component, parameters, storageClass } = options
    return (await this.datastore.get(ref, { component, parameters, storageClass })) as T
  }

  async exists(ref: DatasetRef): Promise<boolean> {
    return (await this.datastore.files.stat(await this.pathOf(ref))) !== undefined
  }

  /** Write files one after the other; when one fails those before it are removed. */
  async put(values: readonly (readonly [DatasetRef, unknown])[]): Promise<void> {
    const undo: (() => Promise<void>)[] = []
    const log = { onRollback: (f: () => Promise<void>) => void undo.push(f), onCommit: () => undefined }
    try {
      for (const [ref, value] of values) await this.datastore.put(value, ref, log)
    } catch (error) {
      for (const back of undo.reverse()) await back()
      throw error
    }
  }

  async remove(ref: DatasetRef): Promise<void> {
    await this.datastore.files.remove(await this.pathOf(ref))
  }

  /** Pack the files of datasets, those that exist, into an archive in a folder; gives its path. */
  async zip(refs: readonly DatasetRef[], folder: string): Promise<string> {
    const stored = new Map<string, StoredFiles>()
    for (const ref of refs) {
      const record = await this.locate(ref)
      if (await this.datastore.artifactExists(record))
        stored.set(ref.id, { store: this.datastore, records: [record] })
    }
    const there = refs.filter((ref) => stored.has(ref.id))
    const { files } = this.datastore
    return writeZip({ universe: this.dimensions, refs: there, stored, folder, files, overwrite: true })
  }

  /** Absolute path of a dataset's file, there or not. */
  async pathOf(ref: DatasetRef): Promise<string> {
    return this.datastore.pathOfRecord(await this.locate(ref))
  }

  private async locate(ref: DatasetRef): Promise<FileRecord> {
    const known = this.records.first(ref.id)
    if (known !== undefined) return known
    const formatter = await this.datastore.formatters.writing({ ref })
    const made: FileRecord = {
      id: ref.id,
      path: this.datastore.relativePath({ ref }, formatter.extension),
      formatter: formatter.name,
      storageClass: ref.datasetType.storageClass,
      component: undefined,
      checksum: undefined,
      size: -1,
    }
    this.records.add([made])
    return made
  }
}

/** What a file datastore wants of its table of records, in memory. */
class MemoryRecords {
  private readonly byId = new Map<string, FileRecord[]>()

  first(id: string): FileRecord | undefined {
    return this.byId.get(id)?.[0]
  }

  add(records: readonly FileRecord[]): void {
    for (const record of records) {
      const list = this.byId.get(record.id)
      if (list === undefined) this.byId.set(record.id, [record])
      else list.push(record)
    }
  }

  insert(records: readonly FileRecord[]): Promise<void> {
    for (const { id } of records) this.byId.delete(id)
    this.add(records)
    return Promise.resolve()
  }

  of(id: string): Promise<readonly FileRecord[]> {
    return Promise.resolve(this.byId.get(id) ?? [])
  }
}

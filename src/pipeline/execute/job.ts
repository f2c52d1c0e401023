import type { DatasetRef, FileStores, PlacedFile, GetOptions, Provenance } from '#butler'
import type { LogRecords } from '#core'
import type { Quantum } from '../quanta/quantum-graph.ts'
import type { QuantumResult } from './outcome.ts'

/** A quantum with all that another process needs to run it: no registry. */
export interface QuantumJob {
  readonly quantum: Quantum
  /** Init inputs of its task by connection. */
  readonly init: Readonly<Record<string, DatasetRef>>
  /** Files of its inputs and init inputs; an input without one is not stored. */
  readonly files: readonly PlacedFile[]
  /** Where its outputs, metadata and log go. */
  readonly places: readonly PlacedFile[]
  /** What an attempt in the same run had logged, which was removed for this one. */
  readonly previous?: LogRecords
}

/** How a quantum ended and which files it left, to be recorded. */
export interface QuantumOutcome {
  readonly result: QuantumResult
  readonly written: readonly PlacedFile[]
}

/** How reading and writing went, by the names of lsst.daf.butler's ButlerMetrics; reads side by side count their time once. */
class FileMetrics {
  #secInGet = 0
  #secInPut = 0
  #nGet = 0
  #nPut = 0
  #reading = 0
  #since = 0

  async get<T>(read: () => Promise<T>): Promise<T> {
    if (this.#reading++ === 0) this.#since = performance.now()
    try {
      const value = await read()
      this.#nGet++
      return value
    } finally {
      if (--this.#reading === 0) this.#secInGet += (performance.now() - this.#since) / 1000
    }
  }

  async put<T>(count: number, write: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const value = await write()
    this.#secInPut += (performance.now() - started) / 1000
    this.#nPut += count
    return value
  }

  toStored(): Readonly<Record<string, number>> {
    return {
      time_in_put: this.#secInPut,
      time_in_get: this.#secInGet,
      time_in_ingest: 0,
      n_get: this.#nGet,
      n_put: this.#nPut,
      n_ingest: 0,
    }
  }
}

/** The files of one quantum. */
export class QuantumFiles {
  readonly metrics = new FileMetrics()
  readonly #stores: FileStores
  readonly #files: ReadonlyMap<string, readonly PlacedFile[]>
  readonly #places: ReadonlyMap<string, readonly PlacedFile[]>

  constructor(stores: FileStores, { files, places }: Pick<QuantumJob, 'files' | 'places'>) {
    this.#stores = stores
    this.#files = byDataset(files)
    this.#places = byDataset(places)
  }

  isStored(ref: DatasetRef): boolean {
    return this.#files.has(ref.id)
  }

  async get<T = unknown>(ref: DatasetRef, options: GetOptions = {}): Promise<T> {
    const { component, parameters, storageClass } = options
    const files = this.#files.get(ref.id) ?? []
    const read = this.#stores.read.bind(this.#stores, ref, files, { component, parameters, storageClass })
    return (await this.metrics.get(read)) as T
  }

  /** Write files one after the other; when one fails those before it are removed. */
  write(
    values: readonly (readonly [ref: DatasetRef, value: unknown, provenance?: Provenance])[],
  ): Promise<readonly PlacedFile[]> {
    return this.metrics.put(values.length, () => this.#write(values))
  }

  async #write(values: Parameters<QuantumFiles['write']>[0]): Promise<readonly PlacedFile[]> {
    const written: PlacedFile[] = []
    try {
      for (const [ref, value, provenance] of values)
        written.push(...(await this.#stores.write(value, ref, this.#placesOf(ref), provenance)))
    } catch (error) {
      await this.remove(written)
      throw error
    }
    return written
  }

  async remove(files: readonly PlacedFile[]): Promise<void> {
    for (const file of files) await this.#stores.remove(file)
  }

  #placesOf(ref: DatasetRef): readonly PlacedFile[] {
    const places = this.#places.get(ref.id)
    if (places === undefined) throw new RangeError(`no place for ${ref}`)
    return places
  }
}

function byDataset(files: readonly PlacedFile[]): ReadonlyMap<string, readonly PlacedFile[]> {
  const lists = new Map<string, PlacedFile[]>()
  for (const file of files) {
    const list = lists.get(file.id)
    if (list === undefined) lists.set(file.id, [file])
    else list.push(file)
  }
  return lists
}

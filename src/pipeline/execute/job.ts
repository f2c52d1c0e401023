import type { DatasetRef, FileStores, PlacedFile, GetOptions, Provenance } from '#butler'
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
}

/** How a quantum ended and which files it left, to be recorded. */
export interface QuantumOutcome {
  readonly result: QuantumResult
  readonly written: readonly PlacedFile[]
}

/** The files of one quantum. */
export class QuantumFiles {
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
    return (await this.#stores.read(ref, files, { component, parameters, storageClass })) as T
  }

  /** Write files one after the other; when one fails those before it are removed. */
  async write(
    values: readonly (readonly [ref: DatasetRef, value: unknown, provenance?: Provenance])[],
  ): Promise<readonly PlacedFile[]> {
    const written: PlacedFile[] = []
    try {
      for (const [ref, value, provenance] of values)
        written.push(...(await this.#stores.write(value, ref, this.#placesOf(ref), provenance)))
    } catch (error) {
      for (const file of written) await this.#stores.remove(file)
      throw error
    }
    return written
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

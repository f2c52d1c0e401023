import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { Provenance } from '../datasets/provenance.ts'
import { type DatastoreGet, type FileDatastore, notStored } from './file-datastore.ts'
import type { FileRecord } from './record-table.ts'
import { isAddress } from './uri.ts'

/** A file of a dataset, with the number of its datastore among those of the repository that keep files. */
export interface PlacedFile extends FileRecord {
  readonly store: number
  /** The path under which it was written beside its place, until `settle` moves it there. */
  readonly staged?: string
}

/** The file datastores of a repository without their tables: who calls knows which files there are. */
export class FileStores {
  readonly stores: readonly FileDatastore[]
  /** Ends the names of files beside their places, as those that a kill leaves behind are known by. */
  readonly #suffix = `.${crypto.randomUUID().slice(0, 8)}.tmp`

  constructor(stores: readonly FileDatastore[]) {
    this.stores = stores
  }

  /** Read a dataset by its files. */
  read(ref: DatasetRef, files: readonly PlacedFile[], options: DatastoreGet = {}): Promise<unknown> {
    const [first] = files
    if (first === undefined) return Promise.reject(notStored(ref))
    return this.#of(first).read(
      ref,
      files.filter((file) => file.store === first.store),
      options,
    )
  }

  /**
   * Write a dataset beside all its places: another run may be at the same one, and the file of who is recorded first stays. Where nothing
   * can be renamed cheaply it is written to the place itself.
   */
  async write(
    value: unknown,
    ref: DatasetRef,
    places: readonly PlacedFile[],
    provenance?: Provenance,
  ): Promise<readonly PlacedFile[]> {
    const written: PlacedFile[] = []
    for (const [store, datastore] of this.stores.entries()) {
      const own = places.filter((place) => place.store === store)
      if (own.length === 0) continue
      const paths = new Map(
        own.map((place) => [
          isAddress(datastore.placeOf(place)) ? place.path : place.path + this.#suffix,
          place.path,
        ]),
      )
      const staged = [...paths.keys()].map((path, i) => ({ ...own[i]!, path }))
      for (const file of await datastore.write(value, ref, staged, provenance)) {
        const path = paths.get(file.path) ?? file.path
        written.push({ ...file, path, store, ...(path !== file.path && { staged: file.path }) })
      }
    }
    return written
  }

  /** Move files that were written into their places; `onMoved` is given what takes one back. */
  async settle(
    files: readonly PlacedFile[],
    onMoved: (takeBack: () => Promise<void>) => void = () => undefined,
  ): Promise<void> {
    for (const file of files) {
      if (file.staged === undefined) continue
      const datastore = this.#of(file)
      const from = datastore.placeOf({ ...file, path: file.staged })
      const to = datastore.placeOf(file)
      await datastore.files.rename(from, to)
      onMoved(() => datastore.files.rename(to, from))
    }
  }

  /** Remove a file that was written, and not moved into its place. */
  async remove(file: PlacedFile): Promise<void> {
    const datastore = this.#of(file)
    await datastore.files.remove(datastore.placeOf({ ...file, path: file.staged ?? file.path }))
  }

  #of({ store }: PlacedFile): FileDatastore {
    const datastore = this.stores[store]
    if (datastore === undefined) throw new RangeError(`file datastore ${store} of ${this.stores.length}`)
    return datastore
  }
}

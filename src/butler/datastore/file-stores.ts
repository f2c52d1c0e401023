import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { type DatastoreGet, type FileDatastore, notStored } from './file-datastore.ts'
import type { FileRecord } from './record-table.ts'

/** A file of a dataset, with the number of its datastore among those of the repository that keep files. */
export interface PlacedFile extends FileRecord {
  readonly store: number
}

/** The file datastores of a repository without their tables: who calls knows which files there are. */
export class FileStores {
  readonly stores: readonly FileDatastore[]

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

  /** Write a dataset to all its places, whatever is there. */
  async write(
    value: unknown,
    ref: DatasetRef,
    places: readonly PlacedFile[],
  ): Promise<readonly PlacedFile[]> {
    const written: PlacedFile[] = []
    for (const [store, datastore] of this.stores.entries()) {
      const own = places.filter((place) => place.store === store)
      if (own.length === 0) continue
      for (const file of await datastore.write(value, ref, own)) written.push({ ...file, store })
    }
    return written
  }

  async remove(file: PlacedFile): Promise<void> {
    const datastore = this.#of(file)
    await datastore.files.remove(datastore.placeOf(file))
  }

  #of({ store }: PlacedFile): FileDatastore {
    const datastore = this.stores[store]
    if (datastore === undefined) throw new RangeError(`file datastore ${store} of ${this.stores.length}`)
    return datastore
  }
}

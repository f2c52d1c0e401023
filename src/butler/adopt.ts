import type { Butler } from './butler.ts'
import { DatasetRef } from './datasets/dataset-ref.ts'
import { FileStores, type PlacedFile } from './datastore/file-stores.ts'
import type { DataCoordinate } from './dimensions/data-coordinate.ts'
import { expandDataId } from './dimensions/expand.ts'

/** A dataset whose files are written already. */
export interface WrittenDataset {
  readonly ref: DatasetRef
  readonly files: readonly PlacedFile[]
}

/**
 * Where the files of datasets to be made will be. Data IDs that several have in common are expanded once. On a server, where nothing can be
 * renamed, each plan has names of its own: of two runs that make one dataset the second to be recorded must not have overwritten the file of
 * the first. Throws FileExistsError when the file template gives a place that another dataset has.
 */
export async function planFiles(
  { repository }: Butler,
  refs: readonly DatasetRef[],
): Promise<readonly PlacedFile[]> {
  const { datastore, records } = repository
  const expanded = new Map<DataCoordinate, DataCoordinate>()
  const planned: PlacedFile[] = []
  for (const { coordinate, datasetType, run, id } of refs) {
    const known = coordinate.records === undefined ? expanded.get(coordinate) : coordinate
    const full = known ?? (await expandDataId(records, datasetType.dimensions, coordinate.values))
    expanded.set(coordinate, full)
    planned.push(...(await datastore.plan(new DatasetRef(datasetType, full, run, id))))
  }
  const mark = crypto.randomUUID().slice(0, 8)
  return planned.map((place) =>
    datastore.fileStores[place.store]?.isRemote === true
      ? { ...place, path: place.path.replace(/(\.[^./]*)?$/, `-${mark}$1`) }
      : place,
  )
}

/** Rows for files that were written, which then go to their places; for all of them or for none. */
export const adoptDatasets = (butler: Butler, datasets: readonly WrittenDataset[]): Promise<void> =>
  butler.repository.write('record datasets', async (undo) => {
    await butler.registry.insertRefs(datasets.map(({ ref }) => ref))
    const files = datasets.flatMap((dataset) => dataset.files)
    const stores = butler.repository.datastore.fileStores
    for (const [number, store] of stores.entries())
      await store.records.insert(files.filter((file) => file.store === number))
    await new FileStores(stores).settle(files, (takeBack) => undo.onRollback(takeBack))
  })

import {
  adoptDatasets,
  type Butler,
  DatasetRef,
  FileStores,
  type PlacedFile,
  type GetOptions,
  planFiles,
  type QuantumBackedButler,
  type WrittenDataset,
} from '#butler'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'

/**
 * Where a run reads and writes: a repository with its registry, or files alone. Quanta see only files (`stores`), perhaps in other
 * processes; the process of the run finds what they read and records what they wrote.
 */
export interface QuantumStore {
  readonly stores: FileStores
  get<T = unknown>(ref: DatasetRef, options?: GetOptions): Promise<T>
  /** The dataset of the same type and data ID in the ref's run, which an earlier graph may have given another id. */
  findInRun(ref: DatasetRef): Promise<DatasetRef | undefined>
  /** Write some datasets, all or none. */
  put(values: readonly (readonly [DatasetRef, unknown])[]): Promise<void>
  /** Forget datasets and delete their files. */
  remove(refs: readonly DatasetRef[]): Promise<void>
  /** Files of those that are stored. */
  filesOf(refs: readonly DatasetRef[]): Promise<readonly PlacedFile[]>
  /** Where the files of datasets to be made go; a place that another dataset has is an error. */
  planFiles(refs: readonly DatasetRef[]): Promise<readonly PlacedFile[]>
  /** Take up what was written to the planned places, all or none. */
  adopt(datasets: readonly WrittenDataset[]): Promise<void>
}

/** Reads and writes through a butler: rows and files. */
export const butlerStore = (butler: Butler): QuantumStore => ({
  stores: new FileStores(butler.repository.datastore.fileStores),
  get: (ref, options) => butler.get(ref, undefined, options),
  findInRun: (ref) => butler.findDataset(ref.datasetType, ref.coordinate, { collections: ref.run }),
  put: (values) =>
    butler.transaction(async (inside) => {
      for (const [ref, value] of values) await inside.put(value, ref)
    }),
  remove: (refs) => butler.pruneDatasets(refs, { disassociate: true, unstore: true, purge: true }),
  filesOf: (refs) => butler.repository.datastore.placed(refs.map((ref) => ref.id)),
  planFiles: (refs) => planFiles(butler, refs),
  adopt: (datasets) => adoptDatasets(butler, datasets),
})

/**
 * Reads and writes files by what a graph says, without a registry: rows are made for all of them at the end, by `butler
 * transfer-from-graph`.
 */
export function quantumBackedStore(butler: QuantumBackedButler, graph: QuantumGraph): QuantumStore {
  const { files, records } = graph.extras
  for (const [id, list] of files ?? []) butler.addRecords(list.map((file) => ({ id, ...file })))
  const expanded = (ref: DatasetRef): DatasetRef =>
    records === undefined || ref.coordinate.records !== undefined
      ? ref
      : new DatasetRef(ref.datasetType, records.expand(ref.coordinate), ref.run, ref.id)
  const isOurs = (ref: DatasetRef): boolean => ref.run === graph.header.run
  return {
    stores: butler.stores,
    get: (ref, options) => butler.get(expanded(ref), options),
    findInRun: async (ref) => ((await butler.exists(expanded(ref))) ? ref : undefined),
    put: (values) => butler.put(values.map(([ref, value]) => [expanded(ref), value] as const)),
    async remove(refs) {
      for (const ref of refs) await butler.remove(expanded(ref))
    },
    async filesOf(refs) {
      const there: PlacedFile[] = []
      for (const ref of refs.map(expanded))
        if (!isOurs(ref)) there.push(...(await butler.filesOf([ref])))
        else
          for (const { records } of (await butler.stored([ref])).values())
            there.push(...records.map((record) => ({ ...record, store: 0 })))
      return there
    },
    planFiles: (refs) => butler.filesOf(refs.map(expanded)),
    adopt: (datasets) => butler.stores.settle(datasets.flatMap(({ files }) => files)),
  }
}

import { type Butler, DatasetRef, type GetOptions, type QuantumBackedButler } from '#butler'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'

/** Where quanta read and write: a repository with its registry, or files alone. */
export interface QuantumStore {
  get<T = unknown>(ref: DatasetRef, options?: GetOptions): Promise<T>
  /** The very dataset is there. */
  isStored(ref: DatasetRef): Promise<boolean>
  /** The dataset of the same type and data ID in the ref's run, which an earlier graph may have given another id. */
  findInRun(ref: DatasetRef): Promise<DatasetRef | undefined>
  /** Write some datasets, all or none; the last one is written last. */
  put(values: readonly (readonly [DatasetRef, unknown])[]): Promise<void>
  /** Forget datasets and delete their files. */
  remove(refs: readonly DatasetRef[]): Promise<void>
}

/** Reads and writes through a butler: rows and files together. */
export const butlerStore = (butler: Butler): QuantumStore => ({
  get: (ref, options) => butler.get(ref, undefined, options),
  isStored: async (ref) => (await butler.getDataset(ref.id)) !== undefined,
  findInRun: (ref) => butler.findDataset(ref.datasetType, ref.coordinate, { collections: ref.run }),
  put: (values) =>
    butler.transaction(async (inside) => {
      for (const [ref, value] of values) await inside.put(value, ref)
    }),
  remove: (refs) => butler.pruneDatasets(refs, { disassociate: true, unstore: true, purge: true }),
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
  return {
    get: (ref, options) => butler.get(expanded(ref), options),
    isStored: (ref) => butler.exists(expanded(ref)),
    findInRun: async (ref) => ((await butler.exists(expanded(ref))) ? ref : undefined),
    put: (values) => butler.put(values.map(([ref, value]) => [expanded(ref), value] as const)),
    async remove(refs) {
      for (const ref of refs) await butler.remove(expanded(ref))
    },
  }
}

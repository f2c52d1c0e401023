import type { Butler } from '#butler'
import { QuantumGraph, type StoredFile } from './quantum-graph.ts'

/** The graph with the places of the files of all its existing datasets, so that it runs without a registry. */
export async function withStoredFiles(graph: QuantumGraph, butler: Butler): Promise<QuantumGraph> {
  const ids = new Set<string>()
  for (const nodes of graph.datasets.values())
    for (const n of nodes.existingNodes()) {
      const ref = nodes.existing(n)
      if (ref !== undefined) ids.add(ref.id)
    }
  const known = await butler.repository.datastore.stored([...ids])
  const files = new Map(
    [...known].map(([id, { records }]): [string, readonly StoredFile[]] => [
      id,
      records.map(({ path, formatter, storageClass, component, checksum, size }) => ({
        path,
        formatter,
        storageClass,
        component,
        checksum,
        size,
      })),
    ]),
  )
  const { header, pipeline, tasks, datasets, extras } = graph
  return new QuantumGraph(header, pipeline, tasks, datasets, { ...extras, files })
}

import { DatasetRef } from '#butler'
import type { QuantumGraph } from './quantum-graph.ts'

/** A ref of a graph with its data ID expanded from the graph's own records, as file templates need it. */
export const transferableRef = ({ extras }: QuantumGraph, ref: DatasetRef): DatasetRef =>
  extras.records === undefined
    ? ref
    : new DatasetRef(ref.datasetType, extras.records.expand(ref.coordinate), ref.run, ref.id)

/** Everything that a run of the graph may have written, configs and versions included: all its datasets that did not exist. */
export const transferableOutputs = (graph: QuantumGraph): readonly DatasetRef[] =>
  [...graph.datasets].flatMap(([name, nodes]) => {
    const existing = new Set(nodes.existingNodes())
    return Array.from({ length: nodes.size }, (_, node) => node)
      .filter((node) => !existing.has(node))
      .map((node) => transferableRef(graph, graph.ref(name, node)))
  })

/** What quanta make, with metadata and logs. */
export function* outputsOfQuanta(graph: QuantumGraph): Generator<DatasetRef> {
  for (const { outputs, metadata, log } of graph) {
    yield* Object.values(outputs).flat()
    yield metadata
    if (log !== undefined) yield log
  }
}

/** What quanta read, each as often as it is read. */
export function* inputsOfQuanta(graph: QuantumGraph): Generator<DatasetRef> {
  for (const { inputs } of graph) yield* Object.values(inputs).flat()
}

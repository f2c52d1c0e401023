import { DatasetRef } from '#butler'
import type { QuantumGraph } from './quantum-graph.ts'
import { PACKAGES } from '../graph/pipeline-graph.ts'

/** A ref of a graph with its data ID expanded from the graph's own records, as file templates need it. */
export const transferableRef = ({ extras }: QuantumGraph, ref: DatasetRef): DatasetRef =>
  extras.records === undefined
    ? ref
    : new DatasetRef(ref.datasetType, extras.records.expand(ref.coordinate), ref.run, ref.id)

/** Everything that a run of the graph may have written, configs and versions included. */
export function transferableOutputs(graph: QuantumGraph): readonly DatasetRef[] {
  const init = [
    PACKAGES,
    ...graph.pipeline.tasks.flatMap((n) => [n.configName, ...n.initOutputs.map((e) => e.datasetType)]),
  ]
  return [...init.map((name) => graph.initRef(name)), ...outputsOfQuanta(graph)].map((ref) =>
    transferableRef(graph, ref),
  )
}

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

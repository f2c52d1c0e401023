import type { DatasetRef, DeferredDataset, ProvenanceRecorder } from '#butler'
import type { Logger } from '#core'
import { NoWorkFound, pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import type { RefsByConnection } from '../pipeline-task.ts'
import { inputEdges, type Quantum } from '../quanta/quantum-graph.ts'
import type { QuantumFiles } from './job.ts'

/**
 * The inputs that are really there: quanta before this one may have made fewer than the graph foresaw. Throws NoWorkFound when
 * too few are left.
 */
export function presentInputs(files: QuantumFiles, quantum: Quantum, log: Logger): RefsByConnection {
  const { run } = quantum.metadata
  const found: Record<string, readonly DatasetRef[]> = {}
  for (const edge of inputEdges(quantum.node)) {
    const refs = quantum.inputs[edge.connection] ?? []
    const present = refs.filter((ref) => {
      const isThere = ref.run !== run || files.isStored(ref)
      if (!isThere) log.info(`No dataset artifact found for ${ref.datasetType.name}@${ref.coordinate}.`)
      return isThere
    })
    found[edge.connection] = present
    checkCount(quantum, edge, present.length)
  }
  return adjusted(quantum, found)
}

function checkCount({ label, coordinate }: Quantum, edge: Edge, count: number): void {
  if (count >= edge.minimum) return
  const text = `Not enough datasets (${count}) found for connection ${label}.${edge.connection} (${edge.datasetType}) with minimum=${edge.minimum} for quantum data ID ${coordinate}.`
  if (edge.kind === 'input') throw new NoWorkFound(text)
  throw pipelineError('missing-prerequisite', text)
}

function adjusted(quantum: Quantum, inputs: RefsByConnection): RefsByConnection {
  const { node, label, dataId } = quantum
  if (node.task.adjustQuantum === undefined) return inputs
  const change = node.task.adjustQuantum(inputs, quantum.outputs, { label, dataId, config: node.config })
  const left = { ...inputs, ...change?.inputs }
  for (const edge of inputEdges(node)) checkCount(quantum, edge, left[edge.connection]?.length ?? 0)
  return left
}

/** Read inputs as `run` wants them: one value or a list, handles where reading is deferred. */
export async function loadInputs(
  files: QuantumFiles,
  edges: readonly Edge[],
  refs: RefsByConnection,
  provenance: ProvenanceRecorder,
): Promise<Record<string, unknown>> {
  for (const { connection } of edges) for (const ref of refs[connection] ?? []) provenance.addInput(ref)
  const values: Record<string, unknown> = {}
  const all = await Promise.all(
    edges.map((edge) => inTurns(refs[edge.connection] ?? [], (ref) => loadOne(files, edge, ref))),
  )
  for (const [e, edge] of edges.entries()) {
    const loaded = all[e] ?? []
    values[edge.connection] = edge.multiple ? loaded : loaded[0]
  }
  return values
}

/** One after the other: the many of one connection may be large. Connections are read side by side. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

function loadOne(files: QuantumFiles, edge: Edge, ref: DatasetRef): Promise<unknown> {
  const options = {
    ...(edge.component !== undefined && { component: edge.component }),
    ...(edge.component === undefined &&
      edge.storageClass !== ref.datasetType.storageClass && { storageClass: edge.storageClass }),
  }
  if (!edge.deferLoad) return files.get(ref, options)
  const handle: DeferredDataset = {
    ref,
    dataId: ref.dataId,
    get: <T>(more = {}) => files.get<T>(ref, { ...options, ...more }) as Promise<never>,
  }
  return Promise.resolve(handle)
}

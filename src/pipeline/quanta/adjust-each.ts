import type { DatasetRef } from '#butler'
import { NoWorkFound, pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import type { RefsByConnection } from '../pipeline-task.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import type { Draft, Drop, Walk } from './draft.ts'
import { loadRecords } from './quanta.ts'
import type { Candidates } from './skeleton.ts'

/** Let the task drop inputs and outputs of each quantum, or the quantum. A quantum that would make nothing is dropped too. */
export async function adjustEach(
  { node, table, coordinates }: Candidates,
  draft: Draft,
  { state, existing }: Walk,
  drop: Drop,
): Promise<Draft> {
  const { adjustQuantum } = node.task
  if (adjustQuantum === undefined) return draft
  const own = draft.rows.map((q) => coordinates[q]!)
  await loadRecords(state.butler, { table, coordinates: own, records: state.records })
  const edges = [...node.inputs, ...node.prerequisites]
  const run = existing.run ?? ''
  const refOf = (nodes: DatasetNodes, n: number): DatasetRef => nodes.ref(n, run, { time: 0, seed: '0' }, 0)
  const refsOf = (list: readonly Edge[], csrs: readonly Csr[], i: number): RefsByConnection =>
    Object.fromEntries(
      list.map(({ connection, datasetType }, e) => {
        const nodes = state.nodesOf(datasetType)
        const refs = Array.from(csrs[e]!.row(i), (n) => refOf(nodes, n))
        return [connection, refs]
      }),
    )
  const cut = (edge: Edge, nodes: Int32Array, refs: readonly DatasetRef[] | undefined): number[] => {
    if (refs === undefined) return [...nodes]
    const known = state.nodesOf(edge.datasetType)
    const ids = new Set(refs.map((ref) => ref.id))
    const left = [...nodes].filter((n) => ids.has(refOf(known, n).id))
    if (left.length === ids.size) return left
    throw pipelineError(
      'bad-adjustment',
      `adjustQuantum of '${node.label}' gave datasets for ${edge.connection} (${edge.datasetType}) that it was not given.`,
      { hint: 'It may only leave some out.' },
    )
  }
  const kept: number[] = []
  const inputs: number[][][] = edges.map(() => [])
  const outputs: number[][][] = node.outputs.map(() => [])
  for (const [i, q] of draft.rows.entries()) {
    const coordinate = table.get(own[i]!)
    try {
      const given = refsOf(node.outputs, draft.outputs, i)
      const about = { label: node.label, dataId: coordinate.values, config: node.config }
      const change = adjustQuantum(refsOf(edges, draft.inputs, i), given, about)
      const made = node.outputs.map((edge, e) =>
        cut(edge, draft.outputs[e]!.row(i), change?.outputs?.[edge.connection]),
      )
      if (change?.outputs !== undefined && made.every((list) => list.length === 0))
        throw new NoWorkFound('adjustQuantum leaves no output')
      const read = edges.map((edge, e) =>
        cut(edge, draft.inputs[e]!.row(i), change?.inputs?.[edge.connection]),
      )
      if (change?.inputs !== undefined && read.every((list) => list.length === 0))
        throw pipelineError(
          'bad-adjustment',
          `adjustQuantum of '${node.label}' leaves outputs and no inputs for ${coordinate}.`,
        )
      checkLeft(edges, read)
      read.forEach((list, e) => void inputs[e]!.push(list))
      made.forEach((list, e) => void outputs[e]!.push(list))
      kept.push(q)
    } catch (error) {
      if (!(error instanceof NoWorkFound)) throw error
      drop(q, () => `${coordinate}: ${error.message}`)
    }
  }
  return {
    rows: Int32Array.from(kept),
    inputs: inputs.map((lists) => Csr.fromLists(lists)),
    outputs: outputs.map((lists) => Csr.fromLists(lists)),
  }
}

function checkLeft(edges: readonly Edge[], read: readonly (readonly number[])[]): void {
  edges.forEach(({ kind, connection, datasetType, minimum }, e) => {
    const { length } = read[e]!
    if (length >= minimum) return
    const text = `adjustQuantum leaves too few ${datasetType} for ${connection} (${length} of ${minimum} needed)`
    throw kind === 'input' ? new NoWorkFound(text) : pipelineError('missing-prerequisite', `${text}.`)
  })
}

import type { Logger } from '#core'
import { pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import { boundsOf } from './bounds.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import type { ExistingOutputs } from './existing-outputs.ts'
import { missingPrerequisite } from './missing.ts'
import { findPrerequisites } from './prerequisites.ts'
import { loadRecords, type Quanta } from './quanta.ts'
import type { BuildState, Candidates } from './skeleton.ts'

/** What the walk over the tasks knows so far. */
export interface Walk {
  readonly state: BuildState
  readonly existing: ExistingOutputs
  readonly log: Logger
  /** By dataset type: 1 at nodes that exist or will be made. */
  readonly available: Map<string, Uint8Array>
  /** By dataset type: numbers of data IDs that a quantum done before did not make. */
  readonly lost: Map<string, Set<number>>
  readonly inTheWay: string[]
}

/** Quanta that are left of a task's candidates, with what they read and make; `rows` are their numbers among the candidates. */
export interface Draft {
  readonly rows: Int32Array
  /** Nodes by edge of inputs, then, when they have been looked for, of prerequisites. */
  readonly inputs: readonly Csr[]
  /** Numbers of data IDs by edge; nodes in the end. */
  readonly outputs: readonly Csr[]
}

/** Is told of each candidate that is left out, and why. */
export type Drop = (row: number, say: () => string) => void

/** Some candidates with those of their regular inputs that exist or will be made. */
export function withInputs({ node, inputs, outputs }: Candidates, rows: Int32Array, walk: Walk): Draft {
  const found = node.inputs.map((edge, e) => {
    const nodes = walk.state.nodesOf(edge.datasetType)
    const isThere = availability(edge, nodes, walk)
    return someRows(inputs[e]!, rows).map((c) => {
      const n = nodes.find(c) ?? -1
      return isThere(n) ? n : -1
    })
  })
  return { rows, inputs: found, outputs: outputs.map((csr) => someRows(csr, rows)) }
}

export function availability(
  edge: Edge,
  nodes: DatasetNodes,
  { state, available }: Walk,
): (node: number) => boolean {
  if (state.isOverallInput(edge.datasetType)) return (n) => nodes.isStored(n)
  const marks = available.get(edge.datasetType)
  return (n) => marks?.[n] === 1
}

/** Some rows, in order; often all of them. */
const someRows = (csr: Csr, rows: Int32Array): Csr => (rows.length === csr.rows ? csr : csr.select(rows))

/** Some of the quanta, by their places in the draft. */
export function selectQuanta({ rows, inputs, outputs }: Draft, places: Int32Array): Draft {
  const some = (csr: Csr): Csr => someRows(csr, places)
  return { rows: places.map((i) => rows[i]!), inputs: inputs.map(some), outputs: outputs.map(some) }
}

/** The quanta that have enough regular inputs. */
export function enoughInputs(candidates: Candidates, draft: Draft, { state }: Walk, drop: Drop): Draft {
  const { node, table, coordinates } = candidates
  let places = Int32Array.from(draft.rows.keys())
  node.inputs.forEach(({ minimum, datasetType, connection }, e) => {
    const own = draft.inputs[e]!
    const enough = places.filter((i) => own.count(i) >= minimum)
    if (enough.length === places.length) return
    for (const i of places)
      if (own.count(i) < minimum)
        drop(
          draft.rows[i]!,
          () =>
            `${table.get(coordinates[draft.rows[i]!]!)} has too few ${datasetType} for ${connection} (${own.count(i)} of ${minimum} needed)`,
        )
    places = enough
  })
  const left = places.length === draft.rows.length ? draft : selectQuanta(draft, places)
  node.inputs.forEach((edge, e) => {
    checkSingle(candidates, left.rows, edge, left.inputs[e]!, state.nodesOf(edge.datasetType))
  })
  return left
}

function checkSingle(
  { node: { label }, table, coordinates }: Candidates,
  rows: Int32Array,
  edge: Edge,
  found: Csr,
  nodes: DatasetNodes,
): void {
  const hasEach = edge.kind === 'output' || edge.minimum > 0
  if (edge.multiple || (hasEach && found.items.length <= found.rows)) return
  for (let i = 0; i < found.rows; i++) {
    if (found.count(i) <= 1) continue
    const several = Array.from(found.row(i), (n) => String(nodes.coordinate(n)))
    throw pipelineError(
      'scalar',
      `Found multiple datasets ${several.join(', ')} for non-multiple ${edge.kind === 'output' ? 'output' : 'input'} connection ${label}.${edge.connection} (${edge.datasetType}) for quantum data ID ${table.get(coordinates[rows[i]!]!)}.`,
      { hint: 'Narrow the data query so that each quantum has one, or make the connection multiple.' },
    )
  }
}

const quantaOf = ({ table, coordinates }: Candidates, rows: Int32Array, { records }: BuildState): Quanta => ({
  table,
  coordinates: rows.map((q) => coordinates[q]!),
  records,
})

/** Add what is found of the prerequisites. */
export async function withPrerequisites(candidates: Candidates, draft: Draft, walk: Walk): Promise<Draft> {
  const { node } = candidates
  const { state, lost } = walk
  const { rows } = draft
  const quanta = quantaOf(candidates, rows, state)
  const bounds = boundsOf(candidates, rows, state, (type, c) => {
    const nodes = state.nodesOf(type)
    return state.isOverallInput(type) ? nodes.isStored(nodes.find(c) ?? -1) : !lost.get(type)?.has(c)
  })
  const found: Csr[] = []
  for (const edge of node.prerequisites) {
    const nodes = state.nodesOf(edge.datasetType)
    found.push(
      state.isRegistered(edge.datasetType) && rows.length > 0
        ? await findPrerequisites(state.butler, node, edge, quanta, nodes, state.inputs, bounds)
        : new Csr(new Int32Array(rows.length + 1), new Int32Array()),
    )
  }
  return { ...draft, inputs: [...draft.inputs, ...found] }
}

/** Too few prerequisites of a quantum are an error. */
export async function checkPrerequisites(
  candidates: Candidates,
  { rows, inputs }: Draft,
  { state }: Walk,
): Promise<void> {
  const { node, table, coordinates } = candidates
  for (const [p, edge] of node.prerequisites.entries()) {
    const own = inputs[node.inputs.length + p]!
    for (let i = 0; i < own.rows; i++)
      if (own.count(i) < edge.minimum) {
        await loadRecords(state.butler, quantaOf(candidates, rows.subarray(i, i + 1), state))
        const quantum = table.get(coordinates[rows[i]!]!)
        throw await missingPrerequisite(node.label, edge, own.count(i), quantum, state)
      }
    checkSingle(candidates, rows, edge, own, state.nodesOf(edge.datasetType))
  }
}

/** Make nodes of what the quanta will make. */
export function withOutputNodes(candidates: Candidates, draft: Draft, { nodesOf }: BuildState): Draft {
  const outputs = candidates.node.outputs.map((edge, e) => {
    const nodes = nodesOf(edge.datasetType)
    const own = draft.outputs[e]!
    const made = new Csr(
      own.offsets,
      own.items.map((c) => nodes.at(c)),
    )
    checkSingle(candidates, draft.rows, edge, made, nodes)
    return made
  })
  return { ...draft, outputs }
}

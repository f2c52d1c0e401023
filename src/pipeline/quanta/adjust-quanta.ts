import type { DataCoordinate } from '#butler'
import { pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import type { QuantaAdjuster } from '../pipeline-task.ts'
import type { Csr } from './csr.ts'
import type { BuildState, Candidates } from './skeleton.ts'

/** Quanta with their regular inputs; `rows` are their numbers among the candidates. */
interface Fed {
  readonly rows: Int32Array
  readonly inputs: readonly Csr[]
}

/** Let a task see all its quanta together and take some out. @param dropped is told of each that goes */
export function adjustQuanta(
  { node, table, coordinates, outputs }: Candidates,
  { rows, inputs }: Fed,
  state: BuildState,
  dropped: (row: number, why: string) => void,
): Fed {
  const { adjustAllQuanta } = node.task
  if (adjustAllQuanta === undefined) return { rows, inputs }
  const quanta = Array.from(rows, (row) => table.get(coordinates[row]!))
  const places = new Map(quanta.map((quantum, i) => [quantum.key, i]))
  const gone = new Map<number, string>()
  const placeOf = (quantum: DataCoordinate): number => {
    const place = places.get(quantum.key)
    if (place !== undefined && !gone.has(place)) return place
    throw pipelineError('no-quantum', `Task '${node.label}' has no quantum ${quantum} to adjust.`)
  }
  const byConnection = (
    edges: readonly Edge[],
    of: (edge: Edge, e: number) => readonly DataCoordinate[],
  ): Readonly<Record<string, readonly DataCoordinate[]>> =>
    Object.fromEntries(edges.map((edge, e) => [edge.connection, of(edge, e)]))
  const adjuster: QuantaAdjuster = {
    label: node.label,
    config: node.config,
    dataIds: () => quanta.filter((_, i) => !gone.has(i)),
    inputs: (quantum) => {
      const place = placeOf(quantum)
      return byConnection(node.inputs, ({ datasetType }, e) => {
        const nodes = state.nodesOf(datasetType)
        return Array.from(inputs[e]!.row(place), (n) => nodes.coordinate(n))
      })
    },
    outputs: (quantum) => {
      const row = rows[placeOf(quantum)]!
      return byConnection(node.outputs, ({ datasetType }, e) => {
        const own = state.nodesOf(datasetType).table
        return Array.from(outputs[e]!.row(row), (c) => own.get(c))
      })
    },
    remove: (quantum, why = 'removed by adjustAllQuanta') => {
      gone.set(placeOf(quantum), why)
    },
  }
  adjustAllQuanta(adjuster)
  for (const [place, why] of gone) dropped(rows[place]!, `${quanta[place]!}: ${why}`)
  const left = Int32Array.from(quanta.keys()).filter((place) => !gone.has(place))
  return { rows: left.map((place) => rows[place]!), inputs: inputs.map((csr) => csr.select(left)) }
}

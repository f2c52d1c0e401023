import type { DataCoordinate, DatasetRef } from '#butler'
import { pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import type { QuantaAdjuster } from '../pipeline-task.ts'
import { Csr } from './csr.ts'
import { availability, type Draft, type Drop, selectQuanta, type Walk } from './draft.ts'
import { loadRecords } from './quanta.ts'
import type { Candidates } from './skeleton.ts'

/** Let a task see all its quanta together, with their prerequisites, and change them. */
export async function adjustQuanta(
  candidates: Candidates,
  draft: Draft,
  walk: Walk,
  drop: Drop,
): Promise<Draft> {
  const { node, table, coordinates } = candidates
  const { state } = walk
  const own = draft.rows.map((row) => coordinates[row]!)
  await loadRecords(state.butler, { table, coordinates: own, records: state.records })
  const quanta = Array.from(own, (c) => table.get(c))
  const gone = new Map<number, string>()
  const changing = new Changing(candidates, draft, walk)
  const places = new Map(quanta.map((quantum, i) => [quantum.key, i]))
  const placeOf = (quantum: DataCoordinate): number => {
    const place = places.get(quantum.key)
    if (place !== undefined && !gone.has(place)) return place
    throw pipelineError('no-quantum', `Task '${node.label}' has no quantum ${quantum} to adjust.`)
  }
  const adjuster: QuantaAdjuster = {
    label: node.label,
    config: node.config,
    butler: state.butler,
    dataIds: () => quanta.filter((_, i) => !gone.has(i)),
    inputs: (quantum) => changing.inputs(placeOf(quantum)),
    prerequisites: (quantum) => changing.prerequisites(placeOf(quantum)),
    outputs: (quantum) => changing.outputs(placeOf(quantum)),
    addInput: (quantum, connection, dataset) => changing.addInput(placeOf(quantum), connection, dataset),
    addPrerequisite: (quantum, connection, dataset) =>
      changing.addPrerequisite(placeOf(quantum), connection, dataset),
    moveOutput: (quantum, connection, dataset) => changing.moveOutput(placeOf(quantum), connection, dataset),
    remove: (quantum, why = 'removed by adjustAllQuanta') => void gone.set(placeOf(quantum), why),
  }
  await node.task.adjustAllQuanta?.(adjuster)
  for (const [place, why] of gone) drop(draft.rows[place]!, () => `${quanta[place]!}: ${why}`)
  return selectQuanta(
    changing.draft(),
    Int32Array.from(quanta.keys()).filter((place) => !gone.has(place)),
  )
}

/** A draft whose lists can be changed: by edge, by place of the quantum. */
class Changing {
  readonly #candidates: Candidates
  readonly #walk: Walk
  readonly #rows: Int32Array
  readonly #read: readonly Edge[]
  readonly #inputs: readonly (readonly number[][])[]
  readonly #outputs: readonly (readonly number[][])[]

  constructor(candidates: Candidates, { rows, inputs, outputs }: Draft, walk: Walk) {
    const lists = (csrs: readonly Csr[]): readonly (readonly number[][])[] =>
      csrs.map((csr) => Array.from(rows, (_, place) => [...csr.row(place)]))
    this.#candidates = candidates
    this.#walk = walk
    this.#rows = rows
    this.#read = [...candidates.node.inputs, ...candidates.node.prerequisites]
    this.#inputs = lists(inputs)
    this.#outputs = lists(outputs)
  }

  draft(): Draft {
    const csrs = (lists: readonly (readonly number[][])[]): readonly Csr[] =>
      lists.map((list) => Csr.fromLists(list))
    return { rows: this.#rows, inputs: csrs(this.#inputs), outputs: csrs(this.#outputs) }
  }

  inputs(place: number): Readonly<Record<string, readonly DataCoordinate[]>> {
    return byConnection(this.#candidates.node.inputs, ({ datasetType }, e) => {
      const nodes = this.#walk.state.nodesOf(datasetType)
      return this.#inputs[e]![place]!.map((n) => nodes.coordinate(n))
    })
  }

  prerequisites(place: number): Readonly<Record<string, readonly DatasetRef[]>> {
    const { inputs, prerequisites } = this.#candidates.node
    return byConnection(prerequisites, ({ datasetType }, p) => {
      const nodes = this.#walk.state.nodesOf(datasetType)
      return this.#inputs[inputs.length + p]![place]!.flatMap((n) => nodes.existing(n) ?? [])
    })
  }

  outputs(place: number): Readonly<Record<string, readonly DataCoordinate[]>> {
    return byConnection(this.#candidates.node.outputs, ({ datasetType }, e) => {
      const { table } = this.#walk.state.nodesOf(datasetType)
      return this.#outputs[e]![place]!.map((c) => table.get(c))
    })
  }

  addInput(place: number, connection: string, dataset: DataCoordinate): void {
    const edge = this.#edge(this.#candidates.node.inputs, connection)
    const nodes = this.#walk.state.nodesOf(edge.datasetType)
    const coordinate = nodes.table.find(dataset)
    const node = coordinate === undefined ? undefined : nodes.find(coordinate)
    if (node === undefined || !availability(edge, nodes, this.#walk)(node)) throw notInGraph(edge, dataset)
    this.#add(edge, place, node)
  }

  addPrerequisite(place: number, connection: string, dataset: DatasetRef): void {
    const edge = this.#edge(this.#candidates.node.prerequisites, connection)
    const nodes = this.#walk.state.nodesOf(edge.datasetType)
    const node = this.#inputs[this.#read.indexOf(edge)]!.flat().find(
      (n) => nodes.existing(n)?.id === dataset.id,
    )
    if (node === undefined) throw notInGraph(edge, dataset)
    this.#add(edge, place, node)
  }

  moveOutput(place: number, connection: string, dataset: DataCoordinate): void {
    const edge = this.#edge(this.#candidates.node.outputs, connection)
    const coordinate = this.#walk.state.nodesOf(edge.datasetType).table.find(dataset)
    const lists = this.#outputs[this.#candidates.node.outputs.indexOf(edge)]!
    const owner = lists.find((list) => coordinate !== undefined && list.includes(coordinate))
    if (coordinate === undefined || owner === undefined) throw notInGraph(edge, dataset)
    owner.splice(owner.indexOf(coordinate), 1)
    lists[place]!.push(coordinate)
  }

  #edge(edges: readonly Edge[], connection: string): Edge {
    const edge = edges.find((e) => e.connection === connection)
    if (edge !== undefined) return edge
    throw pipelineError(
      'bad-adjustment',
      `Task '${this.#candidates.node.label}' has no connection '${connection}' of that kind to adjust.`,
      { hint: `There are ${edges.map((e) => e.connection).join(', ') || 'none'}.` },
    )
  }

  #add({ datasetType }: Edge, place: number, node: number): void {
    this.#read.forEach((edge, e) => {
      const list = this.#inputs[e]![place]!
      if (edge.datasetType === datasetType && !list.includes(node)) list.push(node)
    })
  }
}

const byConnection = <T>(
  edges: readonly Edge[],
  of: (edge: Edge, e: number) => readonly T[],
): Readonly<Record<string, readonly T[]>> =>
  Object.fromEntries(edges.map((edge, e) => [edge.connection, of(edge, e)]))

const notInGraph = ({ datasetType }: Edge, dataset: DataCoordinate | DatasetRef): Error =>
  pipelineError('bad-adjustment', `No ${datasetType} ${dataset} is in the graph to be adjusted.`)

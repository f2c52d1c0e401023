import type { Butler, DataCoordinate, DatasetRef, DatasetType, DimensionGroup } from '#butler'
import type { Edge, TaskNode } from '../graph/pipeline-graph.ts'
import type { CoordinateTable, CoordinateTables } from './coordinates.ts'
import { Csr, distinctPairs } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { findExisting } from './find-existing.ts'
import { type DataQuery, indexRows, queryRows } from './rows.ts'

/** What the steps of building a graph share. */
export interface BuildState {
  readonly butler: Butler
  readonly inputs: readonly string[]
  readonly query: DataQuery
  /** Existing datasets that limit data IDs: all overall inputs, none, or those named. */
  readonly constraint: 'all' | 'off' | readonly string[]
  readonly tables: CoordinateTables
  readonly datasets: Map<string, DatasetNodes>
  typeOf(name: string): DatasetType
  nodesOf(name: string): DatasetNodes
  isOverallInput(name: string): boolean
  /** The repository knows the type; of others nothing exists. */
  isRegistered(name: string): boolean
  /** Why there are no quanta, for the log. */
  readonly reasons: string[]
}

/** Possible quanta of one task, before anything is pruned. */
export interface Candidates {
  readonly node: TaskNode
  readonly table: CoordinateTable
  readonly coordinates: Int32Array
  /** By edge of `node.inputs`: data IDs (numbers in the type's table) of each quantum. */
  readonly inputs: readonly Csr[]
  readonly outputs: readonly Csr[]
}

/** Quanta and edges that dimensions allow, from one query over all dimensions of some connected tasks. */
export async function makeSkeleton(
  tasks: readonly TaskNode[],
  state: BuildState,
): Promise<readonly Candidates[]> {
  const edges = tasks.flatMap((node) => [...node.inputs, ...node.outputs])
  const groups = [
    ...new Set([
      ...tasks.map((t) => t.dimensions),
      ...edges.map((e) => state.typeOf(e.datasetType).dimensions),
    ]),
  ]
  const [first, ...others] = groups
  if (first === undefined) return []
  const found = await queryRows(state.butler, first.union(...others), state.query)
  const rows = await constrain(found, edges, state)
  if (rows.length === 0) return []
  const index = new Map(groups.map((group) => [group, indexRows(rows, state.tables.of(group))]))
  return tasks.map((node) => candidatesOf(node, index, state))
}

/** Keep rows whose overall inputs exist. */
async function constrain(
  rows: readonly DataCoordinate[],
  edges: readonly Edge[],
  state: BuildState,
): Promise<readonly DataCoordinate[]> {
  let kept = rows
  const done = new Set<string>()
  for (const edge of edges) {
    const { datasetType: name } = edge
    if (done.has(name) || !state.isOverallInput(name) || kept.length === 0) continue
    done.add(name)
    const nodes = state.nodesOf(name)
    const index = indexRows(kept, nodes.table)
    const existing = state.isRegistered(name)
      ? await findExisting(state.butler, nodes.type, nodes.table, state.inputs)
      : new Map<number, DatasetRef>()
    for (const ref of existing.values()) nodes.addRef(ref)
    const limits =
      state.constraint === 'all'
        ? !edge.deferGraphConstraint
        : state.constraint !== 'off' && state.constraint.includes(name)
    if (!limits) continue
    const before = kept.length
    kept = kept.filter((_row, i) => existing.has(index[i] ?? -1))
    if (kept.length === 0 && before > 0)
      state.reasons.push(
        existing.size === 0
          ? `No ${name} in ${state.inputs.join(', ')} has one of the ${nodes.table.size} data IDs that the query allows.`
          : `The ${existing.size} ${name} found go with none of the data IDs left by the other inputs.`,
      )
  }
  return kept
}

function candidatesOf(
  node: TaskNode,
  index: ReadonlyMap<DimensionGroup, Int32Array>,
  state: BuildState,
): Candidates {
  const own = index.get(node.dimensions) ?? new Int32Array()
  const table = state.tables.of(node.dimensions)
  const firstRow = new Int32Array(table.size).fill(-1)
  for (let row = own.length - 1; row >= 0; row--) firstRow[own[row]!] = row
  const coordinates = sortedCoordinates(table, firstRow)
  const relate = (edge: Edge): Csr => {
    const group = state.typeOf(edge.datasetType).dimensions
    const other = index.get(group) ?? new Int32Array()
    if (node.dimensions.contains(group)) return oneEach(coordinates, firstRow, other)
    const pairs = distinctPairs(own, other, table.size)
    return Csr.fromLists([...coordinates].map((c) => pairs.row(c)))
  }
  return { node, table, coordinates, inputs: node.inputs.map(relate), outputs: node.outputs.map(relate) }
}

function oneEach(coordinates: Int32Array, firstRow: Int32Array, other: Int32Array): Csr {
  const offsets = Int32Array.from({ length: coordinates.length + 1 }, (_, i) => i)
  return new Csr(
    offsets,
    coordinates.map((c) => other[firstRow[c]!]!),
  )
}

/** Data IDs that occur, in order of their values: runs are the same whatever order the database gave. */
function sortedCoordinates(table: CoordinateTable, firstRow: Int32Array): Int32Array {
  const present: number[] = []
  for (let c = 0; c < firstRow.length; c++) if (firstRow[c]! >= 0) present.push(c)
  const { required } = table.group
  present.sort((a, b) => {
    const [x, y] = [table.get(a).values, table.get(b).values]
    for (const name of required) {
      const [left, right] = [x[name]!, y[name]!]
      if (left !== right) return left < right ? -1 : 1
    }
    return 0
  })
  return Int32Array.from(present)
}

import { type Butler, type DatasetType, type DimensionGroup, sortedRows } from '#butler'
import type { Edge, TaskNode } from '../graph/pipeline-graph.ts'
import { type Columns, type CoordinateTable, type CoordinateTables, selectColumns } from './coordinates.ts'
import { Csr, distinctPairs } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { findExisting, nothingFound } from './find-existing.ts'
import type { RecordTables } from './record-tables.ts'
import { type DataQuery, queryRows } from './rows.ts'

/** What the steps of building a graph share. */
export interface BuildState {
  readonly butler: Butler
  readonly inputs: readonly string[]
  readonly query: DataQuery
  readonly tables: CoordinateTables
  readonly records: RecordTables
  readonly datasets: Map<string, DatasetNodes>
  typeOf(name: string): DatasetType
  nodesOf(name: string): DatasetNodes
  isOverallInput(name: string): boolean
  /** Data IDs that have no dataset of the overall input are left out. */
  limitsData(name: string): boolean
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

/** Quanta and edges that dimensions allow, from one set of rows over all dimensions of some connected tasks. */
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
  const found = await queryRows(
    state.butler,
    first.union(...others),
    state.query,
    state.tables,
    state.records,
  )
  const rows = await constrain(found, edges, state)
  if (rows.length === 0) return []
  const index = new Map(groups.map((group) => [group, state.tables.of(group).addSorted(rows)]))
  return tasks.map((node) => candidatesOf(node, index, state))
}

/** Keep rows whose overall inputs exist, but for those that limit nobody's data. */
async function constrain(rows: Columns, edges: readonly Edge[], state: BuildState): Promise<Columns> {
  let kept = rows
  const done = new Set<string>()
  for (const { datasetType: name } of edges) {
    if (done.has(name) || !state.isOverallInput(name) || kept.length === 0) continue
    done.add(name)
    const nodes = state.nodesOf(name)
    const index = nodes.table.addSorted(kept)
    const existing = state.isRegistered(name)
      ? await findExisting(state.butler, nodes.type, nodes.table, state.inputs)
      : nothingFound
    existing.at.forEach((k, coordinate) => {
      if (k >= 0) nodes.addStored(coordinate, existing, k)
    })
    if (!state.limitsData(name)) continue
    const before = kept.length
    kept = keepRows(kept, index, existing.at)
    if (kept.length === 0 && before > 0)
      state.reasons.push(
        existing.count === 0
          ? `No ${name} in ${state.inputs.join(', ')} has one of the ${nodes.table.size} data IDs that the query allows.`
          : `The ${existing.count} ${name} found go with none of the data IDs left by the other inputs.`,
      )
  }
  return kept
}

/** Rows whose data ID has a dataset. */
function keepRows(rows: Columns, index: Int32Array, at: Int32Array): Columns {
  const kept = new Int32Array(rows.length)
  let count = 0
  for (let row = 0; row < index.length; row++) if ((at[index[row]!] ?? -1) >= 0) kept[count++] = row
  return count === rows.length ? rows : selectColumns(rows, kept.slice(0, count))
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
  const related = (group: DimensionGroup): Csr => {
    const other = index.get(group) ?? new Int32Array()
    if (node.dimensions.contains(group)) return Csr.single(coordinates.map((c) => other[firstRow[c]!]!))
    return distinctPairs(own, other, table.size).select(coordinates)
  }
  const known = new Map<DimensionGroup, Csr>()
  const relate = (edge: Edge): Csr => {
    const group = state.typeOf(edge.datasetType).dimensions
    const pairs = known.get(group) ?? related(group)
    known.set(group, pairs)
    return pairs
  }
  return { node, table, coordinates, inputs: node.inputs.map(relate), outputs: node.outputs.map(relate) }
}

/** Data IDs that occur, in order of their values: runs are the same whatever order the database gave. */
function sortedCoordinates(table: CoordinateTable, firstRow: Int32Array): Int32Array {
  const present = new Int32Array(firstRow.length)
  let count = 0
  for (let c = 0; c < firstRow.length; c++) if (firstRow[c]! >= 0) present[count++] = c
  const { required } = table.group
  const some = selectColumns(table, present.subarray(0, count))
  const order = sortedRows(
    required.map((name) => some.column(name)),
    required.map((name) => table.codes.of(name)),
    count,
  )
  return order.map((i) => present[i]!)
}

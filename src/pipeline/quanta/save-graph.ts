import { type Butler, DataCoordinate, type DataId, DatasetRef, type DatasetType } from '#butler'
import { freeze, loadConfig, saveConfig } from '#config'
import { gunzipSync, gzipSync, strFromU8, strToU8 } from 'fflate'
import { pipelineError } from '../errors.ts'
import { assembleGraph } from '../graph/assemble.ts'
import { makeTaskNode } from '../graph/make-node.ts'
import type { TaskNode } from '../graph/pipeline-graph.ts'
import type { TaskRegistry } from '../task-registry.ts'
import { type CoordinateTable, CoordinateTables } from './coordinates.ts'
import { Csr } from './csr.ts'
import { DatasetNodes } from './datasets.ts'
import { type GraphHeader, QuantumGraph, type TaskQuanta } from './quantum-graph.ts'

/**
 * The file: gzip of one JSON object. `groups` holds the data IDs of each dimension group as columns; `datasets` which data ID each
 * node has and which exist; `tasks` configs in the save form, quanta as numbers of data IDs, edges as row lengths and nodes.
 */
interface GraphFile {
  readonly format: 'firstlight-quantum-graph'
  readonly version: 1
  readonly header: GraphHeader
  readonly description: string
  readonly instrument: string | null
  readonly groups: readonly {
    readonly dimensions: readonly string[]
    readonly columns: Readonly<Record<string, readonly Cell[]>>
  }[]
  readonly datasets: readonly SavedDatasets[]
  readonly tasks: readonly SavedTask[]
}

type Cell = string | number | { readonly big: string } | null

interface SavedDatasets {
  readonly name: string
  readonly dimensions: readonly string[]
  readonly storageClass: string
  readonly isCalibration: boolean
  readonly group: number
  readonly coordinates: readonly number[]
  readonly existing: readonly (readonly [node: number, id: string, run: string])[]
}

interface SavedTask {
  readonly label: string
  readonly className: string
  readonly config: string
  readonly group: number
  readonly coordinates: readonly number[]
  readonly inputs: readonly SavedEdges[]
  readonly outputs: readonly SavedEdges[]
}

interface SavedEdges {
  readonly lengths: readonly number[]
  readonly nodes: readonly number[]
}

/** A graph as bytes of a `.qg` file. */
export function saveQuantumGraph(graph: QuantumGraph): Uint8Array {
  const tables: CoordinateTable[] = []
  const groupOf = (table: CoordinateTable): number => {
    const at = tables.indexOf(table)
    return at >= 0 ? at : tables.push(table) - 1
  }
  const datasets = [...graph.datasets.values()].map((nodes) => savedDatasets(nodes, groupOf))
  const quantaOf = new Map(graph.tasks.map((task) => [task.node, task]))
  const tasks = graph.pipeline.tasks.map((node) => savedTask(node, quantaOf.get(node), groupOf))
  const file: GraphFile = {
    format: 'firstlight-quantum-graph',
    version: 1,
    header: graph.header,
    description: graph.pipeline.description,
    instrument: graph.pipeline.instrument ?? null,
    groups: tables.map((table) => ({ dimensions: table.group.names, columns: columnsOf(table) })),
    datasets,
    tasks,
  }
  return gzipSync(strToU8(JSON.stringify(file)))
}

function savedDatasets(nodes: DatasetNodes, groupOf: (table: CoordinateTable) => number): SavedDatasets {
  const all = Array.from({ length: nodes.size }, (_, n) => n)
  return {
    name: nodes.type.name,
    dimensions: nodes.type.dimensions.names,
    storageClass: nodes.type.storageClass,
    isCalibration: nodes.type.isCalibration,
    group: groupOf(nodes.table),
    coordinates: all.map((n) => nodes.coordinateIndex(n)),
    existing: all.flatMap((n) => {
      const ref = nodes.existing(n)
      return ref === undefined ? [] : [[n, ref.id, ref.run] as const]
    }),
  }
}

const savedTask = (
  node: TaskNode,
  quanta: TaskQuanta | undefined,
  groupOf: (table: CoordinateTable) => number,
): SavedTask => ({
  label: node.label,
  className: node.task.className,
  config: saveConfig(node.config),
  group: quanta === undefined ? -1 : groupOf(quanta.table),
  coordinates: [...(quanta?.coordinates ?? [])],
  inputs: quanta?.inputs.map(savedEdges) ?? [],
  outputs: quanta?.outputs.map(savedEdges) ?? [],
})

const savedEdges = (csr: Csr): SavedEdges => ({
  lengths: Array.from({ length: csr.rows }, (_, i) => (csr.offsets[i + 1] ?? 0) - (csr.offsets[i] ?? 0)),
  nodes: [...csr.items],
})

function loadedEdges({ lengths, nodes }: SavedEdges): Csr {
  const offsets = new Int32Array(lengths.length + 1)
  lengths.forEach((length, i) => void (offsets[i + 1] = (offsets[i] ?? 0) + length))
  return new Csr(offsets, Int32Array.from(nodes))
}

function columnsOf(table: CoordinateTable): Record<string, Cell[]> {
  const cell = (value: string | number | bigint | undefined): Cell =>
    typeof value === 'bigint' ? { big: String(value) } : (value ?? null)
  return Object.fromEntries(table.group.keys.map((name) => [name, table.all.map((c) => cell(c.get(name)))]))
}

/** Read a `.qg` file of ours. Tasks come from the registry by class name, dataset types and dimensions from the repository. */
export async function loadQuantumGraph(
  name: string,
  bytes: Uint8Array,
  tasks: TaskRegistry,
  butler: Butler,
): Promise<QuantumGraph> {
  const file = parseFile(name, bytes)
  const universe = butler.dimensions
  const all = new CoordinateTables()
  const tables = file.groups.map(({ dimensions, columns }) => {
    const table = all.of(universe.group(dimensions))
    const rows = Object.values(columns)[0]?.length ?? 1
    for (let i = 0; i < rows; i++) table.add(coordinateAt(table, columns, i))
    return table
  })
  const datasets = new Map<string, DatasetNodes>()
  for (const saved of file.datasets) datasets.set(saved.name, loadedDatasets(saved, tables, universe))
  const nodes: TaskNode[] = []
  for (const { label, className, config: text } of file.tasks) {
    const task = await tasks.load(className)
    const config = task.config.make()
    await loadConfig(config, text, {
      file: `${name} (${label})`,
      findTarget: (target) => tasks.findTarget(target),
    })
    nodes.push(
      makeTaskNode(label, task, freeze(config), universe, (type) => datasets.get(type)?.type.dimensions),
    )
  }
  const pipeline = assembleGraph(
    {
      universe,
      description: file.description,
      instrument: file.instrument ?? undefined,
      tasks: nodes,
      subsets: new Map(),
      steps: [],
    },
    (type) => datasets.get(type)?.type,
  )
  return new QuantumGraph(file.header, pipeline, loadedQuanta(file, nodes, tables), datasets)
}

function parseFile(name: string, bytes: Uint8Array): GraphFile {
  const bad = (why: string): Error =>
    pipelineError('bad-graph-file', `${name} is no quantum graph of ours: ${why}.`, { data: { file: name } })
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw bad('it is a graph file of the Python pipetask, which is not read yet')
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw bad('it does not begin as one')
  let file: Partial<GraphFile>
  try {
    file = JSON.parse(strFromU8(gunzipSync(bytes))) as Partial<GraphFile>
  } catch {
    throw bad('it is damaged')
  }
  if (file.format !== 'firstlight-quantum-graph') throw bad('its format is another')
  if (file.version !== 1) throw bad(`its version is ${String(file.version)}, and this program reads 1`)
  return file as GraphFile
}

function coordinateAt(
  table: CoordinateTable,
  columns: Readonly<Record<string, readonly Cell[]>>,
  i: number,
): DataCoordinate {
  const values: Record<string, DataId[string]> = {}
  for (const [name, cells] of Object.entries(columns)) {
    const cell = cells[i]
    if (cell !== null && cell !== undefined) values[name] = typeof cell === 'object' ? BigInt(cell.big) : cell
  }
  return new DataCoordinate(
    table.group,
    values,
    table.group.implied.every((n) => n in values),
  )
}

function loadedDatasets(
  saved: SavedDatasets,
  tables: readonly CoordinateTable[],
  universe: Butler['dimensions'],
): DatasetNodes {
  const { name, storageClass, isCalibration } = saved
  const type: DatasetType = {
    name,
    dimensions: universe.group(saved.dimensions),
    storageClass,
    isCalibration,
  }
  const table = tables[saved.group]
  if (table === undefined)
    throw pipelineError('bad-graph-file', `Dataset type ${name} has no data IDs in the file.`)
  const existing = new Map(saved.existing.map(([node, id, run]) => [node, { id, run }]))
  return DatasetNodes.restore(type, table, saved.coordinates, (node, coordinate) => {
    const found = existing.get(node)
    return found === undefined ? undefined : new DatasetRef(type, coordinate, found.run, found.id)
  })
}

function loadedQuanta(
  file: GraphFile,
  nodes: readonly TaskNode[],
  tables: readonly CoordinateTable[],
): TaskQuanta[] {
  let first = 0
  return file.tasks.flatMap((saved, t) => {
    const [node, table] = [nodes[t], tables[saved.group]]
    if (node === undefined || table === undefined || saved.coordinates.length === 0) return []
    const made: TaskQuanta = {
      node,
      table,
      coordinates: Int32Array.from(saved.coordinates),
      inputs: saved.inputs.map(loadedEdges),
      outputs: saved.outputs.map(loadedEdges),
      first,
    }
    first += saved.coordinates.length
    return [made]
  })
}

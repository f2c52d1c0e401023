import {
  DataCoordinate,
  type DataId,
  DatasetRef,
  type DatasetType,
  type DimensionUniverse,
  RecordBook,
  recordRows,
  type RecordRows,
} from '#butler'
import { saveConfig } from '#config'
import { bigJson, parseBigJson } from '#core'
import { strFromU8, strToU8 } from 'fflate'
import type { MockSpec } from '../../graph/mock.ts'
import type { PipelineGraph } from '../../graph/pipeline-graph.ts'
import type { CoordinateTable } from '../coordinates.ts'
import { CoordinateTables } from '../coordinates.ts'
import { Csr } from '../csr.ts'
import { DatasetNodes } from '../datasets.ts'
import { type GraphHeader, QuantumGraph, type StoredFile, type TaskQuanta } from '../quantum-graph.ts'
import { pack, packIds, packIntegers, unpack, unpackIds, unpackIntegers } from './blocks.ts'
import { BlockWriter, readBlocks } from './container.ts'
import { loadPipelineGraph, type LoadParts } from './load-tasks.ts'

/** The table of contents of our graph file: everything but the numbers, which are in blocks. */
interface CompactHeader {
  readonly graph: Omit<GraphHeader, 'notes'> & { readonly notes: Readonly<Record<string, unknown>> }
  readonly description: string
  readonly instrument: string | null
  readonly counts: Readonly<Record<string, number>>
  readonly groups: readonly { readonly dimensions: readonly string[]; readonly rows: number }[]
  readonly datasets: readonly SavedDatasets[]
  readonly tasks: readonly SavedTask[]
}

interface SavedDatasets extends Omit<DatasetType, 'dimensions'> {
  readonly dimensions: readonly string[]
  readonly group: number
  readonly nodes: number
  readonly existing: number
  readonly planned: number
  readonly runs: readonly string[]
}

interface SavedTask {
  readonly label: string
  readonly className: string
  readonly config: string
  readonly mock?: MockSpec
  readonly group: number
  readonly quanta: number
  readonly hasIds: boolean
  /** Items of each edge; -1 when every quantum has exactly one. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** A graph as the bytes of an `.fgraph` file. */
export function writeCompactGraph(graph: QuantumGraph): Uint8Array {
  const writer = new BlockWriter()
  const tables: CoordinateTable[] = []
  const groupOf = (table: CoordinateTable): number => {
    const at = tables.indexOf(table)
    return at >= 0 ? at : tables.push(table) - 1
  }
  const datasets = [...graph.datasets.values()].map((nodes, i) => saveDatasets(nodes, i, writer, groupOf))
  const quantaOf = new Map(graph.tasks.map((task) => [task.node.label, task]))
  const tasks = graph.pipeline.tasks.map((node, t): SavedTask => {
    const about = {
      label: node.label,
      className: node.task.className,
      config: saveConfig(node.config),
      ...(node.mock && { mock: node.mock }),
    }
    const quanta = quantaOf.get(node.label)
    if (quanta === undefined)
      return { ...about, group: -1, quanta: 0, hasIds: false, inputs: [], outputs: [] }
    writer.add(`task${t}`, packIntegers(quanta.coordinates))
    if (quanta.ids) writer.add(`task${t}.ids`, packIds(quanta.ids))
    return {
      ...about,
      group: groupOf(quanta.table),
      quanta: quanta.coordinates.length,
      hasIds: quanta.ids !== undefined,
      inputs: quanta.inputs.map((csr, e) => saveEdges(csr, `task${t}.in${e}`, writer)),
      outputs: quanta.outputs.map((csr, e) => saveEdges(csr, `task${t}.out${e}`, writer)),
    }
  })
  tables.forEach((table, g) => saveTable(table, g, writer))
  const records = graph.extras.records?.rows ?? recordRows(tables.flatMap((table) => table.all))
  writer.add('records', packText(bigJson(records)))
  writer.add('files', packText(JSON.stringify([...(graph.extras.files ?? [])])))
  const header: CompactHeader = {
    graph: graph.header,
    description: graph.pipeline.description,
    instrument: graph.pipeline.instrument ?? null,
    counts: Object.fromEntries(graph.tasks.map((t) => [t.node.label, t.coordinates.length])),
    groups: tables.map((table) => ({ dimensions: table.group.names, rows: table.size })),
    datasets,
    tasks,
  }
  return writer.finish(header)
}

function saveDatasets(
  nodes: DatasetNodes,
  i: number,
  writer: BlockWriter,
  groupOf: (table: CoordinateTable) => number,
): SavedDatasets {
  const { type } = nodes
  const existing: number[] = []
  const ids: string[] = []
  const runs: string[] = []
  const runOf: number[] = []
  const planned: number[] = []
  const plannedIds: string[] = []
  const coordinates = new Int32Array(nodes.size)
  for (let n = 0; n < nodes.size; n++) {
    coordinates[n] = nodes.coordinateIndex(n)
    const ref = nodes.existing(n)
    const plan = nodes.plannedId(n)
    if (ref !== undefined) {
      existing.push(n)
      ids.push(ref.id)
      if (!runs.includes(ref.run)) runs.push(ref.run)
      runOf.push(runs.indexOf(ref.run))
    } else if (plan !== undefined) {
      planned.push(n)
      plannedIds.push(plan)
    }
  }
  writer.add(`type${i}`, packIntegers(coordinates))
  writer.add(`type${i}.existing`, packIntegers(existing))
  writer.add(`type${i}.ids`, packIds(ids))
  writer.add(`type${i}.runs`, packIntegers(runOf))
  writer.add(`type${i}.planned`, packIntegers(planned))
  writer.add(`type${i}.plannedIds`, packIds(plannedIds))
  return {
    name: type.name,
    dimensions: type.dimensions.names,
    storageClass: type.storageClass,
    isCalibration: type.isCalibration,
    group: groupOf(nodes.table),
    nodes: nodes.size,
    existing: existing.length,
    planned: planned.length,
    runs,
  }
}

function saveEdges(csr: Csr, name: string, writer: BlockWriter): number {
  writer.add(name, packIntegers(csr.items))
  if (csr.items.length === csr.rows && csr.offsets.every((offset, i) => offset === i)) return -1
  const lengths = Int32Array.from({ length: csr.rows }, (_, i) => csr.offsets[i + 1]! - csr.offsets[i]!)
  writer.add(`${name}.lengths`, packIntegers(lengths))
  return csr.items.length
}

/** Data IDs by column: the distinct values as JSON, and which of them each row has. */
function saveTable(table: CoordinateTable, g: number, writer: BlockWriter): void {
  for (const key of table.group.keys) {
    const values: unknown[] = []
    const codes = new Int32Array(table.size)
    const known = new Map<unknown, number>()
    table.all.forEach((coordinate, row) => {
      const value = coordinate.get(key)
      let code = known.get(value)
      if (code === undefined) {
        code = values.push(value ?? null) - 1
        known.set(value, code)
      }
      codes[row] = code
    })
    writer.add(`group${g}.${key}.values`, packText(bigJson(values)))
    writer.add(`group${g}.${key}`, packIntegers(codes))
  }
}

/** Read an `.fgraph` file. Tasks come from the registry by class name. */
export async function readCompactGraph(
  name: string,
  file: Uint8Array,
  parts: LoadParts,
): Promise<QuantumGraph> {
  const { header: unknownHeader, block } = readBlocks(name, file)
  const header = unknownHeader as CompactHeader
  const { universe } = parts
  const all = new CoordinateTables()
  const tables = header.groups.map((group, g) => loadTable(group, g, all, universe, block))
  const datasets = new Map<string, DatasetNodes>()
  header.datasets.forEach((saved, i) =>
    datasets.set(saved.name, loadDatasets(saved, i, tables, universe, block)),
  )
  const pipeline = await loadPipelineGraph(name, header, datasets, parts)
  const tasks = loadTasks(header, pipeline, tables, block)
  const records = new RecordBook(parseBigJson(unpackText(block('records'))) as RecordRows, universe)
  const files = JSON.parse(unpackText(block('files'))) as [string, StoredFile[]][]
  return new QuantumGraph(header.graph, pipeline, tasks, datasets, {
    records,
    ...(files.length > 0 && { files: new Map(files) }),
  })
}

type Block = (name: string) => Uint8Array

const packText = (text: string): Uint8Array => pack(strToU8(text))
const unpackText = (packed: Uint8Array): string => strFromU8(unpack(packed))

function loadTable(
  { dimensions, rows }: CompactHeader['groups'][number],
  g: number,
  all: CoordinateTables,
  universe: DimensionUniverse,
  block: Block,
): CoordinateTable {
  const group = universe.group(dimensions)
  const table = all.of(group)
  const columns = group.keys.map((key) => {
    const values = parseBigJson(unpackText(block(`group${g}.${key}.values`))) as unknown[]
    return { key, values, codes: unpackIntegers(block(`group${g}.${key}`), rows) }
  })
  for (let row = 0; row < rows; row++) {
    const values: Record<string, DataId[string]> = {}
    for (const column of columns) {
      const value = column.values[column.codes[row]!] as DataId[string] | null
      if (value !== null) values[column.key] = value
    }
    table.add(
      new DataCoordinate(
        group,
        values,
        group.implied.every((n) => n in values),
      ),
    )
  }
  return table
}

function loadDatasets(
  saved: SavedDatasets,
  i: number,
  tables: readonly CoordinateTable[],
  universe: DimensionUniverse,
  block: Block,
): DatasetNodes {
  const { name, storageClass, isCalibration, runs } = saved
  const type: DatasetType = {
    name,
    dimensions: universe.group(saved.dimensions),
    storageClass,
    isCalibration,
  }
  const table = tables[saved.group]
  if (table === undefined) throw new RangeError(`no data IDs of ${name}`)
  const existing = unpackIntegers(block(`type${i}.existing`), saved.existing)
  const ids = unpackIds(block(`type${i}.ids`))
  const runOf = unpackIntegers(block(`type${i}.runs`), saved.existing)
  const at = new Map([...existing].map((node, k) => [node, k]))
  const coordinates = unpackIntegers(block(`type${i}`), saved.nodes)
  const nodes = DatasetNodes.restore(type, table, coordinates, (node, coordinate) => {
    const k = at.get(node)
    if (k === undefined) return undefined
    return new DatasetRef(type, coordinate, runs[runOf[k]!] ?? '', ids[k] ?? '')
  })
  const planned = unpackIds(block(`type${i}.plannedIds`))
  unpackIntegers(block(`type${i}.planned`), saved.planned).forEach((node, k) =>
    nodes.plan(node, planned[k] ?? ''),
  )
  return nodes
}

function loadTasks(
  header: CompactHeader,
  pipeline: PipelineGraph,
  tables: readonly CoordinateTable[],
  block: Block,
): readonly TaskQuanta[] {
  const edges = (name: string, rows: number, items: number): Csr => {
    if (items < 0)
      return new Csr(
        Int32Array.from({ length: rows + 1 }, (_, i) => i),
        unpackIntegers(block(name), rows),
      )
    const lengths = unpackIntegers(block(`${name}.lengths`), rows)
    const offsets = new Int32Array(rows + 1)
    for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i]! + lengths[i]!
    return new Csr(offsets, unpackIntegers(block(name), items))
  }
  let first = 0
  return header.tasks.flatMap((saved, t): TaskQuanta[] => {
    const node = pipeline.tasks.find((n) => n.label === saved.label)
    const table = tables[saved.group]
    if (node === undefined || table === undefined || saved.quanta === 0) return []
    const made: TaskQuanta = {
      node,
      table,
      coordinates: unpackIntegers(block(`task${t}`), saved.quanta),
      inputs: saved.inputs.map((items, e) => edges(`task${t}.in${e}`, saved.quanta, items)),
      outputs: saved.outputs.map((items, e) => edges(`task${t}.out${e}`, saved.quanta, items)),
      first,
      ...(saved.hasIds && { ids: unpackIds(block(`task${t}.ids`)) }),
    }
    first += saved.quanta
    return [made]
  })
}

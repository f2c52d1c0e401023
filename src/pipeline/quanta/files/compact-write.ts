import { type Cell, type DimensionCodes, type DimensionElement, type RecordBook, rowOf } from '#butler'
import { saveConfig } from '#config'
import { bigJson, fromHex } from '#core'
import { RegionList } from '#geom'
import type { CoordinateTable } from '../coordinates.ts'
import type { Csr } from '../csr.ts'
import type { DatasetNodes } from '../datasets.ts'
import type { QuantumGraph } from '../quantum-graph.ts'
import { pack, packIds, packIntegers, packPlain, packText } from './blocks.ts'
import type { CompactHeader, SavedDatasets, SavedRecords, SavedTask } from './compact-model.ts'
import { type NamedBlock, writeBlocks } from './container.ts'

type Blocks<T> = Generator<NamedBlock, T>

/** A graph as an `.fgraph` file, in pieces from front to end. */
export const compactGraphParts = (graph: QuantumGraph): Generator<Uint8Array, void> =>
  writeBlocks(content(graph))

function* content(graph: QuantumGraph): Blocks<CompactHeader> {
  const tables: CoordinateTable[] = []
  const groupOf = (table: CoordinateTable): number => {
    const at = tables.indexOf(table)
    return at >= 0 ? at : tables.push(table) - 1
  }
  const datasets: SavedDatasets[] = []
  for (const nodes of graph.datasets.values())
    datasets.push(yield* saveDatasets(nodes, datasets.length, groupOf(nodes.table)))
  const tasks = yield* saveTasks(graph, groupOf)
  for (const [g, table] of tables.entries())
    for (const key of table.group.keys) yield [`group${g}.${key}`, packIntegers(table.column(key))]
  const codes = codesOf(tables)
  const records = yield* saveRecords(graph, codes)
  for (const name of codes.names) yield [`dimension.${name}`, packText(bigJson(codes.of(name).values))]
  const { files } = graph.extras
  if (files) yield ['files', packText(JSON.stringify([...files]))]
  return {
    graph: graph.header,
    description: graph.pipeline.description,
    instrument: graph.pipeline.instrument ?? null,
    counts: Object.fromEntries(graph.tasks.map((t) => [t.node.label, t.coordinates.length])),
    dimensions: codes.names,
    groups: tables.map((table) => ({ dimensions: table.group.names, rows: table.size })),
    datasets,
    tasks,
    records,
    hasFiles: files !== undefined,
  }
}

/** The codes that all tables of a graph share. */
function codesOf(tables: readonly CoordinateTable[]): DimensionCodes {
  const [first] = tables
  if (first === undefined) throw new RangeError('a graph without data IDs')
  return first.codes
}

function* saveDatasets(nodes: DatasetNodes, i: number, group: number): Blocks<SavedDatasets> {
  const { type } = nodes
  const existing = nodes.existingNodes()
  const { ids, runs, runNames } = nodes.storedColumns()
  yield [`type${i}`, packIntegers(nodes.coordinates)]
  if (existing.length > 0) {
    yield [`type${i}.existing`, packIntegers(existing)]
    yield [`type${i}.ids`, ids.length < MOST_PACKED ? pack(ids) : packPlain(ids)]
    yield [`type${i}.runs`, packIntegers(runs)]
  }
  if (nodes.planned.size > 0) {
    yield [`type${i}.planned`, packIntegers([...nodes.planned.keys()])]
    yield [`type${i}.plannedIds`, packIds([...nodes.planned.values()])]
  }
  return {
    name: type.name,
    dimensions: type.dimensions.names,
    storageClass: type.storageClass,
    isCalibration: type.isCalibration,
    group,
    nodes: nodes.size,
    existing: existing.length,
    planned: nodes.planned.size,
    runs: runNames,
  }
}

function* saveTasks(
  graph: QuantumGraph,
  groupOf: (table: CoordinateTable) => number,
): Blocks<readonly SavedTask[]> {
  const saved: SavedTask[] = []
  for (const [t, node] of graph.pipeline.tasks.entries()) {
    const about = {
      label: node.label,
      className: node.task.className,
      config: saveConfig(node.config),
      ...(node.mock && { mock: node.mock }),
    }
    const quanta = graph.tasks.find((task) => task.node.label === node.label)
    if (quanta === undefined) {
      saved.push({ ...about, group: -1, quanta: 0, hasIds: false, inputs: [], outputs: [] })
      continue
    }
    yield [`task${t}`, packIntegers(quanta.coordinates)]
    if (quanta.ids) yield [`task${t}.ids`, packIds(quanta.ids)]
    const inputs: number[] = []
    for (const csr of quanta.inputs) inputs.push(yield* saveEdges(csr, `task${t}.in${inputs.length}`))
    const outputs: number[] = []
    for (const csr of quanta.outputs) outputs.push(yield* saveEdges(csr, `task${t}.out${outputs.length}`))
    saved.push({
      ...about,
      group: groupOf(quanta.table),
      quanta: quanta.coordinates.length,
      hasIds: quanta.ids !== undefined,
      inputs,
      outputs,
    })
  }
  return saved
}

function* saveEdges(csr: Csr, name: string): Blocks<number> {
  yield [name, packIntegers(csr.items)]
  if (csr.items.length === csr.rows && csr.offsets.every((offset, i) => offset === i)) return -1
  yield [`${name}.lengths`, packIntegers(Int32Array.from({ length: csr.rows }, (_, i) => csr.count(i)))]
  return csr.items.length
}

function* saveRecords(
  { extras, pipeline }: QuantumGraph,
  codes: DimensionCodes,
): Blocks<readonly SavedRecords[]> {
  const saved: SavedRecords[] = []
  const { universe } = pipeline
  if (extras.recordTables !== undefined)
    for (const name of extras.recordTables.elements) {
      const element = universe.get(name)
      const parts = extras.recordTables.tables(name)
      const [part] = parts
      if (part === undefined) continue
      const isOne = parts.length === 1
      const keys = isOne ? element.required.map((_, k) => part.index.column(k)) : undefined
      const records = (): Cell[][] =>
        parts.flatMap((own) => Array.from({ length: own.length }, (_, i) => rowOf(own.record(i))))
      // A table of nothing but regions is written without making its records.
      saved.push(
        keys !== undefined && part.regions !== undefined && hasOnlyRegion(element)
          ? yield* saveElement(element, keys, [], part.regions)
          : yield* saveRows(element, records(), codes),
      )
    }
  else if (extras.records !== undefined) {
    const book: RecordBook = extras.records
    for (const name of book.source.elements)
      saved.push(yield* saveRows(universe.get(name), book.source.rows(name), codes))
  }
  return saved
}

const hasOnlyRegion = (element: DimensionElement): boolean =>
  element.temporalFamily === undefined &&
  element.keys.length <= 1 &&
  element.metadata.length === 0 &&
  element.directImplied.length === 0

function* saveRows(
  element: DimensionElement,
  rows: readonly (readonly Cell[])[],
  codes: DimensionCodes,
): Blocks<SavedRecords> {
  const width = element.required.length
  const keys = element.required.map((d, k) =>
    Int32Array.from(rows, (row) => codes.of(d).add(row[k] as string | number | bigint)),
  )
  if (element.spatialFamily === undefined)
    return yield* saveElement(
      element,
      keys,
      rows.map((row) => row.slice(width)),
      undefined,
    )
  const at = element.temporalFamily === undefined ? -1 : -2
  const texts = rows.map((row) => row.at(at) as string | null)
  const others = rows.map((row) => row.slice(width).toSpliced(at, 1))
  return yield* saveElement(
    element,
    keys,
    others,
    RegionList.fromBytes(texts.map((t) => (t === null ? NONE : fromHex(t)))),
  )
}

const NONE = new Uint8Array()
/** Many coordinates and UUIDs are written as they are: deflating them takes long and saves little. */
const MOST_PACKED = 100_000

function* saveElement(
  { name }: DimensionElement,
  keys: readonly Int32Array[],
  fields: readonly (readonly Cell[])[],
  regions: RegionList | undefined,
): Blocks<SavedRecords> {
  for (const [k, key] of keys.entries()) yield [`record.${name}.${k}`, packIntegers(key)]
  const rows = keys[0]?.length ?? fields.length
  const hasFields = fields.some((row) => row.length > 0)
  if (hasFields) yield [`record.${name}.fields`, packText(bigJson(fields))]
  if (regions !== undefined) {
    const sizes = Int32Array.from({ length: rows }, (_, i) => regions.offsets[i + 1]! - regions.offsets[i]!)
    yield [`record.${name}.sizes`, packIntegers(sizes)]
    yield [
      `record.${name}.regions`,
      regions.bytes.length < MOST_PACKED ? pack(regions.bytes) : packPlain(regions.bytes),
    ]
  }
  return { element: name, rows, hasFields, hasRegions: regions !== undefined }
}

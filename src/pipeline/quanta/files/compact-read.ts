import {
  type Cell,
  type DataIdValue,
  type DatasetType,
  DimensionCodes,
  type DimensionUniverse,
  RecordBook,
  type RecordSource,
} from '#butler'
import { messageOf, parseBigJson, toHex } from '#core'
import type { PipelineGraph } from '../../graph/pipeline-graph.ts'
import { type CoordinateTable, CoordinateTables } from '../coordinates.ts'
import { Csr } from '../csr.ts'
import { DatasetNodes } from '../datasets.ts'
import { QuantumGraph, type StoredFile, type TaskQuanta } from '../quantum-graph.ts'
import { unpack, unpackIds, unpackIntegers, unpackText } from './blocks.ts'
import type { CompactHeader, SavedDatasets, SavedRecords } from './compact-model.ts'
import { badGraphFile, readBlocks } from './container.ts'
import { loadPipelineGraph, type LoadParts } from './load-tasks.ts'

type Block = (name: string) => Uint8Array

/** Read an `.fgraph` file; edges and dimension records are unpacked when somebody looks at them. Tasks come by class name. */
export async function readCompactGraph(
  name: string,
  file: Uint8Array,
  parts: LoadParts,
): Promise<QuantumGraph> {
  const { header: unknownHeader, block } = readBlocks(name, file)
  const header = unknownHeader as CompactHeader
  const { universe } = parts
  const codes = loadCodes(header, block)
  const all = new CoordinateTables(codes)
  const tables = header.groups.map((group, g) => loadTable(group, g, all, universe, block))
  const datasets = new Map<string, DatasetNodes>()
  header.datasets.forEach((saved, i) =>
    datasets.set(saved.name, loadDatasets(saved, i, tables, universe, block)),
  )
  const pipeline = await loadPipelineGraph(name, header, datasets, parts)
  const later = <T>(make: () => T): (() => T) => whenAsked(name, make)
  const tasks = loadTasks(header, pipeline, tables, block, later)
  const records = new RecordBook(recordSource(header.records, codes, universe, block, later), universe)
  const files = header.hasFiles ? (JSON.parse(unpackText(block('files'))) as [string, StoredFile[]][]) : []
  return new QuantumGraph(header.graph, pipeline, tasks, datasets, {
    records,
    ...(files.length > 0 && { files: new Map(files) }),
  })
}

type Later = <T>(make: () => T) => () => T

/** What is made once, at first use; damage found then is told of as at the start. */
function whenAsked<T>(name: string, make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    try {
      made ??= { value: make() }
      return made.value
    } catch (error) {
      throw badGraphFile(name, `it is damaged (${messageOf(error)})`)
    }
  }
}

function loadCodes({ dimensions }: CompactHeader, block: Block): DimensionCodes {
  const codes = new DimensionCodes()
  for (const name of dimensions) {
    const values = parseBigJson(unpackText(block(`dimension.${name}`))) as DataIdValue[]
    values.forEach((value, i) => {
      if (codes.of(name).add(value) !== i) throw new RangeError(`a ${name} twice`)
    })
  }
  return codes
}

/** Codes that stand for values; -1 for none. */
function codeColumn(packed: Uint8Array, rows: number, values: number): Int32Array {
  const column = unpackIntegers(packed, rows)
  if (column.some((code) => code < -1 || code >= values)) throw new RangeError('a value that is not there')
  return column
}

function loadTable(
  { dimensions, rows }: CompactHeader['groups'][number],
  g: number,
  all: CoordinateTables,
  universe: DimensionUniverse,
  block: Block,
): CoordinateTable {
  const group = universe.group(dimensions)
  const columns = new Map(
    group.keys.map((key) => [
      key,
      codeColumn(block(`group${g}.${key}`), rows, all.codes.of(key).values.length),
    ]),
  )
  const table = all.of(group)
  const numbers = table.addRows({ length: rows, column: (name) => columns.get(name)! })
  if (table.size !== rows || numbers.some((n, i) => n !== i)) throw new RangeError('a data ID twice')
  return table
}

function loadDatasets(
  saved: SavedDatasets,
  i: number,
  tables: readonly CoordinateTable[],
  universe: DimensionUniverse,
  block: Block,
): DatasetNodes {
  const { name, storageClass, isCalibration } = saved
  const dimensions = universe.group(saved.dimensions)
  const type: DatasetType = { name, dimensions, storageClass, isCalibration }
  const table = tables[saved.group]
  if (table === undefined) throw new RangeError(`no data IDs of ${name}`)
  const coordinates = nodeColumn(block(`type${i}`), saved.nodes, table.size)
  const isAny = saved.existing > 0
  const existing = isAny ? nodeColumn(block(`type${i}.existing`), saved.existing, saved.nodes) : NO_NODES
  const stored = {
    ids: isAny ? unpack(block(`type${i}.ids`)) : new Uint8Array(),
    runs: isAny ? nodeColumn(block(`type${i}.runs`), saved.existing, saved.runs.length) : NO_NODES,
    runNames: saved.runs,
  }
  if (stored.ids.length !== 16 * saved.existing) throw new RangeError(`ids of ${name}`)
  const nodes = DatasetNodes.restore(type, table, coordinates, existing, stored)
  if (saved.planned === 0) return nodes
  const planned = unpackIds(block(`type${i}.plannedIds`))
  unpackIntegers(block(`type${i}.planned`), saved.planned).forEach((node, k) =>
    nodes.plan(node, planned[k] ?? ''),
  )
  return nodes
}

const NO_NODES = new Int32Array()

function nodeColumn(packed: Uint8Array, count: number, limit: number): Int32Array {
  const column = unpackIntegers(packed, count)
  if (column.some((n) => n < 0 || n >= limit)) throw new RangeError(`a number beyond ${limit}`)
  return column
}

function loadTasks(
  header: CompactHeader,
  pipeline: PipelineGraph,
  tables: readonly CoordinateTable[],
  block: Block,
  later: Later,
): readonly TaskQuanta[] {
  let first = 0
  return header.tasks.flatMap((saved, t): TaskQuanta[] => {
    const node = pipeline.tasks.find((n) => n.label === saved.label)
    const table = tables[saved.group]
    if (node === undefined || table === undefined || saved.quanta === 0) return []
    const edges = (names: string, items: readonly number[]): (() => readonly Csr[]) =>
      later(() => items.map((count, e) => loadEdges(`task${t}.${names}${e}`, saved.quanta, count, block)))
    const [inputs, outputs] = [edges('in', saved.inputs), edges('out', saved.outputs)]
    const made: TaskQuanta = {
      node,
      table,
      coordinates: nodeColumn(block(`task${t}`), saved.quanta, table.size),
      get inputs() {
        return inputs()
      },
      get outputs() {
        return outputs()
      },
      first,
      ...(saved.hasIds && { ids: unpackIds(block(`task${t}.ids`)) }),
    }
    first += saved.quanta
    return [made]
  })
}

function loadEdges(name: string, rows: number, items: number, block: Block): Csr {
  if (items < 0) return Csr.single(unpackIntegers(block(name), rows))
  const lengths = unpackIntegers(block(`${name}.lengths`), rows)
  const offsets = new Int32Array(rows + 1)
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i]! + lengths[i]!
  if (offsets[rows] !== items) throw new RangeError(`${offsets[rows]} of ${items} edges`)
  return new Csr(offsets, unpackIntegers(block(name), items))
}

function recordSource(
  saved: readonly SavedRecords[],
  codes: DimensionCodes,
  universe: DimensionUniverse,
  block: Block,
  later: Later,
): RecordSource {
  const rows = new Map(
    saved.map((own) => [own.element, later(() => loadRecords(own, codes, universe, block))]),
  )
  return { elements: saved.map((own) => own.element), rows: (element) => rows.get(element)?.() ?? [] }
}

function loadRecords(
  { element: name, rows, hasFields, hasRegions }: SavedRecords,
  codes: DimensionCodes,
  universe: DimensionUniverse,
  block: Block,
): readonly (readonly Cell[])[] {
  const element = universe.get(name)
  const keys = element.required.map((d, k) => {
    const { values } = codes.of(d)
    return Array.from(
      codeColumn(block(`record.${name}.${k}`), rows, values.length),
      (code) => values[code] ?? null,
    )
  })
  const fields = hasFields ? (parseBigJson(unpackText(block(`record.${name}.fields`))) as Cell[][]) : []
  const sizes = hasRegions ? unpackIntegers(block(`record.${name}.sizes`), rows) : new Int32Array()
  const regions = hasRegions ? unpack(block(`record.${name}.regions`)) : new Uint8Array()
  let at = 0
  return Array.from({ length: rows }, (_, i) => {
    const row: Cell[] = [...keys.map((key) => key[i]!), ...(fields[i] ?? [])]
    if (!hasRegions) return row
    const region = regions.subarray(at, at + sizes[i]!)
    at += sizes[i]!
    const place = element.temporalFamily === undefined ? row.length : row.length - 1
    return row.toSpliced(place, 0, region.length === 0 ? null : toHex(region))
  })
}

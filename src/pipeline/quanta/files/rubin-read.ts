import {
  DataCoordinate,
  type DataId,
  DatasetRef,
  type DatasetType,
  type DimensionGroup,
  readZipDirectory,
  RecordBook,
  type RecordRows,
} from '#butler'
import { bytesSource, crc32, parseBigJson } from '#core'
import { unzipSync } from 'fflate'
import { decompressZstd } from 'hyparquet-compressors'
import { CoordinateTables } from '../coordinates.ts'
import { Csr } from '../csr.ts'
import { DatasetNodes } from '../datasets.ts'
import {
  type GraphHeader,
  inputEdges,
  QuantumGraph,
  type StoredFile,
  type TaskQuanta,
} from '../quantum-graph.ts'
import type { Edge, PipelineGraph, TaskNode } from '../../graph/pipeline-graph.ts'
import { PACKAGES } from '../../graph/pipeline-graph.ts'
import { makeIdSource } from '../ids.ts'
import { badGraphFile } from './container.ts'
import { loadPipelineGraph, type LoadParts } from './load-tasks.ts'
import { decodeZstd, readZstdDictionary, type ZstdDictionary } from './zstd/decode.ts'
import {
  FILE_INFO,
  LOG,
  METADATA,
  type RubinDataset,
  type RubinHeader,
  type RubinPipeline,
  type RubinQuantum,
  type RubinRecords,
  WHOLE_DATASET,
} from './rubin-model.ts'

/** Read a `.qg` file that the Rubin middleware's `pipetask` wrote. Tasks come from the registry by class name. */
export async function readRubinGraph(
  name: string,
  file: Uint8Array,
  parts: LoadParts,
): Promise<QuantumGraph> {
  const archive = await openArchive(name, file)
  const header = archive.json('header') as RubinHeader
  if (header.graph_type !== 'predicted')
    throw badGraphFile(name, `it is a ${header.graph_type} graph, which tells about a run and cannot be run`)
  const saved = archive.json('pipeline_graph') as RubinPipeline
  const builder = new GraphBuilder(name, saved, parts)
  const init = archive.json('init_quanta') as readonly RubinQuantum[]
  for (const quantum of init) builder.addInit(quantum)
  const quanta = archive.quanta(header)
  for (const quantum of quanta) builder.addDatasets(quantum)
  builder.addTypes()
  const pipeline = await loadPipelineGraph(
    name,
    {
      description: saved.description,
      instrument: null,
      tasks: Object.entries(saved.tasks).map(([label, task]) => ({
        label,
        className: task.task_class,
        config: task.config_str,
      })),
    },
    builder.datasets,
    parts,
  )
  builder.fillAutomatic(pipeline)
  return new QuantumGraph(headerOf(header), pipeline, builder.tasks(pipeline, quanta), builder.datasets, {
    records: new RecordBook(archive.json('dimension_data') as RecordRows, parts.universe),
    ...(builder.files.size > 0 && { files: builder.files }),
  })
}

interface Archive {
  json(member: string): unknown
  quanta(header: RubinHeader): readonly RubinQuantum[]
}

async function openArchive(name: string, file: Uint8Array): Promise<Archive> {
  const members = await unpack(name, file)
  const dictionary =
    'compression_dict' in members ? openDictionary(name, members['compression_dict']!) : undefined
  const member = (wanted: string): Uint8Array => {
    const found = members[wanted]
    if (found === undefined) throw badGraphFile(name, `it has no ${wanted}`)
    return found
  }
  const parse = (packed: Uint8Array, what: string): unknown => {
    try {
      const bytes = dictionary === undefined ? decompressZstd(packed) : decodeZstd(packed, dictionary)
      return parseBigJson(new TextDecoder().decode(bytes))
    } catch (error) {
      throw badGraphFile(name, `${what} is damaged (${(error as Error).message})`)
    }
  }
  return {
    json: (wanted) => parse(member(`${wanted}.json.zst`), wanted),
    quanta({ int_size: width, n_quanta: count }) {
      const bytes = member('quantum_datasets.mb')
      const found: RubinQuantum[] = []
      for (let at = 0; at < bytes.length; ) {
        const size = integerAt(bytes, at, width)
        const end = at + width + size
        if (end > bytes.length) throw badGraphFile(name, 'it is cut off in quantum_datasets.mb')
        found.push(parse(bytes.subarray(at + width, end), `quantum ${found.length}`) as RubinQuantum)
        at = end
      }
      if (found.length !== count)
        throw badGraphFile(name, `its header promises ${count} quanta, and it holds ${found.length}`)
      return found
    },
  }
}

/** Members by name, each with the check sum that the archive has for it. */
async function unpack(name: string, file: Uint8Array): Promise<Readonly<Record<string, Uint8Array>>> {
  try {
    const members = unzipSync(file)
    for (const entry of (await readZipDirectory(bytesSource(file, name))).values())
      if (crc32(members[entry.name]!) !== entry.crc)
        throw new RangeError(`the check sum of ${entry.name} does not match`)
    return members
  } catch (error) {
    throw badGraphFile(name, `its archive is damaged (${(error as Error).message})`)
  }
}

/** Files of many quanta have a dictionary of what their blocks have in common. */
function openDictionary(name: string, bytes: Uint8Array): ZstdDictionary {
  try {
    return readZstdDictionary(bytes)
  } catch (error) {
    throw badGraphFile(name, `its compression dictionary is damaged (${(error as Error).message})`)
  }
}

function integerAt(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

function headerOf(header: RubinHeader): GraphHeader {
  const query = header.metadata['data_query']
  const time = Date.parse(header.timestamp)
  return {
    id: header.provenance_dataset_id,
    inputs: header.inputs,
    output: header.output ?? undefined,
    run: header.output_run,
    user: header.user,
    time,
    where: typeof query === 'string' ? query : undefined,
    command: header.command,
    quantumIds: makeIdSource(time),
    datasetIds: makeIdSource(time),
    notes: header.metadata,
  }
}

/** Puts the datasets of quanta, named one by one in the file, into tables. */
class GraphBuilder {
  readonly datasets = new Map<string, DatasetNodes>()
  readonly files = new Map<string, readonly StoredFile[]>()
  readonly #file: string
  readonly #saved: RubinPipeline
  readonly #universe: LoadParts['universe']
  readonly #tables = new CoordinateTables()
  /** Node of each dataset, by id. */
  readonly #nodes = new Map<string, number>()
  readonly #made = new Set<string>()

  constructor(file: string, saved: RubinPipeline, { universe }: LoadParts) {
    this.#file = file
    this.#saved = saved
    this.#universe = universe
  }

  addInit({ inputs, outputs, datastore_records: records }: RubinQuantum): void {
    for (const dataset of Object.values(outputs).flat()) this.#add(dataset, true)
    for (const dataset of Object.values(inputs).flat()) this.#add(dataset, false)
    this.#addFiles(records)
  }

  addDatasets({ inputs, outputs, datastore_records: records }: RubinQuantum): void {
    for (const dataset of Object.values(outputs).flat()) this.#add(dataset, true)
    for (const dataset of Object.values(inputs).flat()) this.#add(dataset, false)
    this.#addFiles(records)
  }

  /** Types of tasks without quanta: who saves the graph again names them too. */
  addTypes(): void {
    for (const [name, { dimensions, storage_class: storageClass }] of Object.entries(
      this.#saved.dataset_types,
    ))
      if (dimensions != null && storageClass != null) this.#nodesOf(name)
  }

  /** Types that every task has and that no quantum of the file mentions. */
  fillAutomatic(pipeline: PipelineGraph): void {
    for (const node of pipeline.tasks)
      for (const [name, storageClass, group] of [
        [node.metadataName, 'TaskMetadata', node.dimensions],
        ...(node.logName === undefined ? [] : [[node.logName, 'ButlerLogRecords', node.dimensions] as const]),
        [node.configName, 'Config', this.#universe.empty],
      ] as const)
        if (!this.datasets.has(name))
          this.datasets.set(
            name,
            new DatasetNodes(
              { name, dimensions: group, storageClass, isCalibration: false },
              this.#tables.of(group),
            ),
          )
  }

  tasks(pipeline: PipelineGraph, quanta: readonly RubinQuantum[]): readonly TaskQuanta[] {
    const byLabel = new Map<string, RubinQuantum[]>()
    for (const quantum of quanta) {
      const list = byLabel.get(quantum.task_label)
      if (list === undefined) byLabel.set(quantum.task_label, [quantum])
      else list.push(quantum)
    }
    let first = 0
    return pipeline.tasks.flatMap((node): TaskQuanta[] => {
      const own = byLabel.get(node.label)
      if (own === undefined) return []
      const made = { ...this.#task(node, own), first }
      first += own.length
      return [made]
    })
  }

  #task(node: TaskNode, own: readonly RubinQuantum[]): Omit<TaskQuanta, 'first'> {
    const table = this.#tables.of(node.dimensions)
    const edges = (list: readonly Edge[], kind: 'inputs' | 'outputs'): readonly Csr[] =>
      list.map((edge) =>
        Csr.fromLists(
          own.map((quantum) =>
            (quantum[kind][edge.connection] ?? []).map((d) => this.#nodes.get(d.dataset_id) ?? -1),
          ),
        ),
      )
    return {
      node,
      table,
      coordinates: Int32Array.from(own, (q) => table.add(coordinateOf(node.dimensions, q.data_coordinate))),
      inputs: edges(inputEdges(node), 'inputs'),
      outputs: edges(node.outputs, 'outputs'),
      ids: own.map((q) => q.quantum_id),
    }
  }

  #add(
    { dataset_id: id, dataset_type_name: name, data_coordinate: values, run }: RubinDataset,
    made: boolean,
  ): void {
    if (made) this.#made.add(id)
    if (this.#nodes.has(id)) return
    const nodes = this.#nodesOf(name)
    const coordinate = coordinateOf(nodes.type.dimensions, values)
    if (this.#made.has(id)) {
      const node = nodes.at(nodes.table.add(coordinate))
      nodes.plan(node, id)
      this.#nodes.set(id, node)
    } else this.#nodes.set(id, nodes.addRef(new DatasetRef(nodes.type, coordinate, run, id)))
  }

  #nodesOf(name: string): DatasetNodes {
    const known = this.datasets.get(name)
    if (known !== undefined) return known
    const type = this.#typeOf(name)
    const made = new DatasetNodes(type, this.#tables.of(type.dimensions))
    this.datasets.set(name, made)
    return made
  }

  #typeOf(name: string): DatasetType {
    const saved = this.#saved.dataset_types[name]
    if (name === PACKAGES)
      return { name, dimensions: this.#universe.empty, storageClass: 'Packages', isCalibration: false }
    if (saved?.dimensions == null || saved.storage_class == null)
      throw badGraphFile(this.#file, `its dataset type ${name} is not described`)
    return {
      name,
      dimensions: this.#universe.group(saved.dimensions),
      storageClass: saved.storage_class,
      isCalibration: saved.is_calibration,
    }
  }

  #addFiles(stores: RubinRecords): void {
    for (const store of Object.values(stores))
      for (const [hexId, tables] of Object.entries(store.records[FILE_INFO] ?? {})) {
        const id = hexId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
        this.files.set(
          id,
          tables.file_datastore_records.map((r) => ({
            path: r.path,
            formatter: r.formatter,
            storageClass: r.storage_class,
            component: r.component === WHOLE_DATASET ? undefined : r.component,
            checksum: r.checksum ?? undefined,
            size: r.file_size,
          })),
        )
      }
  }
}

function coordinateOf(group: DimensionGroup, values: readonly (string | number | bigint)[]): DataCoordinate {
  const named: Record<string, DataId[string]> = {}
  values.forEach((value, i) => {
    const key = group.keys[i]
    if (key !== undefined) named[key] = value
  })
  return new DataCoordinate(group, named, values.length === group.keys.length)
}

export const isRubinGraph = (file: Uint8Array): boolean => file[0] === 0x50 && file[1] === 0x4b

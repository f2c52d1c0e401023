import { type DataCoordinate, type DatasetRef, recordRows } from '#butler'
import { saveConfig } from '#config'
import { bigJson } from '#core'
import { zipSync } from 'fflate'
import { pipelineError } from '../../errors.ts'
import { type Edge, PACKAGES, type TaskNode } from '../../graph/pipeline-graph.ts'
import { idOf } from '../ids.ts'
import type { Quantum, QuantumGraph, StoredFile } from '../quantum-graph.ts'
import { uuidBytes } from '../uuid.ts'
import {
  CONFIG,
  FILE_INFO,
  LOG,
  METADATA,
  type RubinDataset,
  type RubinEdge,
  type RubinFileRecords,
  type RubinHeader,
  type RubinPipeline,
  type RubinQuantum,
  type RubinRecords,
  type RubinTask,
  WHOLE_DATASET,
} from './rubin-model.ts'
import { storedZstd } from './zstd-frame.ts'

const INT_SIZE = 8
const DATASTORE = 'FileDatastore@<butlerRoot>'
const encoder = new TextEncoder()
const block = (value: unknown): Uint8Array => storedZstd(encoder.encode(bigJson(value)))

/**
 * A graph as a `.qg` file of the Rubin middleware: a zip archive of JSON blocks in Zstandard frames, one block a quantum, with an
 * index of addresses by UUID.
 */
export function writeRubinGraph(graph: QuantumGraph): Uint8Array {
  if (graph.pipeline.tasks.some((node) => node.mock))
    throw pipelineError('bad-graph-file', 'A graph of mocks of ours cannot be run by the Python pipetask.', {
      hint: 'Save it as .fgraph.',
    })
  const quanta = [...graph].map((quantum) => quantumOf(quantum, graph.extras.files))
  const { bytes, addresses } = multiBlock(quanta)
  const stored = (content: Uint8Array): [Uint8Array, { level: 0 }] => [content, { level: 0 }]
  return zipSync({
    'header.json.zst': stored(block(headerOf(graph))),
    'pipeline_graph.json.zst': stored(block(pipelineOf(graph))),
    'thin_graph.json.zst': stored(block(thinGraph(graph, quanta))),
    'dimension_data.json.zst': stored(block(graph.extras.records?.rows ?? recordRows(allData(graph)))),
    'init_quanta.json.zst': stored(block(initQuanta(graph))),
    'quantum_datasets.mb': stored(bytes),
    'quanta.addr': stored(addresses),
  })
}

/** The graph's id goes into the place where the Rubin middleware keeps that of the graph's provenance dataset. */
function headerOf(graph: QuantumGraph): RubinHeader {
  const { header } = graph
  return {
    version: 1,
    graph_type: 'predicted',
    inputs: header.inputs,
    output: header.output ?? null,
    output_run: header.run,
    user: header.user,
    timestamp: new Date(header.time).toISOString().replace('Z', ''),
    command: header.command ?? '',
    metadata: { ...header.notes, ...(header.where !== undefined && { data_query: header.where }) },
    int_size: INT_SIZE,
    n_quanta: graph.size,
    n_datasets: [...graph.datasets.values()].reduce((n, nodes) => n + nodes.size, 0),
    n_task_quanta: Object.fromEntries(
      graph.pipeline.tasks.map(({ label }) => [
        label,
        graph.tasks.find((t) => t.node.label === label)?.coordinates.length ?? 0,
      ]),
    ),
    provenance_dataset_id: header.id,
  }
}

function* allData(graph: QuantumGraph): Generator<DataCoordinate> {
  for (const nodes of graph.datasets.values()) yield* nodes.table.all()
  for (const task of graph.tasks) yield* task.table.all()
}

const valuesOf = (coordinate: DataCoordinate): RubinDataset['data_coordinate'] =>
  coordinate.group.keys.map((key) => coordinate.get(key) ?? '')

const datasetOf = (ref: DatasetRef): RubinDataset => ({
  dataset_id: ref.id,
  dataset_type_name: ref.datasetType.name,
  data_coordinate: valuesOf(ref.coordinate),
  run: ref.run,
})

const datasetsOf = (refs: Readonly<Record<string, readonly DatasetRef[]>>): RubinQuantum['inputs'] =>
  Object.fromEntries(Object.entries(refs).map(([connection, list]) => [connection, list.map(datasetOf)]))

function quantumOf(
  quantum: Quantum,
  files: ReadonlyMap<string, readonly StoredFile[]> | undefined,
): RubinQuantum {
  const { id, label, coordinate, inputs, outputs, metadata, log } = quantum
  return {
    quantum_id: id,
    task_label: label,
    data_coordinate: valuesOf(coordinate),
    inputs: datasetsOf(inputs),
    outputs: {
      ...datasetsOf(outputs),
      [METADATA]: [datasetOf(metadata)],
      ...(log !== undefined && { [LOG]: [datasetOf(log)] }),
    },
    datastore_records: recordsOf(Object.values(inputs).flat(), files),
  }
}

function recordsOf(
  refs: readonly DatasetRef[],
  files: ReadonlyMap<string, readonly StoredFile[]> | undefined,
): RubinRecords {
  const known = refs.filter((ref) => files?.has(ref.id) === true)
  if (known.length === 0) return {}
  const records = known.map(({ id }): [string, RubinFileRecords] => [
    id.replaceAll('-', ''),
    {
      file_datastore_records: (files?.get(id) ?? []).map((f) => ({
        formatter: f.formatter,
        path: f.path,
        storage_class: f.storageClass,
        component: f.component ?? WHOLE_DATASET,
        checksum: f.checksum ?? null,
        file_size: f.size,
      })),
    },
  ])
  return {
    [DATASTORE]: {
      dataset_ids: known.map((ref) => ref.id),
      records: { [FILE_INFO]: Object.fromEntries(records) },
    },
  }
}

function thinGraph(graph: QuantumGraph, quanta: readonly RubinQuantum[]): unknown {
  const byTask = Object.fromEntries(
    graph.pipeline.tasks.map(({ label }) => [
      label,
      quanta
        .filter((q) => q.task_label === label)
        .map(({ quantum_id, data_coordinate }) => ({ quantum_id, data_coordinate })),
    ]),
  )
  const edges = graph
    .predecessors()
    .flatMap((before, i) => before.map((b) => [graph.quantumId(b), graph.quantumId(i)]))
  return { quanta: byTask, edges }
}

/** What is written once: package versions, then configs and schemas of each task. */
function initQuanta(graph: QuantumGraph): readonly RubinQuantum[] {
  // Numbers from the top of the range, which datasets of a graph do not reach.
  const idAt = (n: number): string => idOf(graph.header.quantumIds, 0xffffffff - n)
  const about = { data_coordinate: [], datastore_records: {} }
  const dataset = (name: string): readonly RubinDataset[] => [datasetOf(graph.initRef(name))]
  const of = (edges: readonly Edge[]): RubinQuantum['inputs'] =>
    Object.fromEntries(edges.map((edge) => [edge.connection, dataset(edge.datasetType)]))
  return [
    {
      ...about,
      quantum_id: idAt(0),
      task_label: '',
      inputs: {},
      outputs: { [PACKAGES]: dataset(PACKAGES) },
    },
    ...graph.pipeline.tasks.map((node, t) => ({
      ...about,
      quantum_id: idAt(t + 1),
      task_label: node.label,
      inputs: of(node.initInputs),
      outputs: { ...of(node.initOutputs), [CONFIG]: dataset(node.configName) },
    })),
  ]
}

function pipelineOf({ pipeline, datasets }: QuantumGraph): RubinPipeline {
  const automatic = new Set(
    pipeline.tasks.flatMap((n) => [
      n.metadataName,
      n.configName,
      ...(n.logName === undefined ? [] : [n.logName]),
    ]),
  )
  const types = [...datasets.values()].map(({ type }) => type).filter(({ name }) => name !== PACKAGES)
  const index = placesOf(
    types.map((type) => type.name),
    pipeline.tasks,
  )
  return {
    version: '0.0.1',
    description: pipeline.description,
    tasks: Object.fromEntries(pipeline.tasks.map((node) => [node.label, taskOf(node, index)])),
    dataset_types: Object.fromEntries(
      types.map(({ name, dimensions, storageClass, isCalibration }) => {
        const node = pipeline.datasetTypes.get(name)
        return [
          name,
          {
            dimensions: dimensions.names,
            storage_class: storageClass,
            is_calibration: isCalibration,
            is_initial_query_constraint: !automatic.has(name) && node?.producer === undefined,
            is_prerequisite: node?.isPrerequisite ?? false,
            index: index(`type ${name}`),
          },
        ]
      }),
    ),
    task_subsets: Object.fromEntries(
      [...pipeline.subsets].map(([name, { labels, description }]) => [
        name,
        { description: description ?? '', tasks: [...labels].sort(), dimensions: [] },
      ]),
    ),
    dimensions: pipeline.universe.config,
    data_id: {},
    step_labels: [],
    steps_verified: true,
  }
}

/** Places in a sorted list of all nodes: what the pipeline reads, then each task after what its making gives. */
function placesOf(types: readonly string[], tasks: readonly TaskNode[]): (node: string) => number {
  const made = tasks.flatMap((node) => {
    const { label, configName, metadataName, logName } = node
    const outputs = (edges: readonly Edge[]): string[] => edges.map((e) => `type ${e.datasetType}`)
    return [
      `init ${label}`,
      `type ${configName}`,
      ...outputs(node.initOutputs),
      `task ${label}`,
      `type ${metadataName}`,
      ...(logName === undefined ? [] : [`type ${logName}`]),
      ...outputs(node.outputs),
    ]
  })
  const read = types.map((name) => `type ${name}`).filter((name) => !made.includes(name))
  const places = new Map([...read, ...made].map((name, i) => [name, i]))
  return (node) => places.get(node) ?? -1
}

function taskOf(node: TaskNode, index: (node: string) => number): RubinTask {
  const edge = (e: Edge): RubinEdge => ({
    dataset_type_name: e.component === undefined ? e.datasetType : `${e.datasetType}.${e.component}`,
    storage_class: e.storageClass,
    raw_dimensions: [...e.dimensions.required].sort(),
    is_calibration: e.isCalibration,
    defer_query_constraint: e.deferGraphConstraint,
  })
  const automatic = (name: string, storageClass: string, dimensions: readonly string[]): RubinEdge => ({
    dataset_type_name: name,
    storage_class: storageClass,
    raw_dimensions: [...dimensions].sort(),
    is_calibration: false,
    defer_query_constraint: false,
  })
  const edges = (list: readonly Edge[]): Record<string, RubinEdge> =>
    Object.fromEntries(list.map((e) => [e.connection, edge(e)]))
  const { required } = node.dimensions
  return {
    task_class: node.task.className,
    init: {
      inputs: edges(node.initInputs),
      outputs: edges(node.initOutputs),
      config_output: automatic(node.configName, 'Config', []),
      index: index(`init ${node.label}`),
    },
    config_str: saveConfig(node.config),
    prerequisite_inputs: edges(node.prerequisites),
    inputs: edges(node.inputs),
    outputs: edges(node.outputs),
    metadata_output: automatic(node.metadataName, 'TaskMetadata', required),
    dimensions: [...node.dimensions.names].sort(),
    log_output: node.logName === undefined ? null : automatic(node.logName, 'ButlerLogRecords', required),
    index: index(`task ${node.label}`),
  }
}

/** Quanta one after the other, each with its length before it, and where each is, sorted by UUID. */
function multiBlock(quanta: readonly RubinQuantum[]): { bytes: Uint8Array; addresses: Uint8Array } {
  const blocks = quanta.map((quantum) => block(quantum))
  const bytes = new Uint8Array(blocks.reduce((n, b) => n + INT_SIZE + b.length, 0))
  const places: {
    readonly id: Uint8Array
    readonly key: string
    readonly at: number
    readonly size: number
  }[] = []
  let at = 0
  blocks.forEach((content, i) => {
    writeInteger(bytes, at, content.length)
    bytes.set(content, at + INT_SIZE)
    const key = quanta[i]?.quantum_id ?? ''
    places.push({ id: uuidBytes(key), key, at, size: INT_SIZE + content.length })
    at += INT_SIZE + content.length
  })
  places.sort((a, b) => (a.key < b.key ? -1 : 1))
  const row = 16 + 3 * INT_SIZE
  const addresses = new Uint8Array(1 + 2 * INT_SIZE + places.length * row)
  addresses[0] = INT_SIZE
  writeInteger(addresses, 1, places.length)
  writeInteger(addresses, 1 + INT_SIZE, 1)
  places.forEach((place, n) => {
    const start = 1 + 2 * INT_SIZE + n * row
    addresses.set(place.id, start)
    writeInteger(addresses, start + 16, n)
    writeInteger(addresses, start + 16 + INT_SIZE, place.at)
    writeInteger(addresses, start + 16 + 2 * INT_SIZE, place.size)
  })
  return { bytes, addresses }
}

const writeInteger = (bytes: Uint8Array, at: number, value: number): void =>
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, BigInt(value))

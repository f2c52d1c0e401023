import type { DataCoordinate, DataId, DatasetRef, RecordBook } from '#butler'
import type { Edge, PipelineGraph, TaskNode } from '../graph/pipeline-graph.ts'
import type { RefsByConnection } from '../pipeline-task.ts'
import type { CoordinateTable } from './coordinates.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { idOf, type IdSource, numberOf } from './ids.ts'
import type { RecordTables } from './record-tables.ts'

/** What a graph says about itself. */
export interface GraphHeader {
  readonly id: string
  /** Input collections, flattened. */
  readonly inputs: readonly string[]
  readonly output: string | undefined
  readonly run: string
  readonly user: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly where: string | undefined
  /** The command line that built it. */
  readonly command: string | undefined
  /** Source of the ids of quanta, and of the datasets to be made. */
  readonly quantumIds: IdSource
  readonly datasetIds: IdSource
  /** Further notes, as graph files have them. */
  readonly notes: Readonly<Record<string, unknown>>
}

/** The quanta of one task: data IDs, and for each edge the datasets of each quantum. */
export interface TaskQuanta {
  readonly node: TaskNode
  readonly table: CoordinateTable
  /** Number of each quantum's data ID in the table. */
  readonly coordinates: Int32Array
  /** By edge of `node.inputs` then `node.prerequisites`: dataset nodes of each quantum. */
  readonly inputs: readonly Csr[]
  /** By edge of `node.outputs`. */
  readonly outputs: readonly Csr[]
  /** Number of the task's first quantum in the graph. */
  readonly first: number
  /** Ids of the quanta where a file gave them or quanta were left out; counted otherwise. */
  readonly ids?: readonly string[]
}

/** One unit of work, made when asked for. */
export interface Quantum {
  readonly id: string
  /** Number in the graph: in execution order of tasks. */
  readonly index: number
  readonly label: string
  readonly node: TaskNode
  readonly coordinate: DataCoordinate
  readonly dataId: DataId
  readonly inputs: RefsByConnection
  readonly outputs: RefsByConnection
  readonly metadata: DatasetRef
  readonly log: DatasetRef | undefined
}

/** What a graph that is run without a registry carries besides. */
export interface GraphExtras {
  /** Dimension records of its data IDs, as a file has them. */
  readonly records?: RecordBook
  /** The same as they were read from the registry; data IDs have them then. */
  readonly recordTables?: RecordTables
  /** Where the files of existing datasets are, by dataset id. */
  readonly files?: ReadonlyMap<string, readonly StoredFile[]>
}

/** A file of a dataset, as the datastore records it. */
export interface StoredFile {
  /** Relative to the datastore's root, or a URI. */
  readonly path: string
  readonly formatter: string
  readonly storageClass: string
  readonly component: string | undefined
  readonly checksum: string | undefined
  readonly size: number
}

/** All quanta of a run with the datasets they read and make. Refs and ids are made on demand from numbers. */
export class QuantumGraph {
  readonly header: GraphHeader
  readonly pipeline: PipelineGraph
  readonly tasks: readonly TaskQuanta[]
  readonly datasets: ReadonlyMap<string, DatasetNodes>
  readonly extras: GraphExtras
  readonly #firstId = new Map<string, number>()

  constructor(
    header: GraphHeader,
    pipeline: PipelineGraph,
    tasks: readonly TaskQuanta[],
    datasets: ReadonlyMap<string, DatasetNodes>,
    extras: GraphExtras = {},
  ) {
    this.header = header
    this.pipeline = pipeline
    this.tasks = tasks
    this.datasets = datasets
    this.extras = extras
    let next = 0
    for (const [name, nodes] of datasets) {
      this.#firstId.set(name, next)
      next += nodes.size
    }
  }

  /** How many quanta there are. */
  get size(): number {
    const last = this.tasks[this.tasks.length - 1]
    return last === undefined ? 0 : last.first + last.coordinates.length
  }

  *[Symbol.iterator](): Iterator<Quantum> {
    for (const task of this.tasks) for (let i = 0; i < task.coordinates.length; i++) yield this.#make(task, i)
  }

  quantum(index: number): Quantum {
    const task = this.taskOf(index)
    return this.#make(task, index - task.first)
  }

  quantumId(index: number): string {
    const task = this.taskOf(index)
    return task.ids?.[index - task.first] ?? idOf(this.header.quantumIds, index)
  }

  /** Number of the quantum with this id. */
  indexOf(id: string): number | undefined {
    for (const task of this.tasks) {
      const at = task.ids?.indexOf(id) ?? -1
      if (at >= 0) return task.first + at
    }
    const counted = numberOf(this.header.quantumIds, id)
    if (counted === undefined || counted >= this.size) return undefined
    return this.quantumId(counted) === id ? counted : undefined
  }

  /** The graph with only some of its quanta; they keep their ids and datasets. */
  subset(indices: ReadonlySet<number>): QuantumGraph {
    let first = 0
    const tasks = this.tasks.flatMap((task): TaskQuanta[] => {
      const kept = Int32Array.from(task.coordinates.keys()).filter((i) => indices.has(task.first + i))
      if (kept.length === 0) return []
      const made: TaskQuanta = {
        node: task.node,
        table: task.table,
        coordinates: kept.map((i) => task.coordinates[i]!),
        inputs: task.inputs.map((csr) => csr.select(kept)),
        outputs: task.outputs.map((csr) => csr.select(kept)),
        first,
        ids: Array.from(kept, (i) => this.quantumId(task.first + i)),
      }
      first += kept.length
      return [made]
    })
    return new QuantumGraph(this.header, this.pipeline, tasks, this.datasets, this.extras)
  }

  /** The same work for another output run: datasets to be made get new ids, quanta keep theirs. */
  withRun(run: string, ids: IdSource, graphId: string, notes: GraphHeader['notes']): QuantumGraph {
    const datasets = new Map([...this.datasets].map(([name, nodes]) => [name, nodes.withoutPlans()]))
    const header = { ...this.header, id: graphId, run, datasetIds: ids, notes }
    return new QuantumGraph(header, this.pipeline, this.tasks, datasets, this.extras)
  }

  taskOf(index: number): TaskQuanta {
    const found = this.tasks.findLast(
      (task) => task.first <= index && index < task.first + task.coordinates.length,
    )
    if (found === undefined) throw new RangeError(`quantum ${index} of ${this.size}`)
    return found
  }

  ref(datasetType: string, node: number): DatasetRef {
    const nodes = this.datasets.get(datasetType)
    if (nodes === undefined) throw new RangeError(`dataset type ${datasetType}`)
    return nodes.ref(node, this.header.run, this.header.datasetIds, this.#firstId.get(datasetType) ?? 0)
  }

  /** Refs of an init output or of `packages`, which have no data ID. */
  initRef(datasetType: string): DatasetRef {
    return this.ref(datasetType, 0)
  }

  /** Numbers of the quanta that must be done before each, in a sparse table. */
  predecessors(): readonly (readonly number[])[] {
    const maker = new Map<string, Int32Array>()
    for (const task of this.tasks)
      task.node.outputs.forEach((edge, e) => {
        const nodes = this.datasets.get(edge.datasetType)
        const by = new Int32Array(nodes?.size ?? 0).fill(-1)
        const outputs = task.outputs[e]
        for (let i = 0; i < task.coordinates.length; i++)
          for (const node of outputs?.row(i) ?? []) by[node] = task.first + i
        maker.set(edge.datasetType, by)
      })
    const before: number[][] = Array.from({ length: this.size }, () => [])
    const seenBy = new Int32Array(this.size).fill(-1)
    for (const task of this.tasks)
      for (let i = 0; i < task.coordinates.length; i++) {
        const index = task.first + i
        inputEdges(task.node).forEach((edge, e) => {
          const by = maker.get(edge.datasetType)
          if (by === undefined) return
          for (const node of task.inputs[e]!.row(i)) {
            const from = by[node] ?? -1
            if (from < 0 || seenBy[from] === index) continue
            seenBy[from] = index
            before[index]!.push(from)
          }
        })
      }
    return before
  }

  #make(task: TaskQuanta, i: number): Quantum {
    const { node } = task
    const index = task.first + i
    const place = task.coordinates[i] ?? -1
    const coordinate = task.table.get(place)
    const refs = (edges: readonly Edge[], lists: readonly Csr[]): RefsByConnection =>
      Object.fromEntries(
        edges.map((edge, e) => [
          edge.connection,
          [...lists[e]!.row(i)].map((n) => this.ref(edge.datasetType, n)),
        ]),
      )
    const own = (name: string): DatasetRef => {
      const nodes = this.datasets.get(name)
      const at = nodes?.table === task.table ? place : nodes?.table.find(coordinate)
      return this.ref(name, nodes?.find(at ?? -1) ?? -1)
    }
    return {
      id: this.quantumId(index),
      index,
      label: node.label,
      node,
      coordinate,
      dataId: coordinate.values,
      inputs: refs(inputEdges(node), task.inputs),
      outputs: refs(node.outputs, task.outputs),
      metadata: own(node.metadataName),
      log: node.logName === undefined ? undefined : own(node.logName),
    }
  }
}

/** Inputs, then prerequisites: the order of `TaskQuanta.inputs`. */
export const inputEdges = (node: TaskNode): readonly Edge[] => [...node.inputs, ...node.prerequisites]

import { DataCoordinate, type DimensionUniverse, DatasetRef, type DatasetType } from '#butler'
import { freeze, loadConfig, saveConfig } from '#config'
import { makeTaskNode } from '../graph/make-node.ts'
import { mockNode, originalLabel } from '../graph/mock.ts'
import type { TaskNode } from '../graph/pipeline-graph.ts'
import type { RefsByConnection } from '../pipeline-task.ts'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'
import type { TaskRegistry } from '../task-registry.ts'
import type { ExecutionOptions } from './executor.ts'
import type { QuantumJob } from './job.ts'
import type { WireJob, WireRef, WireRefs, WorkerSetup } from './worker-messages.ts'

/** What workers are told before the first quantum. */
export function workerSetup(
  graph: QuantumGraph,
  options: ExecutionOptions,
  repository: string,
  taskModules: readonly string[],
): WorkerSetup {
  const { raiseOnPartialOutputs, timeoutSec, jobMetadata } = options
  return {
    repository,
    raiseOnPartialOutputs,
    timeoutSec,
    taskModules,
    ...(jobMetadata && { jobMetadata }),
    tasks: graph.pipeline.tasks.map(({ label, task, config, mock }) => ({
      label,
      className: task.className,
      config: saveConfig(config),
      ...(mock && { mock }),
    })),
    types: [...graph.datasets.values()].map(({ type }) => ({ ...type, dimensions: type.dimensions.names })),
  }
}

const wireRef = (ref: DatasetRef): WireRef => ({
  type: ref.datasetType.name,
  dataId: ref.dataId,
  run: ref.run,
  id: ref.id,
})

const wireRefs = (refs: RefsByConnection): WireRefs =>
  Object.fromEntries(Object.entries(refs).map(([connection, list]) => [connection, list.map(wireRef)]))

/** A job as it crosses processes. */
export const wireJob = ({ quantum, init, files, places, previous }: QuantumJob): WireJob => ({
  id: quantum.id,
  index: quantum.index,
  label: quantum.label,
  dataId: quantum.dataId,
  inputs: wireRefs(quantum.inputs),
  outputs: wireRefs(quantum.outputs),
  metadata: wireRef(quantum.metadata),
  log: quantum.log && wireRef(quantum.log),
  init: Object.fromEntries(Object.entries(init).map(([connection, ref]) => [connection, wireRef(ref)])),
  files,
  places,
  ...(previous && { previous: { records: [...previous], extra: previous.extra } }),
})

const previousOf = ({ previous }: WireJob): Pick<QuantumJob, 'previous'> => {
  if (previous === undefined) return {}
  const { records, extra } = previous
  return { previous: Object.assign([...records], { ...(extra && { extra }) }) }
}

/** The other side: tasks and dataset types by name, and quanta made from messages. */
export interface WireReader {
  readonly nodes: ReadonlyMap<string, TaskNode>
  job(wire: WireJob): QuantumJob
}

export async function makeWireReader(
  setup: WorkerSetup,
  tasks: TaskRegistry,
  universe: DimensionUniverse,
): Promise<WireReader> {
  const types = new Map<string, DatasetType>(
    setup.types.map((type) => [type.name, { ...type, dimensions: universe.group(type.dimensions) }]),
  )
  const nodes = new Map<string, TaskNode>()
  for (const { label, className, config: text, mock } of setup.tasks) {
    const task = await tasks.load(className)
    const config = task.config.make()
    await loadConfig(config, text, { file: `${label} config`, findTarget: (name) => tasks.findTarget(name) })
    const plain = mock === undefined ? label : originalLabel(label)
    const node = makeTaskNode(plain, task, freeze(config), universe, (name) => types.get(name)?.dimensions)
    nodes.set(label, mock === undefined ? node : mockNode(node, mock))
  }
  const ref = ({ type: name, dataId, run, id }: WireRef): DatasetRef => {
    const type = types.get(name)
    if (type === undefined) throw new RangeError(`dataset type ${name}`)
    const { dimensions } = type
    const full = dimensions.implied.every((n) => dataId[n] !== undefined)
    return new DatasetRef(type, new DataCoordinate(dimensions, dataId, full), run, id)
  }
  const refs = (wire: WireRefs): RefsByConnection =>
    Object.fromEntries(Object.entries(wire).map(([connection, list]) => [connection, list.map(ref)]))
  return {
    nodes,
    job(wire) {
      const node = nodes.get(wire.label)
      if (node === undefined) throw new RangeError(`task ${wire.label}`)
      const { id, index, label, dataId, files, places } = wire
      const quantum = {
        id,
        index,
        label,
        node,
        coordinate: new DataCoordinate(node.dimensions, dataId, true),
        dataId,
        inputs: refs(wire.inputs),
        outputs: refs(wire.outputs),
        metadata: ref(wire.metadata),
        log: wire.log && ref(wire.log),
      }
      const init = Object.entries(wire.init).map(([connection, one]) => [connection, ref(one)] as const)
      return { quantum, init: Object.fromEntries(init), files, places, ...previousOf(wire) }
    },
  }
}

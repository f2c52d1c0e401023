import type { Butler, DatasetRef, DatasetType } from '#butler'
import { compareConfigs, loadConfig, saveConfig } from '#config'
import { type Context, silentLog, silentProgress } from '#core'
import { missingInitInput, pipelineError } from '../errors.ts'
import { PACKAGES, type PipelineGraph, type TaskNode } from '../graph/pipeline-graph.ts'
import { TaskMetadata } from '../metadata.ts'
import { taskTypes } from '../quanta/build-quanta.ts'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'
import type { TaskRegistry } from '../task-registry.ts'
import type { QuantumStore } from './store.ts'
import { makeTaskContext } from './task-context.ts'
import { Timer } from './timer.ts'

export interface InitOptions {
  /** The run had datasets before. */
  readonly extendRun: boolean
  /** Versions to save and compare; undefined with `--no-versions`. */
  readonly packages: Readonly<Record<string, string>> | undefined
  readonly skipInitWrites: boolean
}

/** Register every dataset type that a pipeline makes, as a repository that is handed out has them. */
export async function registerPipelineTypes(butler: Butler, pipeline: PipelineGraph): Promise<void> {
  const { empty } = pipeline.universe
  const made = [...pipeline.datasetTypes.values()].filter((type) => type.producer !== undefined)
  for (const { name, dimensions, storageClass, isCalibration } of made)
    if (storageClass !== undefined)
      await butler.registry.registerDatasetType({
        name,
        dimensions: dimensions.names,
        storageClass,
        isCalibration,
      })
  for (const type of pipeline.tasks.flatMap(taskTypes))
    await butler.registry.registerDatasetType(specOf(type))
  await butler.registry.registerDatasetType({
    name: PACKAGES,
    dimensions: empty.names,
    storageClass: 'Packages',
  })
}

/** Register what the graph writes, or refuse, naming what is missing. */
export async function registerDatasetTypes(
  butler: Butler,
  graph: QuantumGraph,
  register: boolean,
): Promise<void> {
  const known = new Map((await butler.registry.queryDatasetTypes()).map((type) => [type.name, type]))
  const needed = [...graph.datasets.values()].map((nodes) => nodes.type)
  const missing = needed.filter((type) => !known.has(type.name))
  if (missing.length === 0) return
  if (!register)
    throw pipelineError(
      'missing-dataset-types',
      `Missing dataset types: ${missing
        .map((type) => type.name)
        .sort()
        .join(', ')}.`,
      {
        hint: 'Add --register-dataset-types to register them.',
        data: { missing: missing.map((type) => type.name) },
      },
    )
  for (const type of missing) await butler.registry.registerDatasetType(specOf(type))
}

const specOf = ({ name, dimensions, storageClass, isCalibration }: DatasetType) => ({
  name,
  dimensions: dimensions.names,
  storageClass,
  isCalibration,
})

/** Write or compare configs, schemas and versions: what is written once for a run. */
export async function writeInitOutputs(
  store: QuantumStore,
  graph: QuantumGraph,
  tasks: TaskRegistry,
  options: InitOptions,
  context: Context,
): Promise<void> {
  for (const node of graph.pipeline.tasks) await checkConfig(store, graph, node, tasks, options, context)
  if (options.packages !== undefined) await checkPackages(store, graph, options.packages, options.extendRun)
  for (const node of graph.pipeline.tasks) await writeSchemas(store, graph, node, options)
}

async function existing(
  store: QuantumStore,
  ref: DatasetRef,
  extendRun: boolean,
): Promise<DatasetRef | undefined> {
  return extendRun ? store.findInRun(ref) : undefined
}

async function checkConfig(
  store: QuantumStore,
  graph: QuantumGraph,
  node: TaskNode,
  tasks: TaskRegistry,
  options: InitOptions,
  context: Context,
): Promise<void> {
  const ref = graph.initRef(node.configName)
  const before = await existing(store, ref, options.extendRun)
  if (before === undefined) {
    if (!options.skipInitWrites) await store.put([[ref, saveConfig(node.config)]])
    return
  }
  const old = node.task.config.make()
  const file = `${node.configName} of run ${ref.run}`
  await loadConfig(old, await store.get<string>(before), {
    file,
    findTarget: (name) => tasks.findTarget(name),
  })
  const differences = compareConfigs(node.config, old)
  if (differences.length === 0) return
  const log = context.log.child('ctrl.mpexec.preExecInit')
  for (const difference of differences) log.critical(`Comparing configuration: Inequality in ${difference}`)
  throw configConflict(node, ref.run, differences)
}

const configConflict = (node: TaskNode, run: string, differences: readonly string[]): Error =>
  pipelineError(
    'config-conflict',
    `Config does not match existing task config '${node.configName}' in run ${run}: ${differences.join('; ')}.`,
    {
      hint: 'Configs are the same within one run. Leave --extend-run out to make a new run with the changed config, or give the old values.',
      data: { label: node.label, run, differences },
    },
  )

/** Versions that changed are refused; packages that are new are added. */
async function checkPackages(
  store: QuantumStore,
  graph: QuantumGraph,
  packages: Readonly<Record<string, string>>,
  extendRun: boolean,
): Promise<void> {
  const ref = graph.initRef(PACKAGES)
  const before = await existing(store, ref, extendRun)
  if (before === undefined) {
    await store.put([[ref, packages]])
    return
  }
  const old = await store.get<Readonly<Record<string, string>>>(before)
  const changed = Object.entries(packages).filter(([name, version]) => name in old && old[name] !== version)
  if (changed.length > 0)
    throw pipelineError(
      'packages-conflict',
      `Package versions differ from those of run ${ref.run}: ${changed.map(([n, v]) => `${n} ${old[n]} then, ${v} now`).join('; ')}.`,
      { hint: 'Make a new run, or add --no-versions to accept the difference.' },
    )
  if (Object.keys(packages).every((name) => name in old)) return
  await store.remove([before])
  await store.put([[ref, { ...old, ...packages }]])
}

async function writeSchemas(
  store: QuantumStore,
  graph: QuantumGraph,
  node: TaskNode,
  options: InitOptions,
): Promise<void> {
  const missing: DatasetRef[] = []
  for (const edge of node.initOutputs) {
    const ref = graph.initRef(edge.datasetType)
    if ((await existing(store, ref, options.extendRun)) === undefined) missing.push(ref)
  }
  if (missing.length === 0 || node.task.init === undefined || options.skipInitWrites) return
  const inputs = await readInitInputs(store, node, (name) => graph.initRef(name))
  const context = makeTaskContext({
    name: node.label,
    config: node.config,
    log: silentLog,
    timer: new Timer(undefined),
    metadata: new TaskMetadata(),
    signal: new AbortController().signal,
    progress: silentProgress,
  })
  const values = node.task.init(inputs, context)
  for (const edge of node.initOutputs) {
    const ref = missing.find((r) => r.datasetType.name === edge.datasetType)
    const value = values[edge.connection]
    if (ref !== undefined && value !== undefined) await store.put([[ref, value]])
  }
}

/** Values of a task's init inputs: what the pipeline writes once, or what was there before. */
export async function readInitInputs(
  store: QuantumStore,
  node: TaskNode,
  refOf: (datasetType: string) => DatasetRef | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const values: Record<string, unknown> = {}
  for (const edge of node.initInputs) {
    const planned = refOf(edge.datasetType)
    const ref = planned === undefined ? undefined : await store.findInRun(planned)
    if (ref === undefined) throw missingInitInput(node.label, edge.datasetType, planned?.run)
    values[edge.connection] = await store.get(ref)
  }
  return values
}

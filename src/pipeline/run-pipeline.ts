import type { Butler, DataId } from '#butler'
import type { Context } from '#core'
import { pipelineError } from './errors.ts'
import type { RunListener } from './events.ts'
import {
  applyCollections,
  type CollectionOptions,
  resolveCollections,
  type RunCollections,
} from './execute/collections.ts'
import type { QuantumExecutor } from './execute/executor.ts'
import { inProcessExecutor } from './execute/in-process.ts'
import { registerDatasetTypes, writeInitOutputs } from './execute/init-outputs.ts'
import type { QuantumResult } from './execute/outcome.ts'
import { runQuantumGraph } from './execute/run-graph.ts'
import { THIRTY_DAYS_SEC } from './execute/quantum-backed.ts'
import { tellGraph } from './execute/tell-graph.ts'
import { butlerStore } from './execute/store.ts'
import type { PipelineGraph } from './graph/pipeline-graph.ts'
import type { PipelineHost } from './host.ts'
import { openPipeline, type PipelineChoice } from './open-pipeline.ts'
import { checkDataIds } from './quanta/listed-ids.ts'
import { buildQuantumGraph } from './quanta/build-quanta.ts'
import type { QuantumGraph } from './quanta/quantum-graph.ts'
import type { TaskRegistry } from './task-registry.ts'

/** The options of `pipetask qgraph`. */
export interface GraphOptions extends CollectionOptions {
  readonly where?: string
  readonly dataId?: DataId
  readonly dataIdTables?: readonly (readonly DataId[])[]
  readonly skipExisting?: boolean
  readonly skipExistingIn?: readonly string[]
  /** Globs of the dataset types that skipped quanta kept; others are made again where they are needed. */
  readonly retainedDatasetTypes?: readonly string[]
  /** `[source, anchor]`: leave out quanta of `source` that lead to none of `anchor`. */
  readonly pruneUnanchoredQuanta?: readonly [source: string, anchor: string]
  readonly clobberOutputs?: boolean
  /** `all`, `off`, or dataset types separated by commas. */
  readonly datasetQueryConstraint?: string
  readonly user?: string
  /** The command line, and further notes for the graph's header. */
  readonly command?: string
  readonly notes?: Readonly<Record<string, unknown>>
  /** For time stamps of runs: milliseconds since 1970. */
  readonly now?: () => number
  readonly onEvent?: RunListener
}

/** The options of `pipetask run` besides. */
export interface ExecuteOptions {
  readonly registerDatasetTypes?: boolean
  readonly failFast?: boolean
  readonly timeoutSec?: number
  readonly raiseOnPartialOutputs?: boolean
  readonly noVersions?: boolean
  readonly skipInitWrites?: boolean
  readonly initOnly?: boolean
  readonly clobberOutputs?: boolean
  /** Who runs quanta: this thread unless given. */
  readonly executor?: QuantumExecutor
  /** Versions for the `packages` dataset. */
  readonly packages?: Readonly<Record<string, string>>
  readonly onEvent?: RunListener
  /** Quanta that must wait for others besides what they read: pairs of quantum ids. */
  readonly order?: (graph: QuantumGraph) => Iterable<readonly [before: string, after: string]>
}

/** Everything `pipetask run` takes, by the same names; see `pipetask run --help`. */
export interface RunPipelineOptions extends PipelineChoice, GraphOptions, ExecuteOptions {
  readonly butler: Butler
  readonly tasks: TaskRegistry
  /** Reads pipeline and config files. */
  readonly host: PipelineHost
}

/** What a run came to. */
export interface RunResult {
  readonly run: string
  readonly output: string | undefined
  readonly state: 'done' | 'failed' | 'cancelled'
  readonly quanta: readonly QuantumResult[]
  /** 0; 1 after failures; 20 when a task said that repeating is useless. */
  readonly exitCode: number
}

/** Build the graph, prepare the run and execute it: what `pipetask run` and `%%pipeline` cells do. */
export async function runPipeline(options: RunPipelineOptions, context: Context): Promise<RunResult> {
  options.onEvent?.({ kind: 'building', message: 'Reading the pipeline' })
  const pipeline = await openPipeline(options, options)
  const prepared = await prepareRun(options.butler, await pipeline.graph(), options, context)
  if (prepared.graph.size === 0) throw emptyGraph(prepared.reasons)
  return executeRun(options.butler, prepared, options.tasks, options, context)
}

/** A graph with the collections it belongs to; nothing in the repository has changed. */
export interface PreparedRun {
  readonly graph: QuantumGraph
  readonly collections: RunCollections
  /** Why the graph is empty or short. */
  readonly reasons: readonly string[]
}

/** Settle collections and build the graph: what `pipetask qgraph` does. */
export async function prepareRun(
  butler: Butler,
  pipeline: PipelineGraph,
  options: GraphOptions,
  context: Context,
): Promise<PreparedRun> {
  for (const { label, warnings } of pipeline.tasks)
    for (const warning of warnings) context.log.child(label).warn(warning)
  const now = (options.now ?? Date.now)()
  for (const table of options.dataIdTables ?? []) checkDataIds(butler.dimensions, table)
  const collections = await resolveCollections(butler, options, now)
  options.onEvent?.({ kind: 'building', message: 'Building the quantum graph' })
  const {
    extendRun = false,
    skipExisting = false,
    skipExistingIn = [],
    datasetQueryConstraint = 'all',
  } = options
  const constraint =
    datasetQueryConstraint === 'all' || datasetQueryConstraint === 'off'
      ? datasetQueryConstraint
      : datasetQueryConstraint.split(',')
  const { graph, reasons } = await buildQuantumGraph(
    {
      butler,
      pipeline,
      inputs: collections.inputs,
      ...(collections.output !== undefined && { output: collections.output }),
      run: collections.run,
      extendRun: collections.runExists,
      ...(options.where !== undefined && { where: options.where }),
      ...(options.dataId && { dataId: options.dataId }),
      ...(options.dataIdTables && { dataIdTables: options.dataIdTables }),
      skipExistingIn: [
        ...(await searched(butler, skipExistingIn)),
        ...(skipExisting || extendRun ? [collections.run] : []),
      ],
      ...(options.retainedDatasetTypes && { retainedTypes: options.retainedDatasetTypes }),
      ...(options.pruneUnanchoredQuanta && { pruneUnanchored: options.pruneUnanchoredQuanta }),
      clobberOutputs: options.clobberOutputs ?? false,
      constraint,
      ...(options.user !== undefined && { user: options.user }),
      ...(options.command !== undefined && { command: options.command }),
      ...(options.notes && { notes: options.notes }),
      time: now,
    },
    context,
  )
  return { graph, collections, reasons }
}

/** Globs and chains as the collections they stand for. @throws MissingCollectionError */
const searched = async (butler: Butler, names: readonly string[]): Promise<readonly string[]> =>
  names.length === 0 ? [] : butler.collections.query(names, { flattenChains: true, includeChains: false })

/** Make run and chain, write what is written once, run the quanta. */
export async function executeRun(
  butler: Butler,
  { graph, collections }: PreparedRun,
  tasks: TaskRegistry,
  options: ExecuteOptions,
  context: Context,
): Promise<RunResult> {
  tellGraph(graph, options.onEvent)
  await applyCollections(butler, collections, graph.pipeline)
  await registerDatasetTypes(butler, graph, options.registerDatasetTypes ?? false)
  const packages = options.noVersions === true ? undefined : options.packages
  const { skipInitWrites = false } = options
  const store = butlerStore(butler)
  await writeInitOutputs(
    store,
    graph,
    tasks,
    { extendRun: collections.runExists, packages, skipInitWrites },
    context,
  )
  const about = { run: collections.run, output: collections.output }
  if (options.initOnly === true) return { ...about, state: 'done', quanta: [], exitCode: 0 }
  const executor = options.executor ?? inProcessExecutor(store.stores)
  const result = await runQuantumGraph(
    graph,
    {
      store,
      executor,
      extendRun: collections.runExists,
      clobberOutputs: options.clobberOutputs ?? false,
      raiseOnPartialOutputs: options.raiseOnPartialOutputs ?? true,
      timeoutSec: options.timeoutSec ?? THIRTY_DAYS_SEC,
      failFast: options.failFast ?? false,
      ...(options.order && { order: options.order(graph) }),
      ...(options.onEvent && { onEvent: options.onEvent }),
    },
    context,
  )
  return { ...about, ...result }
}

/** The error of a graph without quanta. */
export const emptyGraph = (reasons: readonly string[]): Error =>
  pipelineError('empty-graph', 'QuantumGraph was empty; ERROR logs above should provide details.', {
    ...(reasons[0] !== undefined && { hint: reasons[0] }),
    data: { reasons },
  })

import type { Context } from '#core'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'
import type { TaskRegistry } from '../task-registry.ts'
import type { RunListener } from '../events.ts'
import type { QuantumExecutor } from './executor.ts'
import type { JobMetadata } from './quantum-notes.ts'
import { writeInitOutputs } from './init-outputs.ts'
import { type GraphResult, runQuantumGraph } from './run-graph.ts'
import type { QuantumStore } from './store.ts'
import { tellGraph } from './tell-graph.ts'

/** Write configs, schemas and versions of a graph; those that are there are compared. */
export const writeQuantumBackedInit = (
  store: QuantumStore,
  graph: QuantumGraph,
  tasks: TaskRegistry,
  packages: Readonly<Record<string, string>>,
  context: Context,
): Promise<void> =>
  writeInitOutputs(store, graph, tasks, { extendRun: true, packages, skipInitWrites: false }, context)

export interface QuantumBackedOptions {
  readonly executor: QuantumExecutor
  readonly failFast?: boolean
  readonly raiseOnPartialOutputs?: boolean
  readonly timeoutSec?: number
  /** Trust that nothing was written before. */
  readonly noExistingOutputs?: boolean
  readonly jobMetadata?: JobMetadata
  readonly onEvent?: RunListener
}

/** Run the quanta of a graph on files alone. What is done is skipped, leftovers of failures are replaced. */
export function executeQuantumBacked(
  store: QuantumStore,
  graph: QuantumGraph,
  options: QuantumBackedOptions,
  context: Context,
): Promise<GraphResult> {
  tellGraph(graph, options.onEvent)
  return runQuantumGraph(
    graph,
    {
      store,
      executor: options.executor,
      extendRun: options.noExistingOutputs !== true,
      clobberOutputs: true,
      raiseOnPartialOutputs: options.raiseOnPartialOutputs ?? true,
      timeoutSec: options.timeoutSec ?? THIRTY_DAYS_SEC,
      failFast: options.failFast ?? false,
      ...(options.jobMetadata && { jobMetadata: options.jobMetadata }),
      ...(options.onEvent && { onEvent: options.onEvent }),
    },
    context,
  )
}

export const THIRTY_DAYS_SEC = 30 * 24 * 3600

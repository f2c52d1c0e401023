import type { DatasetRef } from '#butler'
import type { LogRecords } from '#core'
import { missingInitInput, pipelineError } from '../errors.ts'
import type { TaskNode } from '../graph/pipeline-graph.ts'
import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions } from './executor.ts'
import type { QuantumJob } from './job.ts'
import type { QuantumStore } from './store.ts'

/** Finds out, in the process of the run, what quanta read and where they write. */
export class JobPlanner {
  readonly #store: QuantumStore
  readonly #graph: QuantumGraph
  readonly #options: ExecutionOptions
  readonly #init = new Map<string, Promise<QuantumJob['init']>>()

  constructor(store: QuantumStore, graph: QuantumGraph, options: ExecutionOptions) {
    this.#store = store
    this.#graph = graph
    this.#options = options
  }

  /** The job of a quantum; undefined when it was done before. Throws `pipeline/outputs-exist`, `pipeline/missing-init-input`. */
  async plan(quantum: Quantum): Promise<QuantumJob | undefined> {
    const before = this.#options.extendRun ? await this.#clear(quantum) : {}
    if (before === 'done') return undefined
    const init = await this.#initOf(quantum.node)
    const inputs = [...Object.values(quantum.inputs).flat(), ...Object.values(init)]
    return {
      quantum,
      init,
      files: await this.#store.filesOf(inputs),
      places: await this.#store.planFiles([...predicted(quantum), quantum.metadata]),
      ...before,
    }
  }

  /** What the pipeline writes once, or what was there before; looked for once a task. */
  #initOf(node: TaskNode): Promise<QuantumJob['init']> {
    const known = this.#init.get(node.label) ?? initRefs(this.#store, node, this.#graph)
    this.#init.set(node.label, known)
    return known
  }

  /** In a run that is extended: done before, or leftovers of a failure, which are refused or removed but for what they log. */
  async #clear(quantum: Quantum): Promise<'done' | Pick<QuantumJob, 'previous'>> {
    const store = this.#store
    if ((await store.findInRun(quantum.metadata)) !== undefined) return 'done'
    const found = await Promise.all(predicted(quantum).map((ref) => store.findInRun(ref)))
    const left = found.filter((ref) => ref !== undefined)
    if (left.length === 0) return {}
    if (!this.#options.clobberOutputs)
      throw pipelineError(
        'outputs-exist',
        `Run ${quantum.metadata.run} holds outputs of ${quantum.label} ${quantum.coordinate} from a run that failed: ${left.map((r) => r.datasetType.name).join(', ')}.`,
        { hint: '--clobber-outputs removes them first.' },
      )
    const log = left.find((ref) => ref.datasetType.name === quantum.log?.datasetType.name)
    // A log that cannot be read is no reason not to try again.
    const previous = log && (await store.get<LogRecords>(log).catch(() => undefined))
    await store.remove(left)
    return previous === undefined ? {} : { previous }
  }
}

const predicted = (quantum: Quantum): readonly DatasetRef[] => [
  ...Object.values(quantum.outputs).flat(),
  ...(quantum.log === undefined ? [] : [quantum.log]),
]

async function initRefs(
  store: QuantumStore,
  node: TaskNode,
  graph: QuantumGraph,
): Promise<QuantumJob['init']> {
  const refs: Record<string, DatasetRef> = {}
  for (const edge of node.initInputs) {
    const planned = graph.initRef(edge.datasetType)
    const ref = await store.findInRun(planned)
    if (ref === undefined) throw missingInitInput(node.label, edge.datasetType, planned.run)
    refs[edge.connection] = ref
  }
  return refs
}

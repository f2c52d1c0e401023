import type { DataId, DatasetRef, ProvenanceValue } from '#butler'
import type { AnyConfigClass, Config, Configurable, ConfigTarget, InstanceOf } from '#config'
import type { Context, Logger, Progress } from '#core'
import type { TaskMetadata } from './metadata.ts'

/** What every task and subtask is given: its config, its own logger (`isr.crosstalk`), its part of the metadata tree. */
export interface TaskContext<C extends Config = Config> extends Context {
  /** Dotted task path, e.g. `characterizeImage.measurement`. */
  readonly name: string
  readonly config: C
  readonly log: Logger
  readonly metadata: TaskMetadata
  readonly signal: AbortSignal
  readonly progress: Progress
  /** The subtask of a configurable field: made once, with a logger, config and metadata of its own. */
  subtask<K extends SubtaskField<C>>(field: K): SubtaskOf<C[K]>
  /** Make a task that a registry or choice field selected, under this one. */
  makeTask<Api, K extends AnyConfigClass>(task: Task<Api, K>, config: InstanceOf<K>, name: string): Api
  /** Run a piece of work; time, processor time, memory and more before and after it go into the metadata as `<name>StartUtc`, `<name>EndCpuTime` … */
  timed<T>(name: string, work: () => T): T
}

/** What a quantum may use: `-n` and `--memory-per-quantum`. */
export interface QuantumResources {
  readonly cores: number
  /** Undefined without a limit. */
  readonly memoryMb?: number
}

/** What `run` of a pipeline task is given besides. */
export interface QuantumContext<C extends Config = Config> extends TaskContext<C> {
  readonly label: string
  /** Required and implied values of the quantum. */
  readonly dataId: DataId
  /** Id of the quantum in its graph, a UUID. */
  readonly quantumId: string
  readonly resources: QuantumResources
  /** Say more of a dataset that was read: it goes with the provenance into the headers of what is made from now on. */
  addProvenance(ref: DatasetRef, extra: Readonly<Record<string, ProvenanceValue>>): void
}

/** A task that can be a subtask: `make` gives its methods. */
export interface Task<Api = unknown, K extends AnyConfigClass = AnyConfigClass> extends ConfigTarget<K> {
  readonly defaultName: string
  make(context: TaskContext<InstanceOf<K>>): Api
}

/** Names of the fields of a config that hold subtasks. */
export type SubtaskField<C> = {
  [K in keyof C]: C[K] extends Configurable<infer T> ? (T extends { make: unknown } ? K : never) : never
}[keyof C]

export type SubtaskOf<V> =
  V extends Configurable<infer T> ? (T extends { make(context: never): infer Api } ? Api : never) : never

/**
 * Declare a task for use as a subtask: `defineTask({ className, defaultName, config, make: (ctx) => ({ run(n) {…} }) })`.
 * Put it in an owner's config by `configurableField(MeasureTask, { doc })` and use it by `ctx.subtask('measurement')`.
 */
export const defineTask = <Api, const K extends AnyConfigClass>(task: {
  readonly className: string
  readonly defaultName: string
  readonly config: K
  readonly make: (context: TaskContext<InstanceOf<K>>) => Api
}): Task<Api, K> => task

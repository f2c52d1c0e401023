import type { LogRecord } from '#core'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'
import type { QuantumJob, QuantumOutcome } from './job.ts'
import type { JobMetadata } from './quantum-notes.ts'

/** What all quanta of a run have in common. */
export interface ExecutionOptions {
  /** The run had datasets before: look for outputs of each quantum. */
  readonly extendRun: boolean
  readonly clobberOutputs: boolean
  readonly raiseOnPartialOutputs: boolean
  readonly timeoutSec: number
  readonly jobMetadata?: JobMetadata
}

export interface QuantumHooks {
  readonly signal: AbortSignal
  readonly onLog: (record: LogRecord) => void
}

/** Runs single quanta: in this thread, or in a pool of workers. A failed quantum is a result, not a rejection. */
export interface QuantumExecutor {
  /** How many quanta it takes at once. */
  readonly slots: number
  /** Called once, before the first quantum. */
  prepare(graph: QuantumGraph, options: ExecutionOptions): Promise<void>
  run(job: QuantumJob, hooks: QuantumHooks): Promise<QuantumOutcome>
  close(): Promise<void>
}

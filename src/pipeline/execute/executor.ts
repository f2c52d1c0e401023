import type { QuantumResult } from '../run-pipeline.ts'

/** Runs single quanta: in this thread, or in a pool of workers. */
export interface QuantumExecutor {
  /** How many quanta it takes at once. */
  readonly slots: number
  close(): Promise<void>
}
export type { QuantumResult }

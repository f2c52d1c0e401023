import type { DataId } from '#butler'
import type { Config } from '#config'
import type { LogRecord } from '#core'
import type { QuantumState } from '#protocol'

/** One task of a run, as a display wants it. */
export interface TaskSummary {
  readonly label: string
  readonly className: string
  readonly dimensions: readonly string[]
  /** Labels whose outputs it reads. */
  readonly after: readonly string[]
  readonly total: number
  readonly config: Config
}

/** What a run tells while it goes on. */
export type RunEvent =
  | { readonly kind: 'building'; readonly message: string; readonly done?: number; readonly total?: number }
  | {
      readonly kind: 'graph'
      readonly run: string
      readonly tasks: readonly TaskSummary[]
      readonly quanta: readonly { readonly id: string; readonly label: string; readonly dataId: DataId }[]
    }
  | {
      readonly kind: 'quantum'
      readonly id: string
      readonly label: string
      readonly dataId: DataId
      readonly state: QuantumState
      /** Error text, or the caveat code. */
      readonly message?: string
      readonly elapsedSec?: number
    }
  /** The task of a quantum is through: it takes no process any more. Its end is told when its outputs are recorded. */
  | { readonly kind: 'executed'; readonly id: string }
  | { readonly kind: 'log'; readonly id?: string; readonly record: LogRecord }
  | {
      readonly kind: 'end'
      readonly state: 'done' | 'failed' | 'cancelled'
      readonly counts: Readonly<Record<QuantumState, number>>
      readonly elapsedSec: number
    }

export type RunListener = (event: RunEvent) => void

export type QuantumState = 'pending' | 'running' | 'done' | 'failed' | 'blocked' | 'skipped' | 'cancelled'

/** Counts of quanta by state, from nothing. */
export const noQuanta = (): Record<QuantumState, number> => ({
  pending: 0,
  running: 0,
  done: 0,
  failed: 0,
  blocked: 0,
  skipped: 0,
  cancelled: 0,
})

export interface PipelineTaskDisplay {
  readonly label: string
  readonly dimensions: readonly string[]
  /** Labels of the tasks whose outputs this one reads. */
  readonly after: readonly string[]
  readonly counts: Readonly<Record<QuantumState, number>>
  readonly total: number
  /** By which its config is shown, as long as the kernel lives. */
  readonly configId?: string
}

/** The live state of a run; the same display is updated as it goes on. */
export interface PipelineDisplay {
  readonly runId: string
  readonly outputRun: string
  readonly state: 'building' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly tasks: readonly PipelineTaskDisplay[]
  readonly elapsedSec: number
  /** Estimate, absent until a quantum of each running task has ended. */
  readonly remainingSec?: number
  /** The newest log lines, oldest first, in the short form. */
  readonly log: readonly string[]
  /** Per-quantum states, the first thousand. */
  readonly quanta: readonly {
    readonly label: string
    readonly dataId: string
    readonly state: QuantumState
    readonly message?: string
    /** Its newest log lines: while a run goes on, of running and failed quanta only. */
    readonly log?: readonly string[]
  }[]
}

/** What tells quanta of a task apart, in the width of its box: all data of a run mostly have one instrument and sky map. */
export function dimensionsText(dimensions: readonly string[]): string {
  const telling = dimensions.filter((name) => name !== 'instrument' && name !== 'skymap')
  return (telling.length > 0 ? telling : dimensions).join(' · ')
}

/** One step of long work. `id` tells parallel bars apart; `total` is unknown for open-ended work. */
export interface ProgressEvent {
  readonly id: string
  readonly label: string
  readonly done: number
  readonly total: number | undefined
  readonly unit: string
  readonly state: 'running' | 'done' | 'failed'
}

export type ProgressSink = (event: ProgressEvent) => void

/** A bar that long work moves. Sinks throttle; callers may report as often as they like. */
export interface Progress {
  /** Open a bar of `total` steps under this one. */
  start(label: string, total?: number, unit?: string): ProgressBar
}

export interface ProgressBar {
  advance(steps?: number, label?: string): void
  end(state?: 'done' | 'failed'): void
}

/** Progress that hands every change to `sink`. */
export function makeProgress(sink: ProgressSink, prefix = ''): Progress {
  let opened = 0
  return {
    start(label, total, unit = '') {
      const id = `${prefix}${opened++}`
      let done = 0
      let current = label
      const tell = (state: ProgressEvent['state']) => sink({ id, label: current, done, total, unit, state })
      tell('running')
      return {
        advance(steps = 1, next) {
          done += steps
          if (next !== undefined) current = next
          tell('running')
        },
        end: (state = 'done') => tell(state),
      }
    },
  }
}

export const silentProgress: Progress = makeProgress(() => {})

import type { RunEvent } from './events.ts'

/** How long a run may still take, by its events: what was skipped or is blocked takes no time, nor does building the graph count. */
export class TimeLeft {
  readonly #now: () => number
  #beganMs: number | undefined
  #worked = 0
  #left = 0

  /** `now` gives milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  take(event: RunEvent): void {
    if (event.kind === 'graph') this.#left = event.tasks.reduce((n, { total }) => n + total, 0)
    if (event.kind !== 'quantum') return
    if (event.state === 'running') {
      this.#beganMs ??= this.#now()
      return
    }
    this.#left--
    if (event.state === 'done' || event.state === 'failed') this.#worked++
  }

  /** Undefined before anything is done, and when all is. */
  get seconds(): number | undefined {
    if (this.#beganMs === undefined || this.#worked === 0 || this.#left <= 0) return undefined
    return ((this.#now() - this.#beganMs) / 1000 / this.#worked) * this.#left
  }
}

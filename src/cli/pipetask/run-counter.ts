import { type RunEvent, TimeLeft } from '#pipeline'

export const bar = (done: number, total: number, width = 20): string => {
  const filled = total === 0 ? width : Math.round((done / total) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}

/** Counts of a run for its one line. */
export class RunCounter {
  readonly #left: TimeLeft
  readonly #running = new Map<string, string>()
  readonly #bad = { failed: 0, blocked: 0 }
  #total = 0
  #ended = 0

  constructor(left = new TimeLeft()) {
    this.#left = left
  }

  /** True when the line changes. */
  take(event: RunEvent): boolean {
    this.#left.take(event)
    if (event.kind === 'graph') this.#total = event.tasks.reduce((n, task) => n + task.total, 0)
    else if (event.kind === 'executed') this.#running.delete(event.id)
    else if (event.kind !== 'quantum') return false
    else if (event.state === 'running') this.#running.set(event.id, event.label)
    else {
      this.#running.delete(event.id)
      this.#ended++
      if (event.state === 'failed' || event.state === 'blocked') this.#bad[event.state]++
    }
    return true
  }

  text(): string {
    const left = this.#left.seconds
    const parts = [
      `${bar(this.#ended, this.#total)} ${this.#ended}/${this.#total} quanta`,
      ...Object.entries(this.#bad).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : [])),
      ...(left === undefined
        ? []
        : [`${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`]),
      [...new Set(this.#running.values())].join(', '),
    ]
    return parts.filter((part) => part !== '').join(' · ')
  }
}

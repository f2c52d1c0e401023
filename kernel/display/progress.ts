import { duration } from '../execute/duration.ts'
import type { DisplayHandle, Displays } from './display.ts'
import { escapeHtml } from './text.ts'

/** Least time between two pictures of a progress: front ends draw each. */
const EVERY_MS = 100

export interface ProgressOptions {
  /** What is counted. */
  readonly label?: string
  /** How many there will be; taken from `length` or `size` when the items have one. */
  readonly total?: number
}

/** Items that show how far a loop over them has come. */
export type Tracked<T> = AsyncIterable<T> & Iterable<T>

/** Makes `progress`: the items, with one output that is updated about ten times a second and says how long it took. */
export const makeProgressDisplay =
  (displays: Displays) =>
  <T>(items: Iterable<T> | AsyncIterable<T>, options: string | ProgressOptions = {}): Tracked<T> => {
    const { label = 'progress', total = sizeOf(items) } =
      typeof options === 'string' ? { label: options } : options
    const begin = () => new ProgressBar(displays, label, total)
    return {
      *[Symbol.iterator]() {
        const bar = begin()
        try {
          for (const item of items as Iterable<T>) {
            yield item
            bar.step()
          }
        } finally {
          bar.end()
        }
      },
      async *[Symbol.asyncIterator]() {
        const bar = begin()
        try {
          for await (const item of items) {
            yield item
            bar.step()
          }
        } finally {
          bar.end()
        }
      },
    }
  }

function sizeOf(items: object): number | undefined {
  const { length, size } = items as { length?: unknown; size?: unknown }
  const found = length ?? size
  return typeof found === 'number' ? found : undefined
}

class ProgressBar {
  readonly #label: string
  readonly #total: number | undefined
  readonly #begin = performance.now()
  readonly #shown: DisplayHandle
  #count = 0
  #last = this.#begin

  constructor(displays: Displays, label: string, total: number | undefined) {
    this.#label = label
    this.#total = total
    this.#shown = displays.show(this.#bundle(0), { raw: true })
  }

  step(): void {
    this.#count++
    const now = performance.now()
    if (now - this.#last < EVERY_MS) return
    this.#last = now
    this.#shown.update(this.#bundle(now - this.#begin), { raw: true })
  }

  /** Also when the loop was left early: the count says how far it came. */
  end(): void {
    this.#shown.update(this.#bundle(performance.now() - this.#begin, true), { raw: true })
  }

  #bundle(elapsedMs: number, ended = false): Readonly<Record<string, string>> {
    const text = this.#text(elapsedMs, ended)
    const max = this.#total === undefined ? (ended ? this.#count : '') : this.#total
    const attributes = max === '' ? '' : ` max="${max}" value="${this.#count}"`
    return {
      'text/plain': text,
      'text/html': `<progress${attributes} style="vertical-align:middle;width:16em"></progress> ${escapeHtml(text)}`,
    }
  }

  #text(elapsedMs: number, ended: boolean): string {
    const count = this.#count
    if (this.#total === undefined) return `${this.#label}: ${count}, ${duration(elapsedMs)}`
    const percent = this.#total === 0 ? 100 : Math.floor((100 * count) / this.#total)
    const head = `${this.#label}: ${count}/${this.#total} (${percent} %)`
    if (ended || count === 0) return `${head}, ${duration(elapsedMs)}`
    return `${head}, ${duration((elapsedMs / count) * (this.#total - count))} left`
  }
}

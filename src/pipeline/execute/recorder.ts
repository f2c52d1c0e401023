import type { WrittenDataset } from '#butler'
import type { QuantumStore } from './store.ts'

interface Waiting {
  readonly datasets: readonly WrittenDataset[]
  readonly settle: (error?: Error) => void
}

/** Quanta that are recorded together at most. */
const MOST_TOGETHER = 128
/** How long a quantum waits for others to be recorded with, milliseconds. */
const PATIENCE_MS = 100

/**
 * Takes up what quanta have written. A transaction costs more than the rows of one small quantum in it, so quanta that nothing waits for
 * are recorded together; the datasets of one are never split. What was not recorded when a run is killed is made again by the next.
 */
export class Recorder {
  readonly #store: QuantumStore
  #waiting: Waiting[] = []
  #isBusy = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(store: QuantumStore) {
    this.#store = store
  }

  /** Settled when the datasets are there for good, or cannot be: soon, or after `flush`. */
  record(datasets: readonly WrittenDataset[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        if (error === undefined) resolve()
        else reject(error)
      }
      this.#waiting.push({ datasets, settle })
      if (this.#waiting.length >= MOST_TOGETHER) this.flush()
      else this.#timer ??= setTimeout(() => this.flush(), PATIENCE_MS)
    })
  }

  /** Record at once what is waiting. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isBusy) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      await this.#adopt(batch)
    }
    this.#isBusy = false
  }

  /** All together; if that fails one by one, so that only the culprit fails. */
  async #adopt(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#store.adopt(batch.flatMap(({ datasets }) => datasets))
      for (const { settle } of batch) settle()
    } catch (error) {
      const [only] = batch
      if (batch.length === 1) only?.settle(error as Error)
      else for (const one of batch) await this.#adopt([one])
    }
  }
}

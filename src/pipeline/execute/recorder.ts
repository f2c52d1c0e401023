import type { WrittenDataset } from '#butler'
import type { QuantumStore } from './store.ts'

interface Waiting {
  readonly datasets: readonly WrittenDataset[]
  readonly settle: (error?: Error) => void
}

/**
 * Takes up what quanta have written. While one transaction is on its way, quanta that end gather for the next, so that it costs little
 * however many there are; the datasets of one quantum are never split.
 */
export class Recorder {
  readonly #store: QuantumStore
  #waiting: Waiting[] = []
  #isBusy = false

  constructor(store: QuantumStore) {
    this.#store = store
  }

  /** Settled when the datasets are there for good, or cannot be. */
  record(datasets: readonly WrittenDataset[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        if (error === undefined) resolve()
        else reject(error)
      }
      this.#waiting.push({ datasets, settle })
      if (!this.#isBusy) void this.#drain()
    })
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

/** The one method of a ZeroMQ socket a queue needs. */
export interface FrameSink {
  send(frames: Uint8Array[]): Promise<void>
}

/**
 * Sends in order on one socket: zeromq.js throws when a second send begins before the first has ended, and a burst of
 * prints would lose messages. Nothing is dropped; `pending` tells how far the socket lags.
 */
export class SendQueue {
  readonly #sink: FrameSink
  readonly #waiting: Uint8Array[][] = []
  #running: Promise<void> | undefined

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  get pending(): number {
    return this.#waiting.length
  }

  push(frames: Uint8Array[]): void {
    this.#waiting.push(frames)
    this.#running ??= this.#run()
  }

  /** Resolves when all that was pushed has been handed to ZeroMQ. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    try {
      for (let at = 0; at < this.#waiting.length; at++) {
        const frames = this.#waiting[at]
        if (frames !== undefined) await this.#sendOne(frames)
        if (at > 1024) at = this.#forget(at)
      }
      this.#waiting.length = 0
    } finally {
      this.#running = undefined
    }
  }

  /** A socket closed under the queue throws at once or rejects with a system code: nobody is left to read. */
  async #sendOne(frames: Uint8Array[]): Promise<void> {
    try {
      await this.#sink.send(frames)
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== 'string') throw error
    }
  }

  #forget(sent: number): number {
    this.#waiting.splice(0, sent + 1)
    return -1
  }
}

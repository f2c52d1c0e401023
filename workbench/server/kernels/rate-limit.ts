import type { MessageHeader } from './wire.ts'

export interface RateLimits {
  readonly messagesPerSec: number
  readonly streamBytesPerSec: number
  readonly windowSec: number
}

/** The defaults of jupyter-server. */
export const DEFAULT_LIMITS: RateLimits = { messagesPerSec: 1000, streamBytesPerSec: 1 << 20, windowSec: 3 }

const EXEMPT = new Set(['status', 'comm_open', 'execute_input'])

/** Decides for each iopub message whether the browser can still take it; counters start again at every idle. */
export class RateLimiter {
  readonly #limits: RateLimits
  #from = 0
  #messages = 0
  #bytes = 0
  #limited = false

  constructor(limits: RateLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  /** @returns `pass`, `drop`, or `warn` for the first message dropped: tell the user once. */
  judge({ msg_type }: Pick<MessageHeader, 'msg_type'>, bytes: number, now: number): 'pass' | 'drop' | 'warn' {
    if (EXEMPT.has(msg_type)) return 'pass'
    const { messagesPerSec, streamBytesPerSec, windowSec } = this.#limits
    if (now - this.#from > windowSec * 1000) this.#restart(now)
    this.#messages++
    if (msg_type === 'stream') this.#bytes += bytes
    const over = this.#messages > messagesPerSec * windowSec || this.#bytes > streamBytesPerSec * windowSec
    if (!over) return 'pass'
    if (this.#limited) return 'drop'
    this.#limited = true
    return 'warn'
  }

  idle(): void {
    this.#restart(0)
    this.#limited = false
  }

  #restart(now: number): void {
    this.#from = now
    this.#messages = 0
    this.#bytes = 0
  }

  get warning(): string {
    const { messagesPerSec, streamBytesPerSec } = this.#limits
    return (
      `Firstlight server: the output came faster than a browser can show it, so part of it was dropped.\n` +
      `Limits (server option rateLimits): ${messagesPerSec} messages/s, ${streamBytesPerSec} bytes/s of text.\n`
    )
  }
}

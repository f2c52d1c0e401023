import type { ChannelMessage } from './frames.ts'
import { encodeMessage, makeMessage } from './wire.ts'

/** What a client that is away for a while may have waiting. */
const MAX_BYTES = 128 << 20

/**
 * Keeps what a kernel said while its client was away, in order. Beyond the cap the oldest goes, and the client is told
 * by one stderr message how much is missing.
 */
export class ReplayBuffer {
  readonly #limit: number
  #waiting: ChannelMessage[] = []
  #bytes = 0
  #dropped = 0

  constructor(limit = MAX_BYTES) {
    this.#limit = limit
  }

  push(item: ChannelMessage): void {
    this.#waiting.push(item)
    this.#bytes += sizeOf(item)
    while (this.#bytes > this.#limit) {
      const oldest = this.#waiting.shift()
      if (oldest === undefined) return
      this.#bytes -= sizeOf(oldest)
      this.#dropped++
    }
  }

  /** Everything kept, oldest first; the buffer is empty afterwards. */
  take(): ChannelMessage[] {
    const items = this.#dropped > 0 ? [note(this.#dropped, this.#limit), ...this.#waiting] : this.#waiting
    this.#waiting = []
    this.#bytes = 0
    this.#dropped = 0
    return items
  }
}

const sizeOf = ({ message }: ChannelMessage): number =>
  [...message.parts, ...message.buffers].reduce((sum, part) => sum + part.byteLength, 0)

function note(dropped: number, limit: number): ChannelMessage {
  const text = `Firstlight server: ${dropped} messages of the time without a connection were dropped (more than ${limit >> 20} MB waited).\n`
  const origin = { session: 'server', username: 'server' }
  const message = makeMessage('stream', origin, { content: { name: 'stderr', text } })
  return { channel: 'iopub', message: encodeMessage(message) }
}

import {
  type JsonObject,
  makeMessage,
  type MessageHeader,
  type MessageOrigin,
} from '../../src/platform/node/jupyter/index.ts'
import type { CellError, DisplayData } from '../protocol/threads.ts'
import type { Transport } from './transport.ts'

/** How long prints are collected into one message, and how many characters at most. */
const COLLECT_MS = 12
const COLLECT_CHARS = 64 * 1024

interface Collected {
  readonly parent: MessageHeader | undefined
  readonly name: 'stdout' | 'stderr'
  readonly parts: string[]
  chars: number
}

/** Writes the broadcast channel: prints joined, everything in the order it happened. */
export class Iopub {
  readonly #transport: () => Transport | undefined
  readonly #origin: MessageOrigin
  #collected: Collected | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(transport: () => Transport | undefined, origin: MessageOrigin) {
    this.#transport = transport
    this.#origin = origin
  }

  status(state: 'starting' | 'busy' | 'idle', parent: MessageHeader | undefined): void {
    this.publish('status', { execution_state: state }, parent)
  }

  stream(name: 'stdout' | 'stderr', text: string, parent: MessageHeader | undefined): void {
    const open = this.#collected
    if (open !== undefined && open.parent === parent && open.name === name) {
      open.parts.push(text)
      open.chars += text.length
    } else {
      this.flush()
      this.#collected = { parent, name, parts: [text], chars: text.length }
    }
    if ((this.#collected?.chars ?? 0) >= COLLECT_CHARS) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), COLLECT_MS)
  }

  display(
    kind: 'display_data' | 'update_display_data' | 'execute_result',
    display: DisplayData,
    parent: MessageHeader | undefined,
    extra: JsonObject = {},
  ): void {
    const transient = display.displayId === undefined ? {} : { display_id: display.displayId }
    this.publish(kind, { data: display.data, metadata: display.metadata, transient, ...extra }, parent)
  }

  error(error: CellError, parent: MessageHeader | undefined): void {
    this.publish('error', { ...error }, parent)
  }

  publish(
    type: string,
    content: JsonObject,
    parent: MessageHeader | undefined,
    more: { metadata?: JsonObject; buffers?: readonly Uint8Array[] } = {},
  ): void {
    this.flush()
    this.#emit(type, content, parent, more)
  }

  /** Send what was collected; called before anything that must come after it. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const open = this.#collected
    this.#collected = undefined
    if (open !== undefined)
      this.#emit('stream', { name: open.name, text: open.parts.join('') }, open.parent, {})
  }

  #emit(
    type: string,
    content: JsonObject,
    parent: MessageHeader | undefined,
    more: { metadata?: JsonObject; buffers?: readonly Uint8Array[] },
  ): void {
    const topic =
      type === 'stream' ? `stream.${String(content['name'])}` : `kernel.${this.#origin.session}.${type}`
    this.#transport()?.publish(topic, makeMessage(type, this.#origin, { content, parent, ...more }))
  }
}

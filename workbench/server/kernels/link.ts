import type { WebSocket } from 'ws'
import { messageOf } from '#core'
import { HttpError } from '../errors.ts'
import { type ChannelMessage, decodeLegacy, decodeV1, encodeLegacy, encodeV1, V1_PROTOCOL } from './frames.ts'
import type { Kernel } from './kernel.ts'
import { RateLimiter, type RateLimits } from './rate-limit.ts'
import { ReplayBuffer } from './replay.ts'
import { decodeMessage, encodeMessage, type KernelChannels, makeMessage, type RawMessage } from './wire.ts'

const ORIGIN = { session: 'server', username: 'server' }
/** A client that does not read may not fill the server's memory; the three planes of a large image must fit. */
const MAX_UNSENT = 1 << 30

/**
 * One client session's line to one kernel. It outlives its websocket: while no socket is there messages wait in a
 * bounded buffer, and the same session gets them when it comes back.
 */
export class Link {
  readonly sessionId: string
  readonly #kernel: Kernel
  readonly #channels: KernelChannels
  readonly #limiter: RateLimiter
  readonly #away = new ReplayBuffer()
  readonly #probes = new Set<string>()
  readonly #say = (item: ChannelMessage) => this.#deliver(item)
  #socket: WebSocket | undefined
  #probeSeen = { shell: false, control: false, iopub: false }

  private constructor(kernel: Kernel, sessionId: string, channels: KernelChannels, limits?: RateLimits) {
    this.sessionId = sessionId
    this.#kernel = kernel
    this.#channels = channels
    this.#limiter = new RateLimiter(limits)
    kernel.on('say', this.#say)
    channels.onMessage((channel, message) => this.#hear({ channel, message }))
  }

  static async open(kernel: Kernel, sessionId: string, limits?: RateLimits): Promise<Link> {
    return new Link(kernel, sessionId, await kernel.connect(sessionId), limits)
  }

  get connected(): boolean {
    return this.#socket !== undefined
  }

  /** Make this the session's websocket; an older one is closed. What waited is sent first. */
  attach(socket: WebSocket): void {
    this.#socket?.close(1001, 'replaced by a newer connection of the same session')
    this.#socket = socket
    socket.on('message', (data: Buffer, isBinary) => this.#fromClient(socket, data, isBinary))
    socket.on('close', (code) => {
      this.#kernel.log.debug(`Kernel ${this.#kernel.id}: session ${this.sessionId} went away (${code})`)
      if (this.#socket === socket) this.#socket = undefined
    })
    for (const item of this.#away.take()) this.#send(socket, item)
  }

  /**
   * Ask for kernel_info until shell and control have answered and iopub has been heard, so that no message of the first
   * cell is lost to a subscription that is still on its way.
   */
  async ready(timeoutMs: number, everyMs = 500): Promise<boolean> {
    this.#probeSeen = { shell: false, control: false, iopub: false }
    const until = Date.now() + timeoutMs
    while (Date.now() < until && this.#kernel.state !== 'dead') {
      for (const channel of ['shell', 'control'] as const) {
        const message = makeMessage('kernel_info_request', ORIGIN)
        this.#probes.add(message.header.msg_id)
        this.#channels.send(channel, message)
      }
      for (let waited = 0; waited < everyMs; waited += 10) {
        if (Object.values(this.#probeSeen).every(Boolean)) return true
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    return false
  }

  async close(): Promise<void> {
    this.#kernel.off('say', this.#say)
    this.#socket?.close(1000)
    await this.#channels.close()
  }

  #fromClient(socket: WebSocket, data: Buffer, isBinary: boolean): void {
    try {
      const { channel, message } = decode(socket, data, isBinary)
      if (channel === 'iopub') return
      this.#kernel.touch()
      this.#channels.send(channel, message)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      socket.close(1008, messageOf(error).slice(0, 100))
    }
  }

  #hear(item: ChannelMessage): void {
    if (this.#isProbe(item)) return
    if (item.channel !== 'iopub') return this.#deliver(item)
    const { header, content } = headOf(item.message)
    if (header.msg_type === 'status' && content()['execution_state'] === 'idle') this.#limiter.idle()
    const bytes = item.message.parts[3].byteLength
    const verdict = this.#limiter.judge(header, bytes, Date.now())
    if (verdict === 'pass') this.#deliver(item)
    else if (verdict === 'warn') this.#deliver(warning(item.message, this.#limiter.warning))
  }

  /** Answers to our own questions are not for the client. */
  #isProbe({ channel, message }: ChannelMessage): boolean {
    if (channel === 'iopub') this.#probeSeen.iopub = true
    const parent = JSON.parse(Buffer.from(message.parts[1]).toString()) as { msg_id?: string }
    if (parent.msg_id === undefined || !this.#probes.has(parent.msg_id)) return false
    if (channel === 'shell' || channel === 'control') this.#probeSeen[channel] = true
    return true
  }

  #deliver(item: ChannelMessage): void {
    const socket = this.#socket
    if (socket === undefined || socket.readyState !== socket.OPEN) this.#away.push(item)
    else this.#send(socket, item)
  }

  #send(socket: WebSocket, item: ChannelMessage): void {
    if (socket.bufferedAmount > MAX_UNSENT) return socket.close(1013, 'the client does not read')
    try {
      if (socket.protocol === V1_PROTOCOL) socket.send(encodeV1(item))
      else socket.send(encodeLegacy(item.channel, decodeMessage(item.message)))
    } catch (error) {
      this.#kernel.log.warn(`Kernel ${this.#kernel.id} said what cannot be passed on: ${messageOf(error)}`)
    }
  }
}

const decode = (socket: WebSocket, data: Buffer, isBinary: boolean): ChannelMessage => {
  if (socket.protocol === V1_PROTOCOL) return decodeV1(data)
  return decodeLegacy(isBinary ? data : data.toString('utf8'))
}

/** Header now, content only if asked: relaying needs no more. */
function headOf(message: RawMessage) {
  const json = (part: Uint8Array) => JSON.parse(Buffer.from(part).toString()) as Record<string, unknown>
  return { header: json(message.parts[0]) as { msg_type: string }, content: () => json(message.parts[3]) }
}

/** A stderr message that belongs to the cell whose output is dropped. */
function warning({ parts, buffers: _ }: RawMessage, text: string): ChannelMessage {
  const note = encodeMessage(makeMessage('stream', ORIGIN, { content: { name: 'stderr', text } }))
  return {
    channel: 'iopub',
    message: { ...note, parts: [note.parts[0], parts[1], note.parts[2], note.parts[3]] },
  }
}

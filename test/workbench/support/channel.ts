import { WebSocket } from 'ws'
import { makeMessage } from '../../../src/platform/node/jupyter/index.ts'
import {
  decodeLegacy,
  decodeV1,
  encodeLegacy,
  encodeV1,
  V1_PROTOCOL,
} from '../../../workbench/server/kernels/frames.ts'
import {
  type Channel,
  decodeMessage,
  encodeMessage,
  type JupyterMessage,
} from '../../../workbench/server/kernels/wire.ts'

export interface Heard extends JupyterMessage {
  readonly channel: Channel
}

/** A client's websocket to a kernel, in either form of the protocol. */
export class TestChannel {
  readonly socket: WebSocket
  readonly heard: Heard[] = []
  readonly session: string
  #wake: () => void = () => {}

  private constructor(url: string, session: string, protocols: string[], headers: Record<string, string>) {
    this.session = session
    this.socket = new WebSocket(url, protocols, { headers })
    this.socket.on('error', () => {})
    this.socket.on('message', (data: Buffer, isBinary) => {
      const { channel, message } = this.v1 ? decodeV1(data) : decodeLegacy(isBinary ? data : data.toString())
      this.heard.push({ channel, ...decodeMessage(message) })
      this.#wake()
    })
  }

  static async open(
    server: { readonly port: number; readonly token: string },
    kernelId: string,
    { session = crypto.randomUUID(), v1 = true }: { session?: string; v1?: boolean } = {},
  ): Promise<TestChannel> {
    const url = `ws://127.0.0.1:${server.port}/api/kernels/${kernelId}/channels?session_id=${session}`
    const headers = { Authorization: `token ${server.token}` }
    const channel = new TestChannel(url, session, v1 ? [V1_PROTOCOL] : [], headers)
    await new Promise((resolve, reject) => {
      channel.socket.once('open', resolve)
      channel.socket.once('error', reject)
    })
    return channel
  }

  get v1(): boolean {
    return this.socket.protocol === V1_PROTOCOL
  }

  send(
    type: string,
    content: Record<string, unknown>,
    buffers: Uint8Array[] = [],
    channel: Channel = 'shell',
  ): string {
    const message = makeMessage(type, { session: this.session, username: 'test' }, { content, buffers })
    this.socket.send(
      this.v1 ? encodeV1({ channel, message: encodeMessage(message) }) : encodeLegacy(channel, message),
    )
    return message.header.msg_id
  }

  execute(code: string): string {
    return this.send('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: true,
    })
  }

  /** The first message heard, or still to come, that fits. */
  async until(fits: (message: Heard) => boolean, what: string, ms = 10_000): Promise<Heard> {
    const end = Date.now() + ms
    for (;;) {
      const found = this.heard.find(fits)
      if (found !== undefined) return found
      if (Date.now() > end)
        throw new Error(
          `no ${what} within ${ms} ms; heard ${this.heard.map((m) => m.header.msg_type).join(' ')}`,
        )
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        setTimeout(resolve, 100)
      })
    }
  }

  async reply(id: string): Promise<Heard> {
    return await this.until((m) => m.channel === 'shell' && parentOf(m) === id, 'reply')
  }

  async idle(id: string): Promise<void> {
    await this.until((m) => parentOf(m) === id && m.content['execution_state'] === 'idle', 'idle')
  }

  /** What the request with this id has printed. */
  printed(id: string): string {
    return this.heard
      .filter((m) => m.header.msg_type === 'stream' && parentOf(m) === id)
      .map((m) => String(m.content['text']))
      .join('')
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    await new Promise((resolve) => {
      this.socket.once('close', resolve)
      this.socket.close()
    })
  }
}

export const parentOf = ({ parent_header }: JupyterMessage): string | undefined =>
  (parent_header as { msg_id?: string }).msg_id

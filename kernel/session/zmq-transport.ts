import { createRequire } from 'node:module'
import {
  addressOf,
  type ConnectionInfo,
  decodeMessage,
  encodeMessage,
  type JupyterMessage,
  type MessageOrigin,
  makeMessage,
  packFrames,
  SendQueue,
  Signer,
  unpackFrames,
} from '../../src/platform/node/jupyter/index.ts'
import type { Request, Transport } from './transport.ts'

/** Required, not imported: Node would first read the package's text for the names it exports, 20 ms of a start. */
const { Reply, Router, XPublisher } = createRequire(import.meta.url)('zeromq') as typeof import('zeromq')

const encoder = new TextEncoder()
const CHANNELS = ['shell', 'control', 'stdin'] as const

/** The kernel's five sockets. Messages with a wrong signature, seen before, or malformed are dropped. */
export class ZmqTransport implements Transport {
  readonly #signer: Signer
  readonly #origin: MessageOrigin
  readonly #routers = {
    shell: new Router({ linger: 1000, handover: true, sendHighWaterMark: 0, receiveHighWaterMark: 0 }),
    control: new Router({ linger: 1000, handover: true, sendHighWaterMark: 0, receiveHighWaterMark: 0 }),
    stdin: new Router({ linger: 1000, handover: true, sendHighWaterMark: 0, receiveHighWaterMark: 0 }),
  }
  readonly #iopub = new XPublisher({ linger: 1000, sendHighWaterMark: 0, verbosity: 'allSubs' })
  readonly #heart = new Reply({ linger: 0 })
  readonly #queues = {
    shell: new SendQueue(this.#routers.shell),
    control: new SendQueue(this.#routers.control),
    stdin: new SendQueue(this.#routers.stdin),
    iopub: new SendQueue(this.#iopub),
  }

  constructor(signer: Signer, origin: MessageOrigin) {
    this.#signer = signer
    this.#origin = origin
  }

  /** Bind the sockets of `info` and hand every request to `receive`. */
  static async open(
    info: ConnectionInfo,
    origin: MessageOrigin,
    receive: (request: Request) => void,
  ): Promise<ZmqTransport> {
    const transport = new ZmqTransport(new Signer(info.key, info.signature_scheme), origin)
    await transport.#bind(info, receive)
    return transport
  }

  reply(request: Request, message: JupyterMessage): void {
    this.#send(request.channel, request.identities, message)
  }

  ask(request: Request, message: JupyterMessage): void {
    this.#send('stdin', request.identities, message)
  }

  publish(topic: string, message: JupyterMessage): void {
    this.#send('iopub', [encoder.encode(topic)], message)
  }

  async drain(): Promise<void> {
    await Promise.all(Object.values(this.#queues).map((queue) => queue.drain()))
  }

  async close(): Promise<void> {
    await this.drain()
    for (const socket of [...Object.values(this.#routers), this.#iopub, this.#heart]) socket.close()
  }

  #send(
    to: 'shell' | 'control' | 'stdin' | 'iopub',
    identities: readonly Uint8Array[],
    message: JupyterMessage,
  ): void {
    this.#queues[to].push(packFrames(this.#signer, encodeMessage(message, identities)))
  }

  async #bind(info: ConnectionInfo, receive: (request: Request) => void): Promise<void> {
    await Promise.all([
      ...CHANNELS.map((channel) => this.#routers[channel].bind(addressOf(info, channel))),
      this.#iopub.bind(addressOf(info, 'iopub')),
      this.#heart.bind(addressOf(info, 'hb')),
    ])
    for (const channel of CHANNELS) void this.#listen(channel, receive)
    void this.#welcome()
    void this.#beat()
  }

  async #listen(channel: (typeof CHANNELS)[number], receive: (request: Request) => void): Promise<void> {
    const socket = this.#routers[channel]
    await untilClosed(socket, async () => {
      for await (const frames of socket) {
        const request = this.#read(channel, frames)
        if (request !== undefined) receive(request)
      }
    })
  }

  #read(channel: (typeof CHANNELS)[number], frames: Uint8Array[]): Request | undefined {
    try {
      const raw = unpackFrames(this.#signer, frames)
      return { channel, identities: raw.identities, message: decodeMessage(raw) }
    } catch {
      return undefined
    }
  }

  /** A new subscriber is told so (protocol 5.4): a client then knows that it misses nothing from here on. */
  async #welcome(): Promise<void> {
    await untilClosed(this.#iopub, async () => {
      for await (const [frame] of this.#iopub) {
        if (frame === undefined || frame[0] !== 1) continue
        const subscription = new TextDecoder().decode(frame.subarray(1))
        this.publish(subscription, makeMessage('iopub_welcome', this.#origin, { content: { subscription } }))
      }
    })
  }

  async #beat(): Promise<void> {
    await untilClosed(this.#heart, async () => {
      for await (const frames of this.#heart) await this.#heart.send(frames)
    })
  }
}

async function untilClosed(socket: { readonly closed: boolean }, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!socket.closed) throw error
  }
}

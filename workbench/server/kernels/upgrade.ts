import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { HttpError } from '../errors.ts'
import { V1_PROTOCOL } from './frames.ts'
import type { Kernel } from './kernel.ts'
import type { KernelManager } from './manager.ts'

/** Largest frame a client may send: a widget's or an upload's buffers fit. */
const MAX_FRAME = 64 << 20
const READY_MS = 60_000
const PING_EVERY_MS = 30_000

/** Websockets of kernels and of the event stream; the caller has checked login and origin. */
export class Upgrades {
  readonly #kernels: KernelManager
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(V1_PROTOCOL) ? V1_PROTOCOL : false),
  })
  readonly #pinger = setInterval(() => this.#pingAll(), PING_EVERY_MS)
  readonly #answered = new WeakSet<WebSocket>()

  constructor(kernels: KernelManager) {
    this.#kernels = kernels
    this.#pinger.unref()
  }

  get connections(): number {
    return this.#server.clients.size
  }

  /** /api/kernels/ID/channels */
  async channels(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    kernel: Kernel,
    sessionId: string,
  ): Promise<void> {
    const link = await this.#kernels.link(kernel, sessionId)
    await link.ready(READY_MS)
    if (!this.#kernels.has(kernel.id)) throw new HttpError(404, 'The kernel has ended')
    link.attach(await this.#accept(req, socket, head))
  }

  /** /api/events/subscribe: we have no events to tell, yet clients insist on listening. */
  async events(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    await this.#accept(req, socket, head)
  }

  close(): void {
    clearInterval(this.#pinger)
    for (const client of this.#server.clients) client.close(1001, 'the server is shutting down')
    this.#server.close()
    setTimeout(() => {
      for (const client of this.#server.clients) client.terminate()
    }, 500).unref()
  }

  #accept(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<WebSocket> {
    return new Promise((resolve) => {
      this.#server.handleUpgrade(req, socket, head, (client) => {
        this.#answered.add(client)
        client.on('pong', () => this.#answered.add(client))
        client.on('error', () => client.terminate())
        resolve(client)
      })
    })
  }

  /** Ends sockets whose other side has gone without a word. */
  #pingAll(): void {
    for (const client of this.#server.clients) {
      if (!this.#answered.delete(client)) client.terminate()
      else client.ping()
    }
  }
}

import type { Dealer, Request, Subscriber } from 'zeromq'
import { addressOf, type ConnectionInfo } from './connection.ts'
import { packFrames, unpackFrames } from './framing.ts'
import { type Channel, encodeMessage, type JupyterMessage, type RawMessage } from './message.ts'
import { SendQueue } from './send-queue.ts'
import { Signer } from './signer.ts'

/** A client's channels come in, as the kernel signed them. */
export type ChannelListener = (channel: Channel, message: RawMessage) => void

export interface ConnectOptions {
  /** Routing identity of shell, control and stdin: input requests come back to the identity that ran the cell. */
  readonly identity?: string
  /** Called on messages that are refused (bad signature, replay, no Jupyter message); default: dropped silently. */
  readonly onRefused?: (error: unknown) => void
}

/** One client's five sockets to a running kernel, any kernel. */
export interface KernelChannels {
  /** Queue a message, parsed or raw (a relay's); its identities are ignored, the sockets have their own. */
  send(channel: Exclude<Channel, 'iopub'>, message: JupyterMessage | RawMessage): void
  /** @returns a function that takes the listener off again. */
  onMessage(listener: ChannelListener): () => void
  /** True when the heartbeat answers within `timeoutMs`. */
  ping(timeoutMs: number): Promise<boolean>
  close(): Promise<void>
}

/** Connect to the kernel of a connection file. Sockets connect in the background: a kernel that is still starting is fine. */
export async function connectKernel(
  info: ConnectionInfo,
  options: ConnectOptions = {},
): Promise<KernelChannels> {
  const zmq = await import('zeromq')
  const signer = new Signer(info.key, info.signature_scheme)
  const routingId = options.identity ?? crypto.randomUUID()
  const dealer = (port: 'shell' | 'control' | 'stdin') => {
    const socket = new zmq.Dealer({ ...QUICK, routingId, linger: 500, sendHighWaterMark: 0 })
    socket.connect(addressOf(info, port))
    return socket
  }
  const dealers = { shell: dealer('shell'), control: dealer('control'), stdin: dealer('stdin') }
  const iopub = new zmq.Subscriber({ ...QUICK, linger: 0 })
  iopub.connect(addressOf(info, 'iopub'))
  iopub.subscribe()
  const queues = {
    shell: new SendQueue(dealers.shell),
    control: new SendQueue(dealers.control),
    stdin: new SendQueue(dealers.stdin),
  }
  const listeners = new Set<ChannelListener>()
  const sources = { ...dealers, iopub }
  for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const)
    void receive(sources[channel], (frames) => {
      try {
        const message = unpackFrames(signer, frames)
        for (const listener of listeners) listener(channel, message)
      } catch (error) {
        options.onRefused?.(error)
      }
    })
  const heart = makeHeart(() => new zmq.Request({ linger: 0 }), addressOf(info, 'hb'))
  return {
    send: (channel, message) =>
      queues[channel].push(
        packFrames(signer, { ...('parts' in message ? message : encodeMessage(message)), identities: [] }),
      ),
    onMessage(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ping: heart.ping,
    async close() {
      await Promise.all(Object.values(queues).map((queue) => queue.drain()))
      heart.close()
      for (const socket of Object.values(sources)) socket.close()
    },
  }
}

/** A starting kernel is found soon: ZeroMQ's own interval of 100 ms would often be waited out. */
const QUICK = { receiveHighWaterMark: 0, reconnectInterval: 10 }

async function receive(socket: Dealer | Subscriber, take: (frames: Uint8Array[]) => void): Promise<void> {
  try {
    for await (const frames of socket) take(frames)
  } catch (error) {
    if (!socket.closed) throw error
  }
}

/** A REQ socket that missed an answer cannot ask again: it is thrown away and the next ping opens another. */
function makeHeart(open: () => Request, address: string) {
  let socket: Request | undefined
  const drop = () => {
    socket?.close()
    socket = undefined
  }
  return {
    close: drop,
    async ping(timeoutMs: number): Promise<boolean> {
      if (socket === undefined) {
        socket = open()
        socket.connect(address)
      }
      const timer = setTimeout(drop, timeoutMs)
      try {
        await socket.send('ping')
        await socket.receive()
        return true
      } catch {
        drop()
        return false
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

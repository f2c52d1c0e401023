import type { Channel, JupyterMessage } from '../../src/platform/node/jupyter/index.ts'

export type { Channel, JupyterMessage, MessageHeader } from '../../src/platform/node/jupyter/index.ts'

/** A request as it came in: from whom, on which channel. */
export interface Request {
  readonly channel: Exclude<Channel, 'iopub'>
  /** Routing identities for the reply; empty on transports with one client. */
  readonly identities: readonly Uint8Array[]
  readonly message: JupyterMessage
}

/** How the kernel's messages leave: ZeroMQ sockets, a channel inside one process. */
export interface Transport {
  reply(request: Request, message: JupyterMessage): void
  /** To every client; `topic` is what ZeroMQ subscribers may filter by. */
  publish(topic: string, message: JupyterMessage): void
  /** Ask the client of `request` on its stdin channel. */
  ask(request: Request, message: JupyterMessage): void
  /** Resolves when all that was sent has left. */
  drain(): Promise<void>
  close(): Promise<void>
}

import { messageOf } from '#core'
import { currentRun } from '../execute/run-context.ts'
import { checkJson } from '../protocol/sendable.ts'
import type { CommMessage, FromExecution } from '../protocol/threads.ts'

export type CommData = Readonly<Record<string, unknown>>

export interface CommOptions {
  readonly metadata?: CommData
  readonly buffers?: readonly Uint8Array[]
}

export interface CommEvent {
  readonly data: CommData
  readonly metadata: CommData
  readonly buffers: readonly Uint8Array[]
}

/** A two-way line between an object here and one in the front end. */
export interface Comm {
  readonly id: string
  readonly target: string
  send(data: CommData, options?: CommOptions): void
  close(data?: CommData, options?: CommOptions): void
  onMessage(handle: (event: CommEvent) => void | Promise<void>): void
  onClose(handle: (event: CommEvent) => void): void
}

export type CommTarget = (comm: Comm, open: CommEvent) => void | Promise<void>

/** Buffers are copied once and then handed over: the sender's memory stays its own. */
type Post = (message: FromExecution, transfer: readonly ArrayBuffer[]) => void

interface OpenComm {
  readonly comm: Comm
  /** Until the target has taken the comm over, messages wait. */
  opening: Promise<void>
  message: ((event: CommEvent) => void | Promise<void>) | undefined
  closed: ((event: CommEvent) => void) | undefined
}

/** The open comms and the targets a front end may open. */
export class Comms {
  readonly #post: Post
  readonly #targets = new Map<string, CommTarget>()
  readonly #open = new Map<string, OpenComm>()

  constructor(post: Post) {
    this.#post = post
  }

  registerTarget(name: string, target: CommTarget): void {
    this.#targets.set(name, target)
  }

  /** Open a line to the front end's target `name`. */
  open(name: string, data: CommData = {}, options: CommOptions = {}): Comm {
    const entry = this.#enter(crypto.randomUUID(), name)
    this.#send('open', entry.comm, data, options)
    return entry.comm
  }

  /** A message from the front end; resolves when its handler has ended. */
  async receive(message: CommMessage): Promise<void> {
    const event = { data: message.data, metadata: message.metadata, buffers: message.buffers }
    if (message.op === 'open') return this.#opened(message.commId, message.target ?? '', event)
    const entry = this.#open.get(message.commId)
    await entry?.opening
    if (message.op === 'msg') return entry?.message?.(event)
    this.#open.delete(message.commId)
    entry?.closed?.(event)
  }

  async #opened(id: string, name: string, event: CommEvent): Promise<void> {
    const target = this.#targets.get(name)
    const entry = this.#enter(id, name)
    try {
      if (target === undefined) throw new Error(`No comm target named '${name}'`)
      const taken = target(entry.comm, event)
      if (taken !== undefined) entry.opening = taken.catch(() => {})
      await taken
    } catch (error) {
      entry.comm.close({ error: messageOf(error) })
    }
  }

  #enter(id: string, target: string): OpenComm {
    const comm: Comm = {
      id,
      target,
      send: (data, options = {}) => this.#send('msg', comm, data, options),
      close: (data = {}, options = {}) => {
        this.#open.delete(id)
        this.#send('close', comm, data, options)
      },
      onMessage: (handle) => {
        entry.message = handle
      },
      onClose: (handle) => {
        entry.closed = handle
      },
    }
    const entry: OpenComm = { comm, opening: Promise.resolve(), message: undefined, closed: undefined }
    this.#open.set(id, entry)
    return entry
  }

  #send(
    op: CommMessage['op'],
    comm: Comm,
    data: CommData,
    { metadata = {}, buffers = [] }: CommOptions,
  ): void {
    checkJson({ data, metadata }, 'The comm message')
    const copies = buffers.map((bytes) => Uint8Array.from(bytes))
    const message = { op, commId: comm.id, target: comm.target, data, metadata, buffers: copies }
    this.#post(
      { kind: 'comm', run: currentRun().run, message },
      copies.map((bytes) => bytes.buffer),
    )
  }
}

import type { ISessionContext } from '@jupyterlab/apputils'
import type { Kernel, KernelMessage } from '@jupyterlab/services'
import { DATA_COMM_TARGET, type DataReply, type DataRequest } from '#protocol'

/** A request without its number. */
export type Ask = DataRequest extends infer R ? (R extends DataRequest ? Omit<R, 'id'> : never) : never

export interface Answer {
  readonly reply: DataReply & { readonly ok: true }
  /** The request's bytes, in memory of their own. */
  readonly bytes: ArrayBuffer | undefined
}

interface Waiting {
  readonly ask: Ask
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** Fetches pixels and rows from one document's kernel over the data comm, opened when first needed. */
export class DataClient {
  readonly #context: ISessionContext
  readonly #waiting = new Map<number, Waiting>()
  #comm: Kernel.IComm | undefined
  #asked = 0

  constructor(context: ISessionContext) {
    this.#context = context
    context.kernelChanged.connect(() => this.#drop('the kernel was changed'))
    context.connectionStatusChanged.connect((_, status) => {
      if (status === 'connected') this.#askAgain()
    })
    context.statusChanged.connect((_, status) => {
      if (status === 'restarting' || status === 'autorestarting' || status === 'dead')
        this.#drop('the kernel was restarted')
    })
  }

  /** True while a kernel runs that could answer. */
  get available(): boolean {
    const { kernel } = this.#context.session ?? {}
    return kernel !== undefined && kernel !== null && kernel.status !== 'dead'
  }

  async ask(ask: Ask): Promise<Answer> {
    await this.#context.ready
    const comm = this.#open()
    const id = ++this.#asked
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { ask, resolve, reject })
      send(comm, ask, id)
    })
  }

  #open(): Kernel.IComm {
    if (this.#comm !== undefined && !this.#comm.isDisposed) return this.#comm
    const kernel = this.#context.session?.kernel
    if (!kernel) throw new Error('there is no kernel; run the cell again')
    const comm = kernel.createComm(DATA_COMM_TARGET)
    comm.onMsg = (message) => this.#hear(message)
    comm.onClose = () => this.#drop('the kernel does not know this object; run the cell again')
    comm.open()
    this.#comm = comm
    return comm
  }

  #hear({ content, buffers = [] }: KernelMessage.ICommMsgMsg): void {
    const reply = content.data as unknown as DataReply
    const waiting = this.#waiting.get(reply.id)
    if (waiting === undefined) return
    this.#waiting.delete(reply.id)
    if (reply.ok) waiting.resolve({ reply, bytes: buffers[0] && ownBytes(buffers[0]) })
    else waiting.reject(new Error(reply.message))
  }

  /** After a lost connection an answer may be lost too; one that comes twice is heard once. */
  #askAgain(): void {
    const comm = this.#comm
    if (comm === undefined || comm.isDisposed) return
    for (const [id, { ask }] of this.#waiting) send(comm, ask, id)
  }

  #drop(why: string): void {
    this.#comm = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(new Error(why))
  }
}

function send(comm: Kernel.IComm, ask: Ask, id: number): void {
  comm.send({ ...ask, id } as unknown as Parameters<Kernel.IComm['send']>[0])
}

/** Typed arrays need aligned memory, which a part of a websocket frame seldom is. */
function ownBytes(buffer: ArrayBuffer | ArrayBufferView): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice().buffer
}

const clients = new WeakMap<ISessionContext, DataClient>()

/** The one client of a document. */
export function dataClientOf(context: ISessionContext): DataClient {
  const known = clients.get(context)
  if (known !== undefined) return known
  const client = new DataClient(context)
  clients.set(context, client)
  return client
}

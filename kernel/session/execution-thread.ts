import type { Worker } from 'node:worker_threads'
import { WorkerInspector } from '../debug/worker-inspector.ts'
import { PROMPT_BYTES, PROMPT_HEAD_BYTES } from '../execute/prompt-layout.ts'
import { makePrintRing, type Posted, type Print, PrintReader } from '../protocol/print-ring.ts'
import type { FromExecution, ToExecution } from '../protocol/threads.ts'
import { Interrupter } from './interrupter.ts'
import { startWorker } from './language-thread.ts'

export interface ExecutionEvents {
  message(message: FromExecution): void
  print(print: Print): void
  /** The thread ended by itself (process.exit in a cell, out of memory); a new one has been started. */
  lost(why: string): void
}

const SCRIPT = new URL('../execute/worker.js', import.meta.url)

/** The execution thread seen from the socket thread. */
export class ExecutionThread {
  readonly #folder: string
  readonly #events: ExecutionEvents
  readonly #prompt = new SharedArrayBuffer(PROMPT_BYTES)
  readonly #stopping = new SharedArrayBuffer(4)
  readonly inspector = new WorkerInspector(SCRIPT)
  readonly #interrupter: Interrupter
  #isReady: Promise<void> = Promise.resolve()
  #worker: Worker | undefined
  #isClosing = false

  constructor(folder: string, events: ExecutionEvents) {
    this.#folder = folder
    this.#events = events
    this.#interrupter = new Interrupter(
      (ticket, press) => this.send({ kind: 'interrupt', ticket, press }),
      this.inspector,
      () => Atomics.load(new Int32Array(this.#stopping), 0) > 0,
    )
  }

  start(): void {
    this.#worker = this.#start()
  }

  send(message: ToExecution, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer as ArrayBuffer[])
  }

  /** Answer an input request that waits for a message. */
  answer(run: number, value: string): void {
    this.send({ kind: 'input', run, value })
  }

  /** Answer the blocking form, which sees only shared memory. */
  answerBlocking(value: string): void {
    const head = new Int32Array(this.#prompt, 0, 2)
    const bytes = new TextEncoder().encode(value).subarray(0, PROMPT_BYTES - PROMPT_HEAD_BYTES)
    new Uint8Array(this.#prompt, PROMPT_HEAD_BYTES).set(bytes)
    Atomics.store(head, 1, bytes.byteLength)
    Atomics.store(head, 0, 1)
    Atomics.notify(head, 0)
  }

  /** Resolves when the thread is free. A thread that still starts is waited for: terminating its start would break it. */
  async interrupt(): Promise<void> {
    await this.#isReady
    await this.#interrupter.interrupt()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#interrupter.close()
    this.inspector.close()
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const prints = makePrintRing()
    Atomics.store(new Int32Array(this.#stopping), 0, 0)
    const reader = new PrintReader(prints)
    const worker = startWorker(SCRIPT, {
      workerData: { folder: this.#folder, prints, prompt: this.#prompt, stopping: this.#stopping },
      ...heapLimit(process.env['FIRSTLIGHT_HEAP_MB']),
      stdout: true,
      stderr: true,
    })
    this.#isReady = new Promise((resolve) => worker.once('message', () => resolve()))
    let why: string | undefined
    const show = (prints: readonly Print[]) => prints.forEach((print) => this.#events.print(print))
    const later = makeLater(() => {
      show(reader.all())
      return reader.hasMore
    })
    worker.on('message', (posted: unknown) => {
      if (!isPosted(posted)) return
      const { message, progress } = posted
      show(reader.before(progress))
      if (message.kind === 'interrupted') this.#interrupter.acknowledge(message.ticket)
      else if (message.kind !== 'prints') this.#events.message(message)
      if (reader.hasMore || message.kind === 'prints') later()
    })
    worker.on('error', (error: NodeJS.ErrnoException) => {
      why = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory' : error.message
    })
    worker.on('exit', (code) => {
      show(reader.rest())
      if (this.#isClosing) return
      this.#worker = this.#start()
      this.#events.lost(why ?? `process.exit(${code}) was called`)
    })
    return worker
  }
}

/** Told from what else reaches the port: libraries in cells find ways to it. */
const isPosted = (value: unknown): value is Posted =>
  typeof (value as Partial<Posted> | null)?.message?.kind === 'string' &&
  typeof (value as Partial<Posted>).progress?.printed === 'number'

/** How long prints of a busy cell are left to gather. */
const GATHER_MS = 12

/** Do `work` in a while, and again as long as it says so; asked for while it waits, it is done once. */
function makeLater(work: () => boolean): () => void {
  let timer: NodeJS.Timeout | undefined
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      if (work()) later()
    }, GATHER_MS)
  }
  return later
}

/** FIRSTLIGHT_HEAP_MB bounds the cells' heap (typed arrays lie outside it); Node's own default otherwise. */
const heapLimit = (megabytes: string | undefined) => {
  const limit = Number(megabytes)
  return limit > 0 ? { resourceLimits: { maxOldGenerationSizeMb: limit } } : {}
}

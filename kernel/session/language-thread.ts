import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { KernelError } from '../errors.ts'
import type { LanguageCalls, LanguageMethod, LanguageReply, LanguageRequest } from '../protocol/threads.ts'

const SCRIPT = new URL('../language/worker.js', import.meta.url)
/** A thread that ends so often without an answer will not live: it is not started again. */
const MOST_STARTS = 4

/** The language thread seen from the socket thread: questions with answers as promises. Started again if it dies. */
export class LanguageThread {
  readonly #folder: string
  readonly #script: URL
  /** Private folder of compiled local modules. */
  readonly emitted = join(tmpdir(), `firstlight-kernel-${crypto.randomUUID()}`)
  #worker: Worker
  #asked = 0
  readonly #waiting = new Map<number, { resolve(reply: LanguageReply): void }>()
  #isClosing = false
  /** Starts since the last answer. */
  #starts = 0
  /** Why it is not started again. */
  #lost: string | undefined

  constructor(folder: string, script = SCRIPT) {
    this.#folder = folder
    this.#script = script
    this.#worker = this.#start()
    process.once('exit', () => rmSync(this.emitted, { recursive: true, force: true }))
  }

  async call<M extends LanguageMethod>(
    method: M,
    ask: LanguageCalls[M]['ask'],
  ): Promise<LanguageCalls[M]['answer']> {
    const reply = await this.forward({ method, ask } as Omit<LanguageRequest, 'id'>)
    if ('failure' in reply)
      throw new KernelError('kernel/language-failed', `The TypeScript service failed: ${reply.failure}`)
    return reply.answer as LanguageCalls[M]['answer']
  }

  /** Pass on a question of the execution thread. */
  forward(request: Omit<LanguageRequest, 'id'>): Promise<LanguageReply> {
    const id = this.#asked++
    if (this.#lost !== undefined) return Promise.resolve({ id, failure: this.#lost })
    this.#worker.postMessage({ id, ...request })
    return new Promise((resolve) => this.#waiting.set(id, { resolve }))
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#worker.terminate()
  }

  #start(): Worker {
    this.#starts++
    let why = 'it ended'
    const worker = startWorker(this.#script, {
      workerData: { folder: this.#folder, emitted: this.emitted },
    })
    worker.on('message', (reply: LanguageReply) => {
      this.#starts = 0
      this.#waiting.get(reply.id)?.resolve(reply)
      this.#waiting.delete(reply.id)
    })
    worker.on('error', (error) => {
      why = error.message
    })
    worker.on('exit', () => {
      this.#fail(why)
      if (this.#isClosing) return
      if (this.#starts < MOST_STARTS) this.#worker = this.#start()
      else this.#lost = `${why} (tried ${MOST_STARTS} times; restart the kernel)`
    })
    return worker
  }

  /** Names of earlier cells are lost to the checker then; their values are not. */
  #fail(failure: string): void {
    for (const [id, { resolve }] of this.#waiting) resolve({ id, failure })
    this.#waiting.clear()
  }
}

/**
 * A thread of ours with the flags of the process. V8's own (`--max-old-space-size`), which a kernelspec may have, hold for the whole
 * process anyway, and a thread of its own is refused with them.
 */
export function startWorker(script: URL, options: WorkerOptions): Worker {
  const flags = workerFlags()
  try {
    return new Worker(script, { ...options, execArgv: flags })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error
    const refused = message.slice(message.indexOf(':') + 1).split(',')
    const isRefused = (flag: string) => refused.some((one) => one.trim() === flag)
    return new Worker(script, { ...options, execArgv: flags.filter((flag) => !isRefused(flag)) })
  }
}

/** Node's flags for our threads: `import.meta.resolve` with a parent gives Node's own resolution from the notebook's folder. */
const workerFlags = (): string[] => [
  ...process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
  '--experimental-import-meta-resolve',
]

import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  type ExecutionOptions,
  type FromWorker,
  type Quantum,
  type QuantumExecutor,
  type QuantumGraph,
  type QuantumHooks,
  type QuantumResult,
  type ToWorker,
  wireQuantum,
  type WorkerSetup,
  workerSetup,
} from '#pipeline'

export interface WorkerPoolOptions {
  readonly slots: number
  /** Root folder of the repository; each worker opens it for itself. */
  readonly repository: string
  /** The module that a worker runs: it must call `serveQuanta`. */
  readonly entry: URL
  readonly taskModules?: readonly string[]
  /** Node options of the workers, e.g. loaders in tests. */
  readonly execArgv?: readonly string[]
  /** Largest heap of a worker in megabytes; a quantum that needs more ends alone. */
  readonly maxHeapMb?: number
}

/** A pool of worker threads. A quantum that crashes its thread, fills its memory or takes too long ends alone. */
export function workerExecutor(options: WorkerPoolOptions): QuantumExecutor {
  let setup: WorkerSetup | undefined
  const idle: QuantumWorker[] = []
  const all = new Set<QuantumWorker>()
  return {
    slots: options.slots,
    prepare(graph: QuantumGraph, execution: ExecutionOptions) {
      setup = workerSetup(graph, execution, options.repository, options.taskModules ?? [])
      return Promise.resolve()
    },
    async run(quantum: Quantum, hooks: QuantumHooks) {
      if (setup === undefined) throw new Error('prepare comes before run')
      const worker = idle.pop() ?? new QuantumWorker(options, setup)
      all.add(worker)
      const result = await worker.run(quantum, hooks, setup.options.timeoutSec)
      if (worker.isAlive) idle.push(worker)
      else all.delete(worker)
      return result
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.end()))
    },
  }
}

interface Job {
  readonly quantum: Quantum
  readonly hooks: QuantumHooks
  readonly started: number
  readonly done: (result: QuantumResult) => void
}

class QuantumWorker {
  isAlive = true
  private job: Job | undefined
  private readonly worker: Worker
  private readonly ready: Promise<void>

  constructor({ entry, execArgv, maxHeapMb }: WorkerPoolOptions, setup: WorkerSetup) {
    this.worker = new Worker(fileURLToPath(entry), {
      ...(execArgv && { execArgv: [...execArgv] }),
      ...(maxHeapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } }),
    })
    this.ready = new Promise((resolve) => {
      this.worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve()
        else this.take(message)
      })
    })
    this.worker.on('error', (error) => this.lost(`its worker ended: ${error.message}`))
    this.worker.on('exit', (code) => this.lost(`its worker ended with code ${code}`))
    this.send({ kind: 'setup', setup })
  }

  run(quantum: Quantum, hooks: QuantumHooks, timeoutSec: number): Promise<QuantumResult> {
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.send({ kind: 'abort' })
        grace = setTimeout(() => this.kill('it was cancelled'), ABORT_GRACE_MS)
      }
      let grace: NodeJS.Timeout | undefined
      let limit: NodeJS.Timeout | undefined
      const done = (result: QuantumResult): void => {
        clearTimeout(grace)
        clearTimeout(limit)
        hooks.signal.removeEventListener('abort', onAbort)
        resolve(result)
      }
      this.job = { quantum, hooks, started: performance.now(), done }
      hooks.signal.addEventListener('abort', onAbort, { once: true })
      void this.ready.then(() => {
        if (timeoutSec < MOST_TIMER_SEC)
          limit = setTimeout(() => this.kill(`it took longer than ${timeoutSec} s`), timeoutSec * 1000)
        this.send({ kind: 'run', quantum: wireQuantum(quantum) })
        return undefined
      })
    })
  }

  async end(): Promise<void> {
    this.isAlive = false
    await this.worker.terminate()
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message)
  }

  private take(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    if (message.kind === 'log') this.job?.hooks.onLog(message.record)
    else if (message.kind === 'broken') this.lost(message.message)
    else this.finish(message.result)
  }

  private finish(result: QuantumResult): void {
    const { job } = this
    this.job = undefined
    job?.done(result)
  }

  private kill(reason: string): void {
    this.lost(reason)
    void this.worker.terminate()
  }

  private lost(reason: string): void {
    this.isAlive = false
    const { job } = this
    if (job === undefined) return
    const { id, label, dataId, coordinate } = job.quantum
    this.finish({
      id,
      label,
      dataId,
      state: 'failed',
      elapsedSec: (performance.now() - job.started) / 1000,
      error: {
        name: 'WorkerError',
        code: 'pipeline/worker',
        message: `Quantum ${label} ${coordinate} ended: ${reason}.`,
      },
    })
  }
}

/** How long a cancelled task may take to notice. */
const ABORT_GRACE_MS = 2000
/** Timers cannot be longer than 2^31 ms. */
const MOST_TIMER_SEC = 2_147_483

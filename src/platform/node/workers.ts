import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { makeLogger } from '#core'
import {
  type ExecutionOptions,
  type FromWorker,
  type QuantumExecutor,
  type QuantumGraph,
  type QuantumHooks,
  type QuantumJob,
  type QuantumOutcome,
  type QuantumResources,
  type QuantumResult,
  type ToWorker,
  wireJob,
  TIMED_OUT,
  WORKER_LOST,
  type WorkerSetup,
  workerSetup,
} from '#pipeline'
import { heldBytes, watchMemory } from './memory-watch.ts'

export interface WorkerPoolOptions {
  readonly slots: number
  /** Root folder of the repository; workers read and write its files, never its registry. */
  readonly repository: string
  /** The module that a worker runs: it must call `serveQuanta`. */
  readonly entry: URL
  readonly taskModules?: readonly string[]
  /** Node options of the workers, e.g. loaders in tests. */
  readonly execArgv?: readonly string[]
  /**
   * Most memory of a quantum in megabytes, beyond what its process holds before the first; one that needs more ends alone. Where the
   * system has no /proc this limits only the heap of JavaScript, not buffers and typed arrays.
   */
  readonly maxMemoryMb?: number
  /** Start processes at once, as many as may run together, not with the first quanta. */
  readonly startEarly?: boolean
  /** What each quantum is told that it may use. */
  readonly resources?: QuantumResources
}

/**
 * A pool of processes. A quantum that crashes its process, fills its memory or takes too long ends alone; the others and the run
 * go on.
 */
export function workerExecutor(options: WorkerPoolOptions): QuantumExecutor {
  let setup: WorkerSetup | undefined
  const idle: QuantumWorker[] = []
  const all = new Set<QuantumWorker>()
  const start = (prepared?: WorkerSetup): QuantumWorker => {
    const worker = new QuantumWorker(options)
    if (prepared !== undefined) worker.prepare(prepared)
    all.add(worker)
    return worker
  }
  /** A process that waits, unless it has ended meanwhile; else a new one. */
  const take = (prepared: WorkerSetup): QuantumWorker => {
    for (let worker = idle.pop(); worker !== undefined; worker = idle.pop()) {
      if (worker.isAlive) return worker
      all.delete(worker)
    }
    return start(prepared)
  }
  const give = (worker: QuantumWorker): void => {
    if (worker.isAlive) idle.push(worker)
    else all.delete(worker)
  }
  // They load their modules while the graph is built.
  if (options.startEarly === true)
    for (let i = 0; i < Math.min(options.slots, availableParallelism()); i++) idle.push(start())
  return {
    slots: options.slots,
    prepare(graph: QuantumGraph, execution: ExecutionOptions) {
      const { repository, taskModules = [], resources } = options
      setup = {
        ...workerSetup(graph, execution, repository, taskModules),
        ...(resources && { resources }),
      }
      for (const worker of idle) worker.prepare(setup)
      return Promise.resolve()
    },
    async run(job: QuantumJob, hooks: QuantumHooks) {
      if (setup === undefined) throw new Error('prepare comes before run')
      const worker = take(setup)
      const outcome = await worker.run(job, hooks, setup.timeoutSec)
      give(worker)
      if (!worker.mayBeOthersFault || hooks.signal.aborted) return outcome
      sayAgain(job, hooks, outcome)
      const fresh = start(setup)
      const again = await fresh.run(job, hooks, setup.timeoutSec)
      give(fresh)
      return again
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.end()))
    },
  }
}

function sayAgain({ quantum }: QuantumJob, { onLog }: QuantumHooks, { result }: QuantumOutcome): void {
  makeLogger(quantum.label, onLog).warn(
    `${result.error?.message ?? ''} Others had run in that process before it: it is run again in a process of its own.`,
  )
}

interface Job {
  readonly quantum: QuantumJob['quantum']
  readonly hooks: QuantumHooks
  readonly started: number
  readonly done: (outcome: QuantumOutcome) => void
}

class QuantumWorker {
  isAlive = true
  /** Its process ended by itself under a quantum, and had run others before: one of them may have left what ended it. */
  mayBeOthersFault = false
  private nEnded = 0
  private job: Job | undefined
  private readonly child: ChildProcess
  private readonly ready: Promise<void>
  private readonly gone: Promise<void>
  private readonly maxMemoryMb: number | undefined
  /** What the process held before its first quantum. */
  private idleBytes: number | undefined
  /** The end of what the process wrote to stderr, for the message when it crashes. */
  private said = ''

  constructor({ entry, execArgv = [], maxMemoryMb }: WorkerPoolOptions) {
    this.maxMemoryMb = maxMemoryMb
    this.child = fork(fileURLToPath(entry), [], {
      execArgv: [...execArgv, ...(maxMemoryMb === undefined ? [] : [`--max-old-space-size=${maxMemoryMb}`])],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    living.add(this.child)
    this.child.stderr?.on('data', (text: Buffer) => {
      this.said = (this.said + text.toString()).slice(-8000)
    })
    this.ready = new Promise((resolve) => {
      this.child.on('message', (message: Partial<FromWorker> | null) => {
        if (!isOurs(message)) return
        if (message.kind === 'ready') resolve()
        else this.take(message)
      })
    })
    this.child.on('error', (error) => this.lost(`its process could not be used: ${error.message}`))
    this.gone = this.untilGone(({ code, signal }) => {
      this.mayBeOthersFault = this.job !== undefined && this.nEnded > 0
      this.lost(whyEnded(code, signal, this.said, maxMemoryMb))
    })
  }

  /** Its process has ended and what it wrote is read, as far as it comes: what a task started may hold the channel open for ever. */
  private untilGone(
    onEnd: (end: { code: number | null; signal: NodeJS.Signals | null }) => void,
  ): Promise<void> {
    const { child } = this
    return new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        living.delete(child)
        this.isAlive = false
        const finish = (): void => {
          clearTimeout(wait)
          child.stderr?.destroy()
          onEnd({ code, signal })
          resolve()
        }
        const wait = setTimeout(finish, LAST_WORDS_MS)
        child.once('close', finish)
      })
    })
  }

  prepare(setup: WorkerSetup): void {
    this.send({ kind: 'setup', setup })
  }

  run(job: QuantumJob, hooks: QuantumHooks, timeoutSec: number): Promise<QuantumOutcome> {
    const { quantum } = job
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.send({ kind: 'abort' })
        grace = setTimeout(() => this.kill('it was cancelled'), ABORT_GRACE_MS)
      }
      let grace: NodeJS.Timeout | undefined
      let limit: NodeJS.Timeout | undefined
      let unwatch: (() => void) | undefined
      const done = (outcome: QuantumOutcome): void => {
        unwatch?.()
        clearTimeout(grace)
        clearTimeout(limit)
        hooks.signal.removeEventListener('abort', onAbort)
        resolve(outcome)
      }
      this.job = { quantum, hooks, started: performance.now(), done }
      hooks.signal.addEventListener('abort', onAbort, { once: true })
      void this.ready.then(() => {
        if (timeoutSec < MOST_TIMER_SEC)
          limit = setTimeout(
            () => this.kill(`it took longer than ${timeoutSec} s`, TIMED_OUT),
            timeoutSec * 1000,
          )
        if (this.job !== undefined) unwatch = this.watchMemory()
        this.send({ kind: 'run', job: wireJob(job) })
        return undefined
      })
    })
  }

  /** The heap's limit is not that of buffers: end the quantum when its process holds more than it may. */
  private watchMemory(): (() => void) | undefined {
    const { maxMemoryMb } = this
    const { pid } = this.child
    if (maxMemoryMb === undefined || pid === undefined) return undefined
    this.idleBytes ??= heldBytes(pid)
    if (this.idleBytes === undefined) return undefined
    return watchMemory(pid, this.idleBytes + maxMemoryMb * 1e6, () => {
      this.mayBeOthersFault = this.nEnded > 0
      this.kill(outOfMemory(maxMemoryMb))
    })
  }

  async end(): Promise<void> {
    this.isAlive = false
    if (this.child.pid === undefined) return
    this.child.kill('SIGKILL')
    await this.gone
  }

  private send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message)
  }

  private take(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    if (message.kind === 'log') this.job?.hooks.onLog(message.record)
    else if (message.kind === 'broken') this.lost(message.message)
    else if (message.outcome.result.id === this.job?.quantum.id) this.finish(message.outcome)
  }

  private finish(outcome: QuantumOutcome): void {
    const { job } = this
    const { result } = outcome
    this.job = undefined
    this.nEnded++
    if (result.state === 'done' || result.state === 'skipped' || this.isAlive) this.pass()
    job?.done(outcome)
  }

  /** What a task wrote to stderr belongs on ours; a crash's trace goes into its message instead. */
  private pass(): void {
    if (this.said !== '') process.stderr.write(this.said)
    this.said = ''
  }

  private kill(reason: string, name?: string): void {
    this.lost(reason, name)
    this.child.kill('SIGKILL')
  }

  private lost(reason: string, name = 'WorkerError'): void {
    this.isAlive = false
    const { job } = this
    if (job === undefined) return
    const { id, label, dataId, coordinate } = job.quantum
    const about = { id, label, dataId, elapsedSec: (performance.now() - job.started) / 1000 }
    const message = `Quantum ${label} ${coordinate} ended: ${reason}.`
    const result: QuantumResult = job.hooks.signal.aborted
      ? { ...about, state: 'cancelled' }
      : { ...about, state: 'failed', error: { name, code: WORKER_LOST, message } }
    this.finish({ result, written: [] })
  }
}

/** A task may use the channel of its process too: what is not ours is not heard. */
function isOurs(message: Partial<FromWorker> | null): message is FromWorker {
  if (typeof message !== 'object' || message === null) return false
  if (message.kind === 'result') return typeof message.outcome?.result?.id === 'string'
  if (message.kind === 'log') return typeof message.record?.message === 'string'
  return message.kind === 'ready' || message.kind === 'broken'
}

/** Processes that must not outlive this one. */
const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** `its process ended with code 3`, and what it said of memory or of a fatal error. */
function whyEnded(
  code: number | null,
  signal: NodeJS.Signals | null,
  said: string,
  maxMemoryMb: number | undefined,
): string {
  if (/heap out of memory|Allocation failed|Array buffer allocation failed/i.test(said))
    return outOfMemory(maxMemoryMb)
  const how = signal === null ? `with code ${code}` : `by signal ${signal}`
  const last = said
    .split('\n')
    .filter((line) => /error|fatal|assert/i.test(line))
    .at(-1)
  return `its process ended ${how}${last === undefined ? '' : ` (${last.trim().slice(0, 200)})`}`
}

const outOfMemory = (maxMemoryMb: number | undefined): string =>
  `it ran out of memory${maxMemoryMb === undefined ? '' : `: it may have ${maxMemoryMb} MB`}`

/** How long a cancelled task may take to notice. */
const ABORT_GRACE_MS = 500
/** How long to wait for what an ended process wrote, where another still holds its channel. */
const LAST_WORDS_MS = 300
/** Timers cannot be longer than 2^31 ms. */
const MOST_TIMER_SEC = 2_147_483

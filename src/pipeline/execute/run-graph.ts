import type { DatasetRef, PlacedFile } from '#butler'
import { type Context, type Logger, type LogRecord, type LogRecords, makeLogger, messageOf } from '#core'
import type { QuantumState } from '#protocol'
import type { RunListener } from '../events.ts'
import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions, QuantumExecutor } from './executor.ts'
import { QuantumFiles, type QuantumJob, type QuantumOutcome } from './job.ts'
import { type QuantumResult, WORKER_LOST } from './outcome.ts'
import { Precedence } from './precedence.ts'
import { JobPlanner } from './plan-job.ts'
import { Recorder } from './recorder.ts'
import { exceptionInfo } from './quantum-notes.ts'
import { failureOf } from './ending.ts'
import type { QuantumStore } from './store.ts'
import { aboutOf, Tally } from './tally.ts'

export interface RunGraphOptions extends ExecutionOptions {
  readonly store: QuantumStore
  readonly executor: QuantumExecutor
  readonly failFast: boolean
  /** Quanta that wait for others besides what they read: pairs of quantum ids. */
  readonly order?: Iterable<readonly [before: string, after: string]>
  readonly onEvent?: RunListener
}

/** How a graph ended. */
export interface GraphResult {
  readonly state: 'done' | 'failed' | 'cancelled'
  readonly quanta: readonly QuantumResult[]
  readonly exitCode: number
}

/**
 * Run every quantum after those it depends on, as many at once as the executor takes. A failure blocks what depends on it and
 * nothing else; aborting starts no further quanta and stops the running ones.
 */
export async function runQuantumGraph(
  graph: QuantumGraph,
  options: RunGraphOptions,
  context: Context,
): Promise<GraphResult> {
  await options.executor.prepare(graph, options)
  const scheduler = new Scheduler(graph, options, context)
  return scheduler.run()
}

class Scheduler {
  readonly graph: QuantumGraph
  readonly options: RunGraphOptions
  readonly context: Context
  readonly log: Logger
  readonly precedence: Precedence
  readonly tally: Tally
  readonly started = performance.now()
  readonly stop = new AbortController()
  readonly planner: JobPlanner
  readonly recorder: Recorder
  /** Jobs that are looked up while other quanta run. */
  readonly planned = new Map<number, Promise<QuantumJob | undefined>>()
  /** Quanta that hold a slot of the executor. */
  running = 0
  /** Quanta that have ended and are being recorded. */
  recording = 0
  exitCode = 0

  constructor(graph: QuantumGraph, options: RunGraphOptions, context: Context) {
    this.graph = graph
    this.options = options
    this.context = context
    this.log = context.log.child('ctrl.mpexec.mpGraphExecutor')
    this.planner = new JobPlanner(options.store, graph, options)
    this.recorder = new Recorder(options.store)
    this.precedence = new Precedence(graph, options.order)
    this.tally = new Tally(graph)
  }

  async run(): Promise<GraphResult> {
    const { signal } = this.context
    const forward = (): void => this.stop.abort(signal.reason)
    signal.addEventListener('abort', forward, { once: true })
    await new Promise<void>((resolve) => {
      const fill = (): void => {
        while (this.canStart()) this.start(this.precedence.take() ?? -1, fill)
        if (this.running === 0 && this.recording === 0) resolve()
        else {
          // A slot is free: what may be waiting for quanta that have ended is not to wait longer.
          if (this.running < this.options.executor.slots) this.recorder.flush()
          this.planAhead()
        }
      }
      fill()
    })
    signal.removeEventListener('abort', forward)
    return this.finish(signal.aborted)
  }

  private canStart(): boolean {
    return (
      this.running < this.options.executor.slots &&
      this.precedence.next !== undefined &&
      !this.context.signal.aborted &&
      !this.stop.signal.aborted
    )
  }

  private start(index: number, next: () => void): void {
    const quantum = this.graph.quantum(index)
    this.running++
    this.tell(quantum, 'running')
    void this.execute(index, quantum)
      .then(async ({ result, written }) => {
        this.running--
        this.recording++
        if (result.state === 'done') this.options.onEvent?.({ kind: 'executed', id: quantum.id })
        const recorded = this.record(quantum, result, written)
        // A failure may stop the run: nothing is started before that is settled.
        if (result.state === 'failed') this.recorder.flush()
        else next()
        return recorded
      })
      .then((result) => {
        this.recording--
        this.end(index, quantum, result)
        return next()
      })
  }

  /** Never rejects: what goes wrong is how the quantum ended. */
  private async execute(index: number, quantum: Quantum): Promise<QuantumOutcome> {
    const records: LogRecord[] = []
    const onLog = (record: LogRecord): void => {
      records.push(record)
      this.options.onEvent?.({ kind: 'log', id: quantum.id, record })
    }
    try {
      const job = await this.plan(index, quantum)
      if (job === undefined) return { result: { ...aboutOf(quantum), state: 'skipped' }, written: [] }
      const outcome = await this.options.executor.run(job, { signal: this.stop.signal, onLog })
      return outcome.result.error?.code === WORKER_LOST
        ? await this.writeLog(job, outcome.result, records)
        : outcome
    } catch (error) {
      return { result: this.broken(quantum, error), written: [] }
    }
  }

  /** Before or after its task: no worker has told why. */
  private broken(quantum: Quantum, error: unknown): QuantumResult {
    this.log.error(`Quantum ${quantum.label} ${quantum.coordinate}: ${messageOf(error)}`)
    return { ...aboutOf(quantum), ...failureOf(error) }
  }

  private plan(index: number, quantum: Quantum): Promise<QuantumJob | undefined> {
    const known = this.planned.get(index) ?? this.planner.plan(quantum)
    this.planned.delete(index)
    return known
  }

  /** Look up the next job while the running ones keep their processes busy. */
  private planAhead(): void {
    const index = this.precedence.next
    if (index === undefined || this.planned.has(index) || this.stop.signal.aborted) return
    const planned = this.planner.plan(this.graph.quantum(index))
    planned.catch(() => undefined)
    this.planned.set(index, planned)
  }

  /** A process that ended could not write its log: what it had said, and why it ended. */
  private async writeLog(
    job: QuantumJob,
    result: QuantumResult,
    records: LogRecord[],
  ): Promise<QuantumOutcome> {
    const { id, label, log: ref } = job.quantum
    const sink = (record: LogRecord): void => {
      records.push(record)
      this.options.onEvent?.({ kind: 'log', id, record })
    }
    makeLogger(label, sink).error(result.error?.message ?? 'ended')
    const files = new QuantumFiles(this.options.store.stores, job)
    const extra = { exception: exceptionInfo(result.error) }
    const kept: LogRecords = Object.assign(records, {
      extra,
      ...(job.previous && { previous: job.previous }),
    })
    return { result, written: ref === undefined ? [] : await files.write([[ref, kept]]) }
  }

  private async record(
    quantum: Quantum,
    result: QuantumResult,
    written: readonly PlacedFile[],
  ): Promise<QuantumResult> {
    if (written.length === 0) return result
    const datasets = refsOf(quantum)
      .map((ref) => ({ ref, files: written.filter((file) => file.id === ref.id) }))
      .filter(({ files }) => files.length > 0)
    try {
      await this.recorder.record(datasets)
      return result
    } catch (error) {
      for (const file of written) await this.options.store.stores.remove(file)
      return this.broken(quantum, error)
    }
  }

  private end(index: number, quantum: Quantum, result: QuantumResult): void {
    this.settle(index, quantum, result, result.error?.message ?? result.caveat)
    if (result.state === 'failed') this.fail(index, quantum, result)
    if (result.state !== 'cancelled') this.log.verbose(this.tally.summary)
  }

  private settle(index: number, quantum: Quantum, result: QuantumResult, message?: string): void {
    this.tally.add(index, result)
    this.precedence.ended(index, result.state === 'done' || result.state === 'skipped')
    this.tell(quantum, result.state, message, result.elapsedSec)
  }

  private fail(index: number, quantum: Quantum, result: QuantumResult): void {
    this.exitCode = Math.max(this.exitCode, result.exitCode ?? 1)
    const stops = this.options.failFast || result.fatal === true
    const rest = stops ? 'the run stops' : 'processing will continue for remaining tasks'
    this.log.error(`Task <${quantum.label} dataId=${quantum.coordinate}> failed; ${rest}.`)
    this.block(index, quantum)
    if (stops) this.stop.abort(new Error('A quantum failed'))
  }

  private block(index: number, cause: Quantum): void {
    for (const after of this.precedence.dependentsOf(index)) {
      if (this.tally.has(after)) continue
      const quantum = this.graph.quantum(after)
      const result = { ...aboutOf(quantum), state: 'blocked' as const }
      this.settle(after, quantum, result, `${cause.label} ${cause.coordinate} failed`)
      this.block(after, cause)
    }
  }

  private finish(aborted: boolean): GraphResult {
    const { tally } = this
    const state = tally.state(aborted)
    const elapsedSec = (performance.now() - this.started) / 1000
    this.options.onEvent?.({ kind: 'end', state, counts: tally.counts, elapsedSec })
    tally.close(this.log)
    return { state, quanta: tally.results(), exitCode: state === 'done' ? 0 : Math.max(1, this.exitCode) }
  }

  private tell(quantum: Quantum, state: QuantumState, message?: string, elapsedSec?: number): void {
    this.options.onEvent?.({
      kind: 'quantum',
      ...aboutOf(quantum),
      state,
      ...(message !== undefined && { message }),
      ...(elapsedSec !== undefined && { elapsedSec }),
    })
  }
}

/** Everything that a quantum may write. */
const refsOf = ({ outputs, metadata, log }: Quantum): readonly DatasetRef[] => [
  ...Object.values(outputs).flat(),
  metadata,
  ...(log === undefined ? [] : [log]),
]

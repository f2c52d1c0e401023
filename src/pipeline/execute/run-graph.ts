import type { DatasetRef, PlacedFile } from '#butler'
import { type Context, type Logger, type LogRecord, makeLogger } from '#core'
import type { QuantumState } from '#protocol'
import { pipelineError } from '../errors.ts'
import type { RunListener } from '../events.ts'
import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions, QuantumExecutor } from './executor.ts'
import { QuantumFiles, type QuantumJob, type QuantumOutcome } from './job.ts'
import { type QuantumResult, WORKER_LOST } from './outcome.ts'
import { JobPlanner } from './plan-job.ts'
import { Recorder } from './recorder.ts'
import { failureOf } from './run-quantum.ts'
import type { QuantumStore } from './store.ts'

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
  readonly results: (QuantumResult | undefined)[]
  readonly waitingFor: Int32Array
  readonly after: number[][]
  readonly ordered = new Map<number, number[]>()
  readonly ready: number[] = []
  readonly started = performance.now()
  readonly stop = new AbortController()
  readonly tally: Record<QuantumState, number> = {
    pending: 0,
    running: 0,
    done: 0,
    failed: 0,
    blocked: 0,
    skipped: 0,
    cancelled: 0,
  }
  readonly planner: JobPlanner
  readonly recorder: Recorder
  /** Jobs that are looked up while other quanta run. */
  readonly planned = new Map<number, Promise<QuantumJob | undefined>>()
  /** Quanta that hold a slot of the executor. */
  running = 0
  /** Quanta that have ended and are being recorded. */
  recording = 0
  ended = 0
  exitCode = 0
  nextReady = 0

  constructor(graph: QuantumGraph, options: RunGraphOptions, context: Context) {
    this.graph = graph
    this.options = options
    this.context = context
    this.log = context.log.child('ctrl.mpexec.mpGraphExecutor')
    this.planner = new JobPlanner(options.store, graph, options)
    this.recorder = new Recorder(options.store)
    this.results = new Array<QuantumResult | undefined>(graph.size)
    this.waitingFor = new Int32Array(graph.size)
    this.after = Array.from({ length: graph.size }, () => [])
    graph.predecessors().forEach((before, i) => {
      this.waitingFor[i] = before.length
      for (const b of before) this.after[b]?.push(i)
    })
    for (const [before, after] of options.order ?? []) this.wait(before, after)
    for (let i = 0; i < graph.size; i++) if (this.waitingFor[i] === 0) this.ready.push(i)
    this.checkOrder()
  }

  /** An order that was asked for: a failure of the first does not block the second. */
  private wait(before: string, after: string): void {
    const [from, to] = [this.graph.indexOf(before), this.graph.indexOf(after)]
    if (from === undefined || to === undefined)
      throw pipelineError('bad-order', `The graph has no quantum ${from === undefined ? before : after}.`, {
        hint: 'A graph fixup gives pairs of ids of quanta: [before, after].',
      })
    this.waitingFor[to] = (this.waitingFor[to] ?? 0) + 1
    const list = this.ordered.get(from)
    if (list === undefined) this.ordered.set(from, [to])
    else list.push(to)
  }

  private checkOrder(): void {
    if (this.ordered.size === 0) return
    const left = this.waitingFor.slice()
    const free = [...this.ready]
    let reached = 0
    for (let i = free.pop(); i !== undefined; i = free.pop()) {
      reached++
      for (const next of [...(this.after[i] ?? []), ...(this.ordered.get(i) ?? [])])
        if (--left[next]! === 0) free.push(next)
    }
    if (reached < this.graph.size)
      throw pipelineError(
        'bad-order',
        `The order asked for makes ${this.graph.size - reached} quanta wait for each other.`,
        {
          hint: 'Look for a circle among the pairs that the graph fixup gives.',
        },
      )
  }

  private release(index: number): void {
    for (const after of this.ordered.get(index) ?? []) this.count(after)
    this.ordered.delete(index)
  }

  private count(after: number): void {
    const left = (this.waitingFor[after] ?? 0) - 1
    this.waitingFor[after] = left
    if (left === 0 && this.results[after] === undefined) this.ready.push(after)
  }

  async run(): Promise<GraphResult> {
    const { signal } = this.context
    const forward = (): void => this.stop.abort(signal.reason)
    signal.addEventListener('abort', forward, { once: true })
    await new Promise<void>((resolve) => {
      const fill = (): void => {
        while (this.canStart()) this.start(this.ready[this.nextReady++] ?? -1, fill)
        if (this.running === 0 && this.recording === 0) resolve()
        else this.planAhead()
      }
      fill()
    })
    signal.removeEventListener('abort', forward)
    return this.finish(signal.aborted)
  }

  private canStart(): boolean {
    return (
      this.running < this.options.executor.slots &&
      this.nextReady < this.ready.length &&
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
        // A failure may stop the run: nothing is started before that is settled.
        if (result.state !== 'failed') next()
        return this.record(quantum, result, written)
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
      return { result: { ...aboutOf(quantum), ...failureOf(error) }, written: [] }
    }
  }

  private plan(index: number, quantum: Quantum): Promise<QuantumJob | undefined> {
    const known = this.planned.get(index) ?? this.planner.plan(quantum)
    this.planned.delete(index)
    return known
  }

  /** Look up the next job while the running ones keep their processes busy. */
  private planAhead(): void {
    const index = this.ready[this.nextReady]
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
    const { label, log: ref } = job.quantum
    makeLogger(label, (record) => records.push(record)).error(result.error?.message ?? 'ended')
    const files = new QuantumFiles(this.options.store.stores, job)
    return { result, written: ref === undefined ? [] : await files.write([[ref, records]]) }
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
      return { ...aboutOf(quantum), ...failureOf(error) }
    }
  }

  private end(index: number, quantum: Quantum, result: QuantumResult): void {
    this.results[index] = result
    this.ended++
    this.tally[result.state]++
    this.release(index)
    this.tell(quantum, result.state, result.error?.message ?? result.caveat, result.elapsedSec)
    if (result.state === 'failed') {
      this.fail(index, quantum, result)
      return
    }
    if (result.state === 'cancelled') return
    for (const after of this.after[index] ?? []) this.count(after)
    this.summarize()
  }

  private fail(index: number, quantum: Quantum, result: QuantumResult): void {
    this.exitCode = Math.max(this.exitCode, result.exitCode ?? 1)
    const stops = this.options.failFast || result.fatal === true
    const rest = stops ? 'the run stops' : 'processing will continue for remaining tasks'
    this.log.error(`Task <${quantum.label} dataId=${quantum.coordinate}> failed; ${rest}.`)
    this.block(index, quantum)
    if (stops) this.stop.abort(new Error('A quantum failed'))
    this.summarize()
  }

  private block(index: number, cause: Quantum): void {
    for (const after of this.after[index] ?? []) {
      if (this.results[after] !== undefined) continue
      const quantum = this.graph.quantum(after)
      this.results[after] = { ...aboutOf(quantum), state: 'blocked' }
      this.ended++
      this.tally.blocked++
      this.release(after)
      this.tell(quantum, 'blocked', `${cause.label} ${cause.coordinate} failed`)
      this.block(after, cause)
    }
  }

  private summarize(): void {
    this.log.verbose(this.summary())
  }

  /** Quanta that were stopped are not failures: they are named, and only when there are some. */
  private summary(): string {
    const { done, skipped, failed, blocked, cancelled, pending } = this.counts()
    const stopped = cancelled === 0 ? '' : `, ${cancelled} stopped`
    return `Executed ${done + skipped} quanta successfully, ${failed + blocked} failed${stopped} and ${pending} remain out of total ${this.graph.size} quanta.`
  }

  private counts(): Record<QuantumState, number> {
    const { tally, ended } = this
    return { ...tally, pending: tally.pending + this.graph.size - ended }
  }

  private finish(aborted: boolean): GraphResult {
    const counts = this.counts()
    const state = aborted
      ? 'cancelled'
      : counts.failed + counts.cancelled + counts.pending > 0
        ? 'failed'
        : 'done'
    const quanta = Array.from(
      this.results,
      (result, i) => result ?? { ...aboutOf(this.graph.quantum(i)), state: 'pending' as const },
    )
    const elapsedSec = (performance.now() - this.started) / 1000
    this.options.onEvent?.({ kind: 'end', state, counts, elapsedSec })
    const { log } = this
    log.info(this.summary())
    const bad = quanta.filter((q) => q.state === 'failed')
    if (bad.length > 0) log.error('Failed jobs:')
    for (const { label, id } of bad.slice(0, 20)) log.error(`  - FAILED: <${label} ${this.dataIdOf(id)}>`)
    if (bad.length > 20) log.error(`  - and ${bad.length - 20} more`)
    return { state, quanta, exitCode: state === 'done' ? 0 : Math.max(1, this.exitCode) }
  }

  private dataIdOf(id: string): string {
    const found = this.results.findIndex((r) => r?.id === id)
    return found < 0 ? id : `dataId=${this.graph.quantum(found).coordinate}`
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

const aboutOf = ({ id, label, dataId }: Quantum): Pick<QuantumResult, 'id' | 'label' | 'dataId'> => ({
  id,
  label,
  dataId,
})

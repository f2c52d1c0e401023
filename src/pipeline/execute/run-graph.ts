import type { Context, Logger } from '#core'
import type { QuantumState } from '#protocol'
import { pipelineError } from '../errors.ts'
import type { RunListener } from '../events.ts'
import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions, QuantumExecutor } from './executor.ts'
import { errorRecord, type QuantumResult } from './outcome.ts'

export interface RunGraphOptions extends ExecutionOptions {
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
 * nothing else; aborting starts no further quanta and waits for the running ones.
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
  }
  running = 0
  ended = 0
  exitCode = 0
  nextReady = 0

  constructor(graph: QuantumGraph, options: RunGraphOptions, context: Context) {
    this.graph = graph
    this.options = options
    this.context = context
    this.log = context.log.child('ctrl.mpexec.mpGraphExecutor')
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
        if (this.running === 0) resolve()
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
    const { executor } = this.options
    executor
      .run(quantum, {
        signal: this.stop.signal,
        onLog: (record) => this.options.onEvent?.({ kind: 'log', id: quantum.id, record }),
      })
      .catch(
        (error: unknown): QuantumResult => ({
          ...aboutOf(quantum),
          state: 'failed',
          error: errorRecord(error),
        }),
      )
      .then(
        (result) => {
          this.running--
          this.end(index, quantum, result)
          next()
        },
        () => undefined,
      )
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
    for (const after of this.after[index] ?? []) this.count(after)
    this.summarize()
  }

  private fail(index: number, quantum: Quantum, result: QuantumResult): void {
    this.exitCode = Math.max(this.exitCode, result.exitCode ?? 1)
    const stops = this.options.failFast || result.fatal === true
    const rest = stops ? 'the run stops' : 'processing will continue for remaining tasks'
    if (!this.context.signal.aborted)
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
    const { done, skipped, failed, blocked } = this.tally
    const left = this.graph.size - done - skipped - failed - blocked
    this.log.verbose(
      `Executed ${done + skipped} quanta successfully, ${failed + blocked} failed and ${left} remain out of total ${this.graph.size} quanta.`,
    )
  }

  private counts(): Record<QuantumState, number> {
    const { tally, ended } = this
    return { ...tally, pending: tally.pending + this.graph.size - ended }
  }

  private finish(aborted: boolean): GraphResult {
    const counts = this.counts()
    const state = aborted ? 'cancelled' : counts.failed > 0 || counts.pending > 0 ? 'failed' : 'done'
    const quanta = Array.from(
      this.results,
      (result, i) => result ?? { ...aboutOf(this.graph.quantum(i)), state: 'pending' as const },
    )
    const elapsedSec = (performance.now() - this.started) / 1000
    this.options.onEvent?.({ kind: 'end', state, counts, elapsedSec })
    const { log } = this
    const { done, skipped, failed, blocked } = counts
    log.info(
      `Executed ${done + skipped} quanta successfully, ${failed + blocked} failed and ${counts.pending} remain out of total ${this.graph.size} quanta.`,
    )
    const bad = quanta.filter((q) => q.state === 'failed')
    if (bad.length > 0 && !aborted) log.error('Failed jobs:')
    for (const { label, id } of aborted ? [] : bad.slice(0, 20))
      log.error(`  - FAILED: <${label} ${this.dataIdOf(id)}>`)
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

const aboutOf = ({ id, label, dataId }: Quantum): Pick<QuantumResult, 'id' | 'label' | 'dataId'> => ({
  id,
  label,
  dataId,
})

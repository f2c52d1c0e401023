import type { Logger } from '#core'
import { noQuanta, type QuantumState } from '#protocol'
import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { GraphResult } from './run-graph.ts'
import type { QuantumResult } from './outcome.ts'

/** How the quanta of a run have ended so far. */
export class Tally {
  readonly #graph: QuantumGraph
  readonly #results: (QuantumResult | undefined)[]
  readonly #counts = noQuanta()
  #ended = 0

  constructor(graph: QuantumGraph) {
    this.#graph = graph
    this.#results = new Array<QuantumResult | undefined>(graph.size)
  }

  has(index: number): boolean {
    return this.#results[index] !== undefined
  }

  add(index: number, result: QuantumResult): void {
    this.#results[index] = result
    this.#counts[result.state]++
    this.#ended++
  }

  get counts(): Record<QuantumState, number> {
    return { ...this.#counts, pending: this.#counts.pending + this.#graph.size - this.#ended }
  }

  /** Quanta that were stopped are not failures: they are named, and only when there are some. */
  get summary(): string {
    const { done, skipped, failed, blocked, cancelled, pending } = this.counts
    const stopped = cancelled === 0 ? '' : `, ${cancelled} stopped`
    return `Executed ${done + skipped} quanta successfully, ${failed + blocked} failed${stopped} and ${pending} remain out of total ${this.#graph.size} quanta.`
  }

  state(isAborted: boolean): GraphResult['state'] {
    const { failed, cancelled, pending } = this.counts
    return isAborted ? 'cancelled' : failed + cancelled + pending > 0 ? 'failed' : 'done'
  }

  /** Every quantum of the graph, those that were not begun as pending. */
  results(): readonly QuantumResult[] {
    return Array.from(
      this.#results,
      (result, i) => result ?? { ...aboutOf(this.#graph.quantum(i)), state: 'pending' as const },
    )
  }

  /** Tell the end of the run: the counts, and which have failed. */
  close(log: Logger): void {
    log.info(this.summary)
    const bad = [...this.#results.entries()].filter(([, result]) => result?.state === 'failed')
    if (bad.length > 0) log.error('Failed jobs:')
    for (const [i] of bad.slice(0, MOST_NAMED)) {
      const { label, coordinate } = this.#graph.quantum(i)
      log.error(`  - FAILED: <${label} dataId=${coordinate}>`)
    }
    if (bad.length > MOST_NAMED) log.error(`  - and ${bad.length - MOST_NAMED} more`)
  }
}

/** Failures that are named at the end of a run. */
const MOST_NAMED = 20

/** What a result says of its quantum. */
export const aboutOf = ({ id, label, dataId }: Quantum): Pick<QuantumResult, 'id' | 'label' | 'dataId'> => ({
  id,
  label,
  dataId,
})

import { pipelineError } from '../errors.ts'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'

/** Which quanta wait for which, by their indices, and those that wait for none. */
export class Precedence {
  readonly #graph: QuantumGraph
  readonly #waitingFor: Int32Array
  /** Quanta that read what one makes. */
  readonly #after: readonly number[][]
  /** Quanta that were asked to come later. */
  readonly #later = new Map<number, number[]>()
  readonly #ready: number[] = []
  #next = 0

  /** @param order pairs of quantum ids, besides what the graph says; throws `pipeline/bad-order` */
  constructor(graph: QuantumGraph, order: Iterable<readonly [before: string, after: string]> = []) {
    this.#graph = graph
    this.#waitingFor = new Int32Array(graph.size)
    const after: number[][] = Array.from({ length: graph.size }, () => [])
    graph.predecessors().forEach((before, i) => {
      this.#waitingFor[i] = before.length
      for (const b of before) after[b]?.push(i)
    })
    this.#after = after
    for (const pair of order) this.#wait(pair)
    for (let i = 0; i < graph.size; i++) if (this.#waitingFor[i] === 0) this.#ready.push(i)
    this.#requireNoCircle()
  }

  /** The quantum that is to be started next; undefined when all that are left wait. */
  get next(): number | undefined {
    return this.#ready[this.#next]
  }

  take(): number | undefined {
    const index = this.next
    if (index !== undefined) this.#next++
    return index
  }

  dependentsOf(index: number): readonly number[] {
    return this.#after[index] ?? []
  }

  /** One has ended: those that were asked to come later wait for it no more, and if it has made what it should, those that read it. */
  ended(index: number, isMade: boolean): void {
    for (const later of this.#later.get(index) ?? []) this.#count(later)
    this.#later.delete(index)
    if (isMade) for (const after of this.dependentsOf(index)) this.#count(after)
  }

  #count(index: number): void {
    if (--this.#waitingFor[index]! === 0) this.#ready.push(index)
  }

  #wait([before, after]: readonly [string, string]): void {
    const [from, to] = [this.#graph.indexOf(before), this.#graph.indexOf(after)]
    if (from === undefined || to === undefined)
      throw pipelineError('bad-order', `The graph has no quantum ${from === undefined ? before : after}.`, {
        hint: 'A graph fixup gives pairs of ids of quanta: [before, after].',
      })
    this.#waitingFor[to]!++
    const list = this.#later.get(from)
    if (list === undefined) this.#later.set(from, [to])
    else list.push(to)
  }

  #requireNoCircle(): void {
    if (this.#later.size === 0) return
    const left = this.#waitingFor.slice()
    const free = [...this.#ready]
    let reached = 0
    for (let i = free.pop(); i !== undefined; i = free.pop()) {
      reached++
      for (const next of [...this.dependentsOf(i), ...(this.#later.get(i) ?? [])])
        if (--left[next]! === 0) free.push(next)
    }
    if (reached < this.#graph.size)
      throw pipelineError(
        'bad-order',
        `The order asked for makes ${this.#graph.size - reached} quanta wait for each other.`,
        { hint: 'Look for a circle among the pairs that the graph fixup gives.' },
      )
  }
}

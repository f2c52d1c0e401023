/** One line of the table: ours against a peer doing the same job on the same input in the same run. */
export interface BenchRow {
  readonly job: string
  readonly ours: number
  readonly peer: string
  /** Undefined when the peer is not installed. */
  readonly theirs: number | undefined
  /** Largest allowed ours/theirs; undefined where the row only informs. */
  readonly budget?: number
}

/** Fastest of some runs, milliseconds; the first runs also warm the compiler up. */
export function fastest(run: () => void, rounds = 5): number {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < rounds; i++) {
    const began = performance.now()
    run()
    best = Math.min(best, performance.now() - began)
  }
  return best
}

/** Hand a row to tools/bench.mjs, which makes the table. */
export const report = (row: BenchRow): void => console.log(`BENCH ${JSON.stringify(row)}`)

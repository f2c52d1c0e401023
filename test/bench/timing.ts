import { spawnSync } from 'node:child_process'

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

/**
 * Least processor time of some runs, milliseconds, all threads of this process together: on a machine that others use too
 * it says more than the clock. The first runs also warm the compiler up.
 */
export function fastest(run: () => void, rounds = 5): number {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

/** Processor time of a command, milliseconds, least of some runs; undefined when it is not installed or fails. */
export function fastestProcess(
  command: string,
  args: readonly string[],
  rounds = 3,
): { readonly time: number; readonly stderr: string } | undefined {
  let best: { time: number; stderr: string } | undefined
  for (let i = 0; i < rounds; i++) {
    // bash's own `time` counts the children's user and system seconds.
    const script = 'TIMEFORMAT="CPU %U %S"; time "$@"'
    const done = spawnSync('bash', ['-c', script, 'bash', command, ...args], { encoding: 'utf8' })
    const cpu = /CPU ([\d.]+) ([\d.]+)/.exec(done.stderr)
    if (done.status !== 0 || cpu === null) return undefined
    const time = 1000 * (Number(cpu[1]) + Number(cpu[2]))
    if (best === undefined || time < best.time) best = { time, stderr: done.stderr }
  }
  return best
}

/** Hand a row to tools/bench.mjs, which makes the table. */
export const report = (row: BenchRow): void => console.log(`BENCH ${JSON.stringify(row)}`)

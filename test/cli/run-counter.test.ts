import { expect, test } from 'vitest'
import { defineConfig } from '#config'
import type { QuantumState } from '#protocol'
import { type RunEvent, TimeLeft } from '#pipeline'
import { RunCounter } from '../../src/cli/pipetask/run-counter.ts'

const about = (n: number) => ({ id: String(n), label: n < 6 ? 'isr' : 'calibrate', dataId: { detector: n } })
const quantum = (n: number, state: QuantumState): RunEvent => ({ kind: 'quantum', ...about(n), state })
const config = defineConfig({ name: 'isr.Config', fields: {} }).make()
const task = { label: 'isr', className: 'isr.Task', dimensions: [], after: [], config, total: 10 }

test('the line of a run tells failed from blocked, and time by what was really done', () => {
  let now = 0
  const counter = new RunCounter(new TimeLeft(() => now))
  const take = (...events: readonly RunEvent[]): string => {
    for (const event of events) counter.take(event)
    return counter.text()
  }
  const all = Array.from({ length: 10 }, (_, n) => about(n))
  const graph = { kind: 'graph' as const, run: 'u/r', quanta: all, tasks: [task] }
  // Building the graph took a minute, four quanta were done before.
  now = 60_000
  expect(take(graph, ...[0, 1, 2, 3].map((n) => quantum(n, 'skipped')))).toMatch(/ 4\/10 quanta$/)
  take(quantum(4, 'running'), quantum(5, 'running'))
  now += 10_000
  expect(take(quantum(4, 'done'))).toMatch(/ 5\/10 quanta · 50 s left · isr$/)
  expect(take(quantum(5, 'failed'), quantum(6, 'blocked'))).toMatch(
    / 7\/10 quanta · 1 failed · 1 blocked · 15 s left$/,
  )
  now += 1_000_000
  expect(take(quantum(7, 'running'))).toMatch(/ · 26 min left · calibrate$/)
  expect(take(...[7, 8, 9].map((n) => quantum(n, 'done')))).toMatch(/ 10\/10 quanta · 1 failed · 1 blocked$/)
})

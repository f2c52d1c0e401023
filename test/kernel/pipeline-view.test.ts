import { expect, test } from 'vitest'
import { defineConfig } from '#config'
import type { LogLevel } from '#core'
import type { RunEvent } from '#pipeline'
import { MIME, type PipelineDisplay } from '#protocol'
import { PipelineView } from '../../kernel/engine/pipeline-view.ts'

/** The last picture after some events. */
const pictureAfter = (events: readonly RunEvent[]): PipelineDisplay =>
  bundleAfter(events)[MIME.pipeline] as PipelineDisplay

function bundleAfter(events: readonly RunEvent[]): Readonly<Record<string, unknown>> {
  const shown: Readonly<Record<string, unknown>>[] = []
  const handle = {
    id: 'x',
    update: (bundle: unknown) => void shown.push(bundle as Readonly<Record<string, unknown>>),
  }
  const view = new PipelineView((bundle) => {
    shown.push(bundle)
    return handle
  })
  for (const event of events) view.take(event)
  view.end()
  return shown.at(-1) ?? {}
}

const quantum = (n: number) => ({ id: String(n), label: 'isr', dataId: { detector: n } })
const graph: RunEvent = { kind: 'graph', run: 'u/r', tasks: [], quanta: [1, 2, 3].map(quantum) }
const log = (level: LogLevel): RunEvent => ({
  kind: 'log',
  record: { level, name: 'isr', message: `at ${level}`, time: 0 },
})

test('a quantum whose outputs wait to be recorded is not shown as running', () => {
  const running = [1, 2, 3].map((n): RunEvent => ({ kind: 'quantum', ...quantum(n), state: 'running' }))
  const { quanta } = pictureAfter([graph, ...running, { kind: 'executed', id: '2' }])
  expect(quanta.map(({ state }) => state)).toEqual(['running', 'done', 'running'])
})

test('the log of a picture has what the command prints, nothing below INFO', () => {
  expect(pictureAfter([graph, log('DEBUG'), log('VERBOSE'), log('INFO'), log('ERROR')]).log).toEqual([
    'isr INFO: at INFO',
    'isr ERROR: at ERROR',
  ])
})

const isr = {
  label: 'isr',
  className: 'a.Task',
  dimensions: ['instrument', 'exposure', 'detector'],
  after: [],
  total: 1,
  config: defineConfig({ name: 'a.B', fields: {} }).make(),
}
const one = { id: '1', label: 'isr', dataId: { instrument: 'HSC', exposure: 7, band: 'r', detector: 1 } }
const run = (state: 'done' | 'failed', lines: number): readonly RunEvent[] => [
  { kind: 'graph', run: 'u/r', tasks: [isr], quanta: [one] },
  ...Array.from({ length: lines }, () => log('INFO')),
  { kind: 'quantum', ...one, state, message: 'why' },
]
const counts = { pending: 0, running: 0, done: 0, failed: 1, blocked: 0, skipped: 0, cancelled: 0 }
const end: RunEvent = { kind: 'end', state: 'failed', counts, elapsedSec: 1 }

test('the last picture names the quantum and what came of all, with the whole log open where it failed', () => {
  const html = String(bundleAfter([...run('failed', 20), end])['text/html'])
  expect(html).toContain('<li>isr (instrument=HSC, exposure=7, detector=1): why</li>')
  expect(html).toContain('</b> 1 failed<')
  expect(html).toContain('>exposure · detector<')
  expect(html).toMatch(
    /<details open><summary>Log<\/summary><pre style="font-family:monospace">(isr INFO: at INFO\s?){20}<\/pre>/,
  )
  const done = String(bundleAfter([...run('done', 20), { ...end, state: 'done' }])['text/html'])
  expect(done).toContain('<details><summary>Log')
})

test('a picture that changes has the newest lines of the log', () => {
  const html = String(bundleAfter([...run('done', 20), log('ERROR')])['text/html'])
  expect(html).toMatch(
    /<pre style="font-family:monospace">(isr INFO: at INFO\n){7}isr ERROR: at ERROR<\/pre>/,
  )
})

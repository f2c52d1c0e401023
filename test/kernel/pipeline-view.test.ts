import { expect, test } from 'vitest'
import type { LogLevel } from '#core'
import type { RunEvent } from '#pipeline'
import { MIME, type PipelineDisplay } from '#protocol'
import { PipelineView } from '../../kernel/engine/pipeline-view.ts'

/** The last picture after some events. */
function pictureAfter(events: readonly RunEvent[]): PipelineDisplay {
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
  return shown.at(-1)?.[MIME.pipeline] as PipelineDisplay
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

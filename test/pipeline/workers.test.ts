import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultContext } from '#core'
import { type PipelineTask, runPipeline, type RunEvent, type RunResult, TaskRegistry } from '#pipeline'
import { openNodeButler, workerExecutor } from '#platform/node'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'

let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

const host = {
  env: () => undefined,
  exists: () => Promise.resolve(false),
  readText: (path: string) => Promise.reject(new Error(path)),
}
// The worker that ships, from the build, with a task module as users give them.
const entry = new URL('../../dist/bin/pipetask-worker.js', import.meta.url)
const taskModule = fileURLToPath(new URL('../support/faulty-tasks.mjs', import.meta.url))

interface Setting {
  readonly faults: Readonly<Record<number, string>>
  readonly timeoutSec?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** Detectors 4, 5, 10 and 11 of one exposure in two workers. */
async function run({ faults, timeoutSec, signal, onEvent }: Setting): Promise<RunResult> {
  const butler = await openNodeButler(master.copy().root, { writeable: true })
  const executor = workerExecutor({
    slots: 2,
    repository: butler.root,
    entry,
    execArgv: ['--conditions=bundled'],
    taskModules: [taskModule],
    maxHeapMb: 150,
  })
  const { FaultyTask } = (await import(taskModule)) as { FaultyTask: PipelineTask }
  const config = Object.entries(faults).map(([d, f]) => `${d}: ${f}`)
  try {
    return await runPipeline(
      {
        butler,
        tasks: new TaskRegistry().add(FaultyTask),
        host,
        pipelineText: `description: faults\ntasks:\n  faulty:\n    class: faulty.FaultyTask\n    config: {faults: {${config.join(', ')}}}\n`,
        input: ['HSC/raw/all'],
        output: 'u/t/faults',
        where: "instrument='HSC' AND exposure=903334 AND detector IN (4, 5, 10, 11)",
        registerDatasetTypes: true,
        executor,
        ...(timeoutSec !== undefined && { timeoutSec }),
        ...(onEvent && { onEvent }),
      },
      defaultContext(signal ? { signal } : {}),
    )
  } finally {
    await executor.close()
    await butler.close()
  }
}

const states = (result: RunResult): Record<string, string> =>
  Object.fromEntries(result.quanta.map((q) => [String(q.dataId['detector']), q.state]))

test('a crash and a full memory each end one quantum, and the run goes on', {
  timeout: 180_000,
}, async () => {
  const result = await run({ faults: { 4: 'abort', 10: 'memory' } })
  expect(states(result)).toEqual({ 4: 'failed', 5: 'done', 10: 'failed', 11: 'done' })
  const messages = result.quanta.map((q) => q.error?.message ?? '')
  expect(messages[0]).toMatch(/process ended by signal SIGABRT/)
  expect(messages[2]).toMatch(/memory/)
  expect(result.exitCode).toBe(1)
})

// The limit is long enough for the others of a busy machine, whose time counts from when their process is ready.
test('an endless loop ends at the time limit, and the run goes on', { timeout: 180_000 }, async () => {
  const result = await run({ faults: { 5: 'loop' }, timeoutSec: 10 })
  expect(states(result)).toEqual({ 4: 'done', 5: 'failed', 10: 'done', 11: 'done' })
  expect(result.quanta[1]?.error?.message).toMatch(/took longer than 10 s/)
})

test('a task that ends its process names the exit code, in the log of the run too', async () => {
  const said: string[] = []
  const onEvent = (event: RunEvent): void => void (event.kind === 'log' && said.push(event.record.message))
  const result = await run({ faults: { 4: 'crash' }, onEvent })
  expect(states(result)).toEqual({ 4: 'failed', 5: 'done', 10: 'done', 11: 'done' })
  expect(result.quanta[0]?.error?.message).toMatch(/process ended with code 3/)
  expect(said).toContainEqual(
    expect.stringMatching(/^Quantum faulty .* ended: its process ended with code 3/),
  )
})

test('what one quantum leaves behind ends no other, its own messages are not ours, anything may be thrown', async () => {
  const said: string[] = []
  const onEvent = (event: RunEvent): void => void (event.kind === 'log' && said.push(event.record.message))
  const result = await run({ faults: { 4: 'late', 5: 'chat', 10: 'odd' }, onEvent })
  expect(states(result)).toEqual({ 4: 'done', 5: 'done', 10: 'failed', 11: 'done' })
  expect(result.quanta[2]?.error?.message).toBe('something was thrown that has no text')
  expect(said).toContain('{"a":1}')
})

test('a task that says repeating is useless sets exit code 20', async () => {
  const result = await run({ faults: { 4: 'repeat' } })
  expect(states(result), JSON.stringify(result.quanta, null, 1)).toEqual({
    4: 'failed',
    5: 'done',
    10: 'done',
    11: 'done',
  })
  expect(result.exitCode).toBe(20)
})

test('cancelling stops running quanta, which have not failed, starts no more and leaves the rest pending', async () => {
  const stop = new AbortController()
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'quantum' && event.state === 'done') stop.abort(new Error('Interrupted'))
  }
  const result = await run({ faults: { 4: 'slow', 10: 'slow', 11: 'slow' }, signal: stop.signal, onEvent })
  expect(result.state).toBe('cancelled')
  expect(states(result)).toMatchObject({ 4: 'cancelled', 5: 'done', 11: 'pending' })
})

import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Butler, FileStores } from '#butler'
import { defaultContext, type LogRecord, type LogRecords, makeLogger } from '#core'
import {
  inProcessExecutor,
  type PipelineTask,
  type QuantumExecutor,
  type QuantumGraph,
  reportRun,
  runPipeline,
  type RunEvent,
  type RunReport,
  type RunResult,
  TaskRegistry,
} from '#pipeline'
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
  /** Pairs of detectors, the first to be done before the second. */
  readonly order?: readonly (readonly [number, number])[]
}

/** What all runs have in common. */
async function common(butler: Butler, faults: Setting['faults'] = {}) {
  const { FaultyTask } = (await import(taskModule)) as { FaultyTask: PipelineTask }
  const config = Object.entries(faults).map(([d, f]) => `${d}: ${f}`)
  return {
    butler,
    tasks: new TaskRegistry().add(FaultyTask),
    host,
    pipelineText: `description: faults\ntasks:\n  faulty:\n    class: faulty.FaultyTask\n    config: {faults: {${config.join(', ')}}}\n`,
    input: ['HSC/raw/all'],
    output: 'u/t/faults',
    registerDatasetTypes: true,
  }
}

/** Detectors 4, 5, 10 and 11 of one exposure in two workers. */
async function run({
  faults,
  timeoutSec,
  signal,
  onEvent,
  order = [],
}: Setting): Promise<RunResult & { logs: Logs; report: RunReport }> {
  const butler = await openNodeButler(master.copy().root, { writeable: true })
  const executor = workerExecutor({
    slots: 2,
    repository: butler.root,
    entry,
    execArgv: ['--conditions=bundled'],
    taskModules: [taskModule],
    maxMemoryMb: 150,
  })
  const graphs: QuantumGraph[] = []
  try {
    const result = await runPipeline(
      {
        ...(await common(butler, faults)),
        where: "instrument='HSC' AND exposure=903334 AND detector IN (4, 5, 10, 11)",
        executor,
        order(graph) {
          graphs.push(graph)
          const ids = new Map([...graph].map((quantum) => [quantum.dataId['detector'], quantum.id]))
          return order.map(([before, after]) => [ids.get(before) ?? '', ids.get(after) ?? ''] as const)
        },
        ...(timeoutSec !== undefined && { timeoutSec }),
        ...(onEvent && { onEvent }),
      },
      defaultContext(signal ? { signal } : {}),
    )
    const report = await reportRun(butler, graphs, { readLogs: true, readCaveats: false })
    return { ...result, logs: await logsOf(butler, result.run), report }
  } finally {
    await executor.close()
    await butler.close()
  }
}

/** The last record of each stored log, by detector. */
type Logs = Readonly<Record<string, string>>

async function logsOf(butler: Butler, run: string): Promise<Logs> {
  const refs = await butler.queryDatasets('faulty_log', { collections: run, limit: null, explain: false })
  const last = refs.map(async (ref) => {
    const records = await butler.get<readonly LogRecord[]>(ref)
    return [String(ref.dataId['detector']), records.at(-1)?.message ?? ''] as const
  })
  return Object.fromEntries(await Promise.all(last))
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
  expect([result.logs[4], result.logs[10]]).toEqual([messages[0], messages[2]])
  expect(result.exitCode).toBe(1)
})

// Buffers are no part of the heap that V8 limits. The others, which run before or after in the same process, are within the limit.
test('buffers beyond the memory of a quantum end it, by the name of the limit, and the run goes on', {
  timeout: 180_000,
}, async () => {
  const result = await run({ faults: { 5: 'buffers' } })
  expect(states(result)).toEqual({ 4: 'done', 5: 'failed', 10: 'done', 11: 'done' })
  expect(result.quanta[1]?.error?.message).toMatch(/ended: it ran out of memory: it may have 150 MB\.$/)
  expect(result.logs[5]).toMatch(/ran out of memory/)
})

// Both processes have run another before, which left 100 of the 150 MB in them; 5 needs 100 itself, 11 more than it may have at all.
test('memory that others left in a process is not held against a quantum: it is run again in a fresh one, once', {
  timeout: 60_000,
}, async () => {
  const said: string[] = []
  const onEvent = (event: RunEvent): void => void (event.kind === 'log' && said.push(event.record.message))
  const order = [4, 10].flatMap((before) => [[before, 5] as const, [before, 11] as const])
  const result = await run({ faults: { 4: 'leave', 10: 'leave', 5: 'take', 11: 'buffers' }, order, onEvent })
  expect(states(result), said.join('\n')).toEqual({ 4: 'done', 5: 'done', 10: 'done', 11: 'failed' })
  const again = said.filter((text) => text.endsWith('it is run again in a process of its own.'))
  const limit = 'ended: it ran out of memory: it may have 150 MB. Others had run in that process before it'
  for (const detector of [5, 11])
    expect(again.filter((text) => text.includes(`detector: ${detector},`))).toEqual([
      expect.stringContaining(limit),
    ])
  expect(again).toHaveLength(2)
  const [failed] = result.report.tasks.flatMap(({ failures }) => failures)
  expect([failed?.values['detector'], failed?.message]).toEqual([
    11,
    expect.stringMatching(/^Quantum faulty .* ended: it ran out of memory: it may have 150 MB\.$/),
  ])
})

// The limit is long enough for the others of a busy machine, whose time counts from when their process is ready.
test('an endless loop ends at the time limit, and the run goes on', { timeout: 180_000 }, async () => {
  const result = await run({ faults: { 5: 'loop' }, timeoutSec: 10 })
  expect(states(result)).toEqual({ 4: 'done', 5: 'failed', 10: 'done', 11: 'done' })
  expect(result.quanta[1]?.error).toMatchObject({
    name: 'TimeoutError',
    message: expect.stringMatching(/took longer than 10 s/) as unknown,
  })
  expect(result.logs[5]).toMatch(/took longer than 10 s/)
})

test('a task that ends its process names the exit code, in the log of the run too; a timer left behind ends no other', async () => {
  const said: string[] = []
  const onEvent = (event: RunEvent): void => void (event.kind === 'log' && said.push(event.record.message))
  const result = await run({ faults: { 4: 'crash', 5: 'late', 10: 'pause', 11: 'pause' }, onEvent })
  expect(states(result)).toEqual({ 4: 'failed', 5: 'done', 10: 'done', 11: 'done' })
  expect(result.quanta[0]?.error?.message).toMatch(/process ended with code 3/)
  expect(result.logs[4]).toMatch(/process ended with code 3/)
  expect(said).toContainEqual(
    expect.stringMatching(/^Quantum faulty .* ended: its process ended with code 3/),
  )
  expect(said).toContainEqual(
    expect.stringMatching(
      /^Quantum faulty .*detector: 1[01].* ended: .* it is run again in a process of its own\.$/,
    ),
  )
})

test('messages of a task are not ours, anything may be thrown and logged', async () => {
  const said: string[] = []
  const onEvent = (event: RunEvent): void => void (event.kind === 'log' && said.push(event.record.message))
  const result = await run({ faults: { 5: 'chat', 10: 'odd', 11: 'nothing' }, onEvent })
  expect(states(result)).toEqual({ 4: 'done', 5: 'done', 10: 'failed', 11: 'failed' })
  expect(result.quanta[2]?.error?.message).toBe('something was thrown that has no text')
  expect(result.logs[10]).toMatch(/something was thrown that has no text/)
  expect(said).toContain('{"a":1}')
  expect(said).toContain('1 of a kind')
  expect(result.quanta[3]?.error?.message).toBe("The run of task 'faulty' gave null, no object of outputs.")
})

test('a process that a task leaves behind holds neither its quantum nor the run', {
  timeout: 30_000,
}, async () => {
  const left: number[] = []
  const onEvent = (event: RunEvent): void => {
    const pid = event.kind === 'log' ? /^left behind: (\d+)$/.exec(event.record.message)?.[1] : undefined
    if (pid !== undefined) left.push(Number(pid))
  }
  onTestFinished(() => {
    for (const pid of left) process.kill(pid)
  })
  const order = [
    [10, 4],
    [11, 4],
    [4, 5],
  ] as const
  const result = await run({ faults: { 4: 'orphan', 5: 'child', 10: 'child' }, order, onEvent })
  expect(states(result)).toEqual({ 4: 'failed', 5: 'done', 10: 'done', 11: 'done' })
  expect(result.quanta[0]?.error?.message).toMatch(/process ended with code 4/)
  // Both are still there: `onTestFinished` throws where one is not.
  expect(left.length).toBeGreaterThanOrEqual(2)
})

test('a task that says repeating is useless sets exit code 20; a process that ends idle is not used again', async () => {
  const order = [
    [4, 10],
    [4, 11],
  ] as const
  const result = await run({ faults: { 4: 'repeat', 5: 'late' }, order })
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

test('two runs that make the same dataset: the second fails, and the files are those of the first', async () => {
  const { root } = master.copy()
  const said: string[] = []
  const extend = async (detector: number, extendRun: boolean, between = () => Promise.resolve()) => {
    const butler = await openNodeButler(root, { writeable: true })
    const inner = inProcessExecutor(new FileStores(butler.repository.datastore.fileStores))
    const executor: QuantumExecutor = {
      ...inner,
      async run(job, hooks) {
        const outcome = await inner.run(job, hooks)
        await between()
        return outcome
      },
    }
    try {
      return await runPipeline(
        {
          ...(await common(butler)),
          where: `instrument='HSC' AND exposure=903334 AND detector=${detector}`,
          executor,
          extendRun,
        },
        defaultContext({ log: makeLogger('', ({ message }) => void said.push(message)) }),
      )
    } finally {
      await butler.close()
    }
  }
  await extend(4, false)
  const second = await extend(5, true, async () => {
    expect((await extend(5, true)).state).toBe('done')
  })
  expect(second.state).toBe('failed')
  expect(said.join('\n')).toMatch(/Quantum faulty .*detector.*5.*: /)
  const butler = await openNodeButler(root)
  const stored = await butler.queryAllDatasets({ name: 'faulty*', collections: second.run, limit: null })
  for (const ref of stored.filter(({ dataId }) => dataId['detector'] === 5)) {
    const [file] = await butler.repository.datastore.placed([ref.id])
    expect(file?.size).toBe(statSync(fileURLToPath(await butler.getUri(ref))).size)
    expect(JSON.stringify(await butler.get(ref))).not.toContain(second.quanta[0]?.id)
  }
  await butler.close()
  expect(readdirSync(root, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))).toEqual([])
})

test('a quantum that is tried again keeps what its attempts before had logged, also of a process that ended', async () => {
  const butler = await openNodeButler(master.copy().root, { writeable: true })
  const attempt = async (extendRun: boolean): Promise<string> => {
    const executor = workerExecutor({
      slots: 2,
      repository: butler.root,
      entry,
      execArgv: ['--conditions=bundled'],
      taskModules: [taskModule],
    })
    const where = "instrument='HSC' AND exposure=903334 AND detector IN (4, 5)"
    const options = { ...(await common(butler, { 4: 'odd', 5: 'crash' })), where, executor, extendRun }
    const { run: name } = await runPipeline({ ...options, clobberOutputs: extendRun }, defaultContext())
    await executor.close()
    return name
  }
  const name = await attempt(false)
  for (let i = 0; i < 2; i++) await attempt(true)
  for (const detector of [4, 5]) {
    const dataId = { instrument: 'HSC', exposure: 903334, detector }
    const log = await butler.get<LogRecords>('faulty_log', dataId, { collections: name })
    expect(log.extra?.['previous_attempts']).toEqual(
      Array(2).fill(
        expect.objectContaining({ exception: log.extra?.['exception'], logs: expect.anything() }),
      ),
    )
    expect(log.extra?.['exception']).toBeDefined()
  }
  await butler.close()
})

test('events never tell of more running quanta than there are processes', async () => {
  const running = new Set<string>()
  let most = 0
  const { state } = await run({
    faults: {},
    onEvent(event) {
      if (event.kind === 'quantum' && event.state === 'running') running.add(event.id)
      else if (event.kind === 'quantum' || event.kind === 'executed') running.delete(event.id)
      most = Math.max(most, running.size)
    },
  })
  expect(state).toBe('done')
  expect(most).toBe(2)
})

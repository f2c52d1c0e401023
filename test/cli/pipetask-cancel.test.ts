import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runPipetask } from '#cli'
import { defineConfig } from '#config'
import { definePipelineTask, input, output, TaskRegistry, valueType } from '#pipeline'
import { openNodeButler } from '#platform/node'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'

let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

test('Ctrl-C ends the run with code 130 and leaves nothing of the interrupted quantum', async () => {
  const { root, work } = master.copy()
  const stop = new AbortController()
  let ran = 0
  const ied = ['instrument', 'exposure', 'detector']
  const plain = {
    storageClass: 'StructuredDataDict',
    dimensions: ied,
    value: valueType<Readonly<Record<string, unknown>>>(),
  }
  const task = definePipelineTask({
    className: 'demo.Task',
    defaultName: 'demo',
    dimensions: ied,
    config: defineConfig({ name: 'demo.Config', fields: {} }),
    connections: {
      raw: input({ ...plain, name: 'raw', doc: 'raw' }),
      out: output({ ...plain, name: 'demoOut', doc: 'out' }),
    },
    run({ raw }) {
      ran++
      if (ran === 2) stop.abort(new Error('Interrupted'))
      return { out: { ...raw } }
    },
  })
  const io = (signal: AbortSignal) => ({
    out: () => undefined,
    err: () => undefined,
    env: () => undefined,
    cwd: work,
    columns: undefined,
    confirm: () => Promise.resolve(false),
    signal,
    tasks: new TaskRegistry().add(task),
    commandLine: 'pipetask',
  })
  const where = "instrument='HSC' AND exposure=903334 AND detector IN (4, 5, 10)"
  const argv = ['run', '-b', root, '-t', 'demo.Task', '-o', 'u/stop', '-d', where, '--register-dataset-types']
  expect(await runPipetask([...argv, '-i', 'HSC/raw/all'], io(stop.signal))).toBe(130)
  const count = async (type: string): Promise<number> => {
    const butler = await openNodeButler(root)
    const refs = await butler.queryDatasets(type, { collections: 'u/stop', limit: null, explain: false })
    await butler.close()
    return refs.length
  }
  expect([await count('demoOut'), await count('demo_metadata'), await count('demo_log')]).toEqual([1, 1, 1])

  const again = [...argv, '--extend-run', '--skip-existing']
  expect(await runPipetask(again, io(new AbortController().signal))).toBe(0)
  expect([await count('demoOut'), await count('demo_metadata'), await count('demo_log')]).toEqual([3, 3, 3])
})

interface Stopped {
  readonly code: number | null
  readonly said: string
  /** From the last signal to the end of the process. */
  readonly tookMs: number
}

/** `pipetask run -j1` in a process without a terminal, with a task that never looks up; Ctrl-C once it runs. */
function interrupted(root: string, file: string, signals: number): Promise<Stopped> {
  const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
  const where = "instrument='HSC' AND exposure=903334 AND detector IN (4, 5, 10)"
  const args = ['run', '-b', root, '-p', file, '-i', 'HSC/raw/all', '-o', 'u/stop', '-d', where]
  const child = spawn(path('../../dist/bin/pipetask.js'), [...args, '--register-dataset-types'], {
    env: { ...process.env, FIRSTLIGHT_TASK_MODULES: path('../support/faulty-tasks.mjs') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  let asked = Number.NaN
  const interrupt = (): void => {
    asked = performance.now()
    child.kill('SIGINT')
  }
  child.stderr.on('data', (text: Buffer) => {
    const isFirst = !said.includes('never pauses')
    said += text.toString()
    if (isFirst && said.includes('never pauses')) interrupt()
    else if (signals > 1 && text.toString().includes('press Ctrl-C again')) interrupt()
  })
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, said, tookMs: performance.now() - asked })),
  )
}

test('Ctrl-C stops a task that never pauses, which has not failed, also without a terminal; a second one at once', {
  timeout: 60_000,
}, async () => {
  const { root, work } = master.copy()
  const file = join(work, 'loop.yaml')
  writeFileSync(
    file,
    'description: loop\ntasks:\n  faulty:\n    class: faulty.FaultyTask\n    config: {faults: {5: loop}}\n',
  )
  const once = await interrupted(root, file, 1)
  expect(once.code, once.said).toBe(130)
  expect(once.said).toMatch(/Executed 1 quanta successfully, 0 failed, 1 stopped and 1 remain out of total 3/)
  expect(once.said).not.toMatch(/ERROR/)
  expect(once.tookMs).toBeLessThan(3000)
  const twice = await interrupted(root, file, 2)
  expect(twice.code).toBe(130)
  expect(twice.said).not.toMatch(/Executed/)
})

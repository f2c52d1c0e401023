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

import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { WorkerInspector } from '../../kernel/debug/worker-inspector.ts'

test('an interrupt that outlives its thread’s inspector is sent nowhere', async () => {
  const script = new URL('../support/children/idle-worker.mjs', import.meta.url)
  const inspector = new WorkerInspector(script)
  const worker = new Worker(script)
  await inspector.ready()
  expect(await inspector.call('Runtime.evaluate', { expression: '6 * 7' })).toMatchObject({
    result: { value: 42 },
  })
  inspector.close()
  inspector.send('Runtime.terminateExecution')
  await expect(inspector.call('Runtime.evaluate', { expression: '1' })).rejects.toMatchObject({
    code: 'kernel/inspector',
  })
  await worker.terminate()
})

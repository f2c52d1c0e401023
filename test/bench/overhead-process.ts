import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { defaultContext } from '#core'
import { type PipelineTask, runPipeline, TaskRegistry } from '#pipeline'
import { createNodeButler, workerExecutor } from '#platform/node'

/** What a quantum costs besides its work: `overhead-process.ts QUANTA SLOTS` prints milliseconds a quantum. */
const [quanta = 1000, slots = 1] = process.argv.slice(2).map(Number)
const taskModule = fileURLToPath(new URL('../support/tiny-task.mjs', import.meta.url))
const { TinyTask } = (await import(taskModule)) as { TinyTask: PipelineTask }
const folder = mkdtempSync(join(tmpdir(), 'firstlight-overhead-'))
const butler = await createNodeButler(join(folder, 'repo'))
const instrument = 'Cam'
const detectors = Array.from({ length: quanta }, (_, id) => id)
await butler.registry.insertDimensionData('instrument', [
  {
    name: instrument,
    visit_max: 1,
    exposure_max: 1,
    detector_max: quanta,
    visit_system: 0,
    class_name: 'test.Cam',
  },
])
await butler.registry.insertDimensionData(
  'detector',
  detectors.map((id) => ({ instrument, id, full_name: `D${id}`, purpose: 'SCIENCE' })),
)
await butler.collections.register('in', 'RUN')
for (const name of 'abcde') {
  const dimensions = ['instrument', 'detector']
  await butler.registry.registerDatasetType({ name, dimensions, storageClass: 'StructuredDataDict' })
}
await butler.transaction(async (inside) => {
  for (const name of 'abcde')
    for (const detector of detectors)
      await inside.put({ value: detector }, name, { instrument, detector }, { run: 'in' })
})
const executor =
  slots === 0
    ? undefined
    : workerExecutor({
        slots,
        repository: butler.root,
        entry: new URL('../../dist/src/cli/pipetask/worker.js', import.meta.url),
        taskModules: [taskModule],
        startEarly: true,
      })
let started = 0
let cpu = process.cpuUsage()
const result = await runPipeline(
  {
    butler,
    tasks: new TaskRegistry().add(TinyTask),
    host: {
      env: () => undefined,
      exists: () => Promise.resolve(false),
      readText: (path) => Promise.reject(new Error(path)),
    },
    pipelineText: 'description: tiny\ntasks:\n  tiny: tiny.TinyTask\n',
    input: ['in'],
    output: 'out',
    registerDatasetTypes: true,
    ...(executor && { executor }),
    onEvent: (event) => {
      if (event.kind !== 'quantum' || event.state !== 'running' || started > 0) return
      started = performance.now()
      cpu = process.cpuUsage()
    },
  },
  defaultContext(),
)
const elapsed = performance.now() - started
const { user, system } = process.cpuUsage(cpu)
await executor?.close()
await butler.close()
rmSync(folder, { recursive: true })
const done = result.quanta.filter((q) => q.state === 'done').length
console.log(
  JSON.stringify({
    quanta: done,
    slots,
    msPerQuantum: elapsed / done,
    ownCpuMs: (user + system) / 1000 / done,
  }),
)

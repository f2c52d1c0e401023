import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { defaultContext } from '#core'
import { type PipelineTask, runPipeline, TaskRegistry } from '#pipeline'
import { createNodeButler, workerExecutor } from '#platform/node'

/**
 * What a quantum costs besides its work: `overhead-process.js WORKER FOLDER QUANTA SLOTS` makes a repository in a
 * folder, which stays, and prints milliseconds a quantum.
 */
const [worker = '', folder = '', ...numbers] = process.argv.slice(2)
const [quanta = 1000, slots = 1] = numbers.map(Number)
const taskModule = fileURLToPath(new URL('../support/tiny-task.mjs', import.meta.url))
const { TinyTask } = (await import(taskModule)) as { TinyTask: PipelineTask }
const butler = await createNodeButler(folder)
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
        entry: pathToFileURL(worker),
        execArgv: ['--conditions=bundled'],
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
const workersMs = cpuOfChildren()
await executor?.close()
await butler.close()
const done = result.quanta.filter((q) => q.state === 'done').length
console.log(
  JSON.stringify({
    quanta: done,
    slots,
    msPerQuantum: elapsed / done,
    ownCpuMs: (user + system) / 1000 / done,
    cpuMs: ((user + system) / 1000 + workersMs) / done,
  }),
)

/** Processor time of the processes that this one has started, where /proc tells; their start included. */
function cpuOfChildren(): number {
  if (!existsSync('/proc/self/stat')) return 0
  let ticks = 0
  for (const id of readdirSync('/proc')) {
    if (!/^\d+$/.test(id)) continue
    const fields = statOf(id)
    if (Number(fields[1]) === process.pid) ticks += Number(fields[11]) + Number(fields[12])
  }
  return 10 * ticks
}

function statOf(id: string): readonly string[] {
  try {
    return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  } catch {
    return []
  }
}

import { spawn } from 'node:child_process'
import { defineConfig, dictField } from '#config'
import { definePipelineTask, input, output, RepeatableQuantumError } from '#pipeline'

const ied = ['instrument', 'exposure', 'detector']
const plain = { storageClass: 'StructuredDataDict', dimensions: ied }

// A task module as users write them (`--task-module`), in plain JavaScript because worker threads of the tests load it as it is.
// It goes wrong in the way that its config gives for a detector: crash, abort, loop, memory, buffers, repeat, slow, pause, late (its process
// ends after it), leave (keeps memory in its process), take (needs as much for a while), chat (speaks on the channel of its process), odd (throws what has no text), nothing (gives null),
// child (leaves a process of its own behind that holds its channels), orphan (the same, and crashes).
const left = []
// 100 MB.
const LARGE = 12_500_000

export const FaultyTask = definePipelineTask({
  className: 'faulty.FaultyTask',
  defaultName: 'faulty',
  dimensions: ied,
  config: defineConfig({
    name: 'faulty.FaultyConfig',
    fields: { faults: dictField('int', 'str', { doc: 'detector -> fault', default: {} }) },
  }),
  connections: {
    raw: input({ ...plain, name: 'raw', doc: 'raw' }),
    out: output({ ...plain, name: 'faultyOut', doc: 'out' }),
  },
  async run({ raw }, { config, dataId, signal, log }) {
    const fault = config.faults.get(Number(dataId.detector))
    if (fault === 'loop') {
      log.info('This task never pauses.')
      await new Promise((resolve) => setTimeout(resolve, 20))
      for (;;);
    }
    if (fault === 'repeat' || fault === 'pause') await new Promise((resolve) => setTimeout(resolve, 2000))
    if (fault === 'repeat') throw new RepeatableQuantumError('no use to try again')
    if (fault === 'crash') {
      setTimeout(() => process.exit(3))
      await new Promise(() => {})
    }
    if (fault === 'abort') process.abort()
    if (fault === 'late') setTimeout(() => process.exit(9), 700)
    if (fault === 'chat') {
      process.send('hello')
      process.send({ kind: 'result', outcome: { junk: 1 } })
      log.info({ a: 1 })
    }
    if (fault === 'child' || fault === 'orphan') {
      log.info(`left behind: ${spawn('sleep', ['60'], { stdio: 'inherit' }).pid}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    if (fault === 'orphan') process.exit(4)
    if (fault === 'nothing') {
      log.info('%d of %s', 1, 'a kind')
      return null
    }
    if (fault === 'odd') throw Object.create(null)
    if (fault === 'buffers') {
      const kept = []
      while (kept.length < 6) kept.push(new Float64Array(50_000_000).fill(kept.length))
    }
    if (fault === 'leave') {
      left.push(new Float64Array(LARGE).fill(1))
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    if (fault === 'take') {
      const taken = new Float64Array(LARGE).fill(1)
      await new Promise((resolve) => setTimeout(resolve, 400))
      return { out: { ...raw, taken: taken.length } }
    }
    if (fault === 'memory') {
      const kept = []
      for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i + kept.length))
    }
    if (fault === 'slow')
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
      })
    return { out: { ...raw, ok: true } }
  },
})

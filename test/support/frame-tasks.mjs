import { defineConfig, dictField } from '#config'
import { definePipelineTask, input, output } from '#pipeline'

const ied = ['instrument', 'exposure', 'detector']
const plain = { storageClass: 'StructuredDataDict', dimensions: ied }

// Tasks of a real repository that read no pixels: the first fails or waits as its config says for a detector, the second needs it.
export const FirstTask = definePipelineTask({
  className: 'frames.FirstTask',
  defaultName: 'first',
  dimensions: ied,
  config: defineConfig({
    name: 'frames.FirstConfig',
    fields: { faults: dictField('int', 'str', { doc: 'detector -> fail or wait', default: {} }) },
  }),
  connections: {
    raw: input({ storageClass: 'Exposure', dimensions: ied, name: 'raw', doc: 'raw' }),
    out: output({ ...plain, name: 'firstOut', doc: 'out' }),
  },
  async runQuantum({ outputs, put }, { config, dataId, signal, log }) {
    const fault = config.faults.get(Number(dataId.detector))
    log.info(`Looking at detector ${dataId.detector}.`)
    if (fault === 'fail') throw new Error('the shutter was closed')
    if (fault === 'wait')
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
      })
    await put({ ok: true }, outputs.out[0])
  },
  run: () => ({}),
})

export const SecondTask = definePipelineTask({
  className: 'frames.SecondTask',
  defaultName: 'second',
  dimensions: ied,
  config: defineConfig({ name: 'frames.SecondConfig', fields: {} }),
  connections: {
    first: input({ ...plain, name: 'firstOut', doc: 'in' }),
    out: output({ ...plain, name: 'secondOut', doc: 'out' }),
  },
  run: ({ first }) => ({ out: first }),
})

import { defineConfig } from '#config'
import { definePipelineTask, input, output } from '#pipeline'

const plain = { storageClass: 'StructuredDataDict', dimensions: ['instrument', 'detector'], doc: 'plain data' }

/** Reads five small datasets and writes one: what is left is the cost of a quantum. */
export const TinyTask = definePipelineTask({
  className: 'tiny.TinyTask',
  defaultName: 'tiny',
  dimensions: ['instrument', 'detector'],
  config: defineConfig({ name: 'tiny.TinyConfig', fields: {} }),
  connections: {
    a: input({ ...plain, name: 'a' }),
    b: input({ ...plain, name: 'b' }),
    c: input({ ...plain, name: 'c' }),
    d: input({ ...plain, name: 'd' }),
    e: input({ ...plain, name: 'e' }),
    sum: output({ ...plain, name: 'sum' }),
  },
  run: ({ a, b, c, d, e }, { log }) => {
    log.info('Adding five numbers.')
    return { sum: { value: a.value + b.value + c.value + d.value + e.value } }
  },
})

import { defineConfig } from '#config'
import { definePipelineTask, input, output } from '#pipeline'

const ied = ['instrument', 'exposure', 'detector']
const plain = { storageClass: 'StructuredDataDict', doc: 'plain data' }
const pause = () => new Promise((resolve) => setTimeout(resolve, 15))
const noFields = (name) => defineConfig({ name, fields: {} })

/** Three tasks in a row with outputs that depend on nothing but the data: raw → half → whole, and all wholes of an exposure → total. */
export const HalfTask = definePipelineTask({
  className: 'chain.HalfTask',
  defaultName: 'half',
  dimensions: ied,
  config: noFields('chain.HalfConfig'),
  connections: {
    raw: input({ ...plain, name: 'raw', dimensions: ied }),
    half: output({ ...plain, name: 'chainHalf', dimensions: ied }),
  },
  async run({ raw }, { dataId, timed }) {
    await timed('pause', pause)
    return { half: { ...raw, half: Number(dataId.detector) / 2 } }
  },
})

export const WholeTask = definePipelineTask({
  className: 'chain.WholeTask',
  defaultName: 'whole',
  dimensions: ied,
  config: noFields('chain.WholeConfig'),
  connections: {
    half: input({ ...plain, name: 'chainHalf', dimensions: ied }),
    whole: output({ ...plain, name: 'chainWhole', dimensions: ied }),
  },
  async run({ half }) {
    await pause()
    return { whole: { whole: 2 * half.half } }
  },
})

export const TotalTask = definePipelineTask({
  className: 'chain.TotalTask',
  defaultName: 'total',
  dimensions: ['instrument', 'exposure'],
  config: noFields('chain.TotalConfig'),
  connections: {
    wholes: input({ ...plain, name: 'chainWhole', dimensions: ied, multiple: true }),
    total: output({ ...plain, name: 'chainTotal', dimensions: ['instrument', 'exposure'] }),
  },
  run: ({ wholes }) => ({ total: { total: wholes.reduce((sum, { whole }) => sum + whole, 0) } }),
})

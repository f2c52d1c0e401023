import { defineConfig, field } from '#config'
import { definePipelineTask, input, output } from '#pipeline'

const dimensions = ['instrument', 'exposure', 'detector']

// A task of a user's own for pipeline cells: notes the raw's size, or fails when its config says so.
export const SizeTask = definePipelineTask({
  className: 'own.SizeTask',
  defaultName: 'size',
  dimensions,
  config: defineConfig({
    name: 'own.SizeConfig',
    fields: {
      fails: field('bool', { doc: 'throw instead', default: false }),
      stallMs: field('float', { doc: 'time that the graph takes, without a pause', default: 0 }),
      waitSec: field('float', { doc: 'wait before', default: 0 }),
    },
  }),
  connections: {
    raw: input({ storageClass: 'Exposure', dimensions, name: 'raw', doc: 'raw' }),
    size: output({ storageClass: 'StructuredDataDict', dimensions, name: 'ownSize', doc: 'size' }),
  },
  adjustQuantum(_inputs, _outputs, { config }) {
    if (config.stallMs > 0) console.log('stalled')
    for (const end = Date.now() + config.stallMs; Date.now() < end; );
    return undefined
  },
  async run({ raw }, { config, log }) {
    if (config.waitSec > 0) await new Promise((resolve) => setTimeout(resolve, 1000 * config.waitSec))
    if (config.fails) throw new RangeError('no size today')
    const { width, height } = raw.maskedImage.image
    log.info(`${width} by ${height}`)
    return { size: { width, height } }
  },
})

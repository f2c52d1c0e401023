import { configurableField, defineConfig, field, listField } from '#config'
import {
  buildPipelineGraph,
  definePipelineTask,
  defineTask,
  input,
  output,
  parsePipeline,
  prerequisiteInput,
  TaskRegistry,
  valueType,
} from '#pipeline'
import { expect, expectTypeOf, test } from 'vitest'
import type { DeferredDataset } from '#butler'

const MeasureConfig = defineConfig({
  name: 'demo.MeasureConfig',
  fields: { threshold: field('float', { default: 5, doc: 'Sigma' }) },
})
const Measure = defineTask({
  className: 'demo.Measure',
  defaultName: 'measure',
  config: MeasureConfig,
  make: (ctx) => ({ run: (n: number) => n > ctx.config.threshold }),
})
const DemoConfig = defineConfig({
  name: 'demo.DemoConfig',
  fields: {
    doDark: field('bool', { default: true, doc: 'Subtract the dark?' }),
    gain: field('float', { default: null, optional: true, doc: 'Gain' }),
    planes: listField('str', { default: ['SAT'], doc: 'Planes' }),
    measurement: configurableField(Measure, { doc: 'subtask' }),
  },
})

test('config properties and run inputs have the types their declarations say', () => {
  const task = definePipelineTask({
    className: 'demo.DemoTask',
    defaultName: 'demo',
    dimensions: ['instrument', 'visit'],
    config: DemoConfig,
    connections: {
      one: input({ name: 'one', storageClass: 'int', dimensions: ['instrument'], doc: 'one' }),
      many: input({
        name: 'many',
        storageClass: 'float',
        dimensions: ['instrument'],
        doc: 'many',
        multiple: true,
        deferLoad: true,
      }),
      maybe: prerequisiteInput({
        name: 'maybe',
        storageClass: 'str',
        dimensions: ['instrument'],
        doc: 'maybe',
        minimum: 0,
      }),
      own: input({
        name: 'own',
        storageClass: 'Own',
        dimensions: [],
        doc: 'own',
        value: valueType<{ a: number }>(),
      }),
      out: output({ name: 'out', storageClass: 'int', dimensions: ['instrument'], doc: 'out' }),
      extra: output({
        name: 'extra',
        storageClass: 'int',
        dimensions: ['instrument'],
        doc: 'extra',
        optional: true,
      }),
    },
    run: (inputs, ctx) => {
      expectTypeOf(inputs.one).toEqualTypeOf<number>()
      expectTypeOf(inputs.many).toEqualTypeOf<readonly DeferredDataset<number>[]>()
      expectTypeOf(inputs.maybe).toEqualTypeOf<string | undefined>()
      expectTypeOf(inputs.own).toEqualTypeOf<{ a: number }>()
      expectTypeOf(ctx.config.doDark).toEqualTypeOf<boolean>()
      expectTypeOf(ctx.config.gain).toEqualTypeOf<number | null>()
      expectTypeOf(ctx.config.planes).toEqualTypeOf<readonly string[]>()
      expectTypeOf(ctx.subtask('measurement').run).toEqualTypeOf<(n: number) => boolean>()
      return { out: inputs.one }
    },
  })
  expect(Object.keys(task.config.fields)).toEqual([
    'saveLogOutput',
    'doDark',
    'gain',
    'planes',
    'measurement',
    'connections',
  ])
})

test('deprecated fields, templates and connections warn when used; a connection bound later is no edge', async () => {
  const task = definePipelineTask({
    className: 'demo.OldTask',
    defaultName: 'old',
    dimensions: ['instrument'],
    defaultTemplates: { kind: 'a' },
    deprecatedTemplates: { kind: 'one kind is left' },
    config: defineConfig({
      name: 'demo.OldConfig',
      fields: { size: field('int', { default: 1, doc: 'Size', deprecated: 'it is measured now' }) },
    }),
    connections: {
      later: input({
        name: 'made',
        storageClass: 'int',
        dimensions: ['instrument'],
        doc: 'of another quantum',
        deferBinding: true,
      }),
      old: input({
        name: 'old_{kind}',
        storageClass: 'int',
        dimensions: ['instrument'],
        doc: 'old',
        deprecated: 'gone soon',
      }),
      made: output({ name: 'made', storageClass: 'int', dimensions: ['instrument'], doc: 'made' }),
    },
    run: () => ({ made: 1 }),
  })
  const text = `description: d
tasks:
  old:
    class: demo.OldTask
    config: {size: 2, connections.kind: b}
`
  const host = {
    readText: () => Promise.reject(new Error('no files')),
    exists: () => Promise.resolve(false),
    env: () => undefined,
  }
  const pipeline = await parsePipeline(text, { file: 'p.yaml', host })
  const { tasks } = await buildPipelineGraph(pipeline, { tasks: new TaskRegistry().add(task), host })
  expect(tasks[0]?.inputs.map((edge) => edge.datasetType)).toEqual(['old_b'])
  expect(tasks[0]?.warnings).toEqual([
    'Config field demo.OldConfig.size is deprecated: it is measured now (set by p.yaml:5)',
    'Config field lsst.pipe.base.config.Connections.connections.kind is deprecated: one kind is left (set by p.yaml:5)',
    'Connection old with datasetType old_{kind} (from demo.OldTask): gone soon',
  ])
})

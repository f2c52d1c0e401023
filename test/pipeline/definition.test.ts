import { expect, test } from 'vitest'
import { fieldsOf, PyFloat } from '#config'
import { FirstlightError } from '#core'
import {
  buildPipelineGraph,
  openPipeline,
  parsePipeline,
  type Pipeline,
  type PipelineEdit,
  selectFragment,
  selectTasks,
  type TaskNode,
} from '#pipeline'
import { tasks } from '../support/fl-tasks.ts'

const FRAME = `description: frame
tasks:
  isr: fl_tasks.IsrTask
  characterizeImage: fl_tasks.CharTask
  calibrate: fl_tasks.CalibrateTask
`
const SUBSETS = 'subsets: {first: [isr]}\n'
const host = {
  env: () => undefined,
  exists: (path: string) => Promise.resolve(path === 'frame.yaml'),
  readText: (path: string) =>
    Promise.resolve(path === 'gain.py' ? 'config.gain = parameters.gain\n' : `${FRAME}${SUBSETS}`),
}
const labels = async (text: string): Promise<readonly string[]> => {
  const options = { tasks, host }
  const pipeline = await parsePipeline(text, {
    file: 'p.yaml',
    host,
    selectRange: (part, range) => selectFragment(part, range, options),
  })
  return (await buildPipelineGraph(pipeline, options)).tasks.map(({ label }) => label)
}
const importing = (more: string): string => `description: x\nimports:\n  - ${more}\n`
const withSteps = (steps: string): string =>
  `${FRAME}subsets: {all: [isr, characterizeImage, calibrate]}\nsteps: ${steps}\n`

test('an import may name a range of labels', async () => {
  expect(await labels(importing('frame.yaml#..characterizeImage'))).toEqual(['isr', 'characterizeImage'])
  expect(await labels(importing('frame.yaml#isr'))).toEqual(['isr'])
})

test('scalars are what PyYAML takes them for', async () => {
  const pipeline = await parsePipeline(
    'description: x\ntasks: {y: {class: a.B, config: {bands: {y: [y, N]}, is: yes, not: no, f: 1.0, i: 0x10, o: 017, t: 1e3, d: 2020-01-01}}}\n',
    { host },
  )
  expect([...(pipeline.tasks.get('y')?.configs[0]?.values ?? [])]).toEqual([
    ['bands', new Map([['y', ['y', 'N']]])],
    ['is', true],
    ['not', false],
    ['f', new PyFloat(1)],
    ['i', 16],
    ['o', 15],
    ['t', '1e3'],
    ['d', '2020-01-01'],
  ])
})

test.each([
  [
    'a label twice by renaming',
    importing('{location: frame.yaml, rename: {isr: calibrate}}'),
    /^p\.yaml:3:\d+: 'isr' cannot be renamed to 'calibrate'/,
  ],
  ['an unknown label of an import', importing('frame.yaml#nope'), /^p\.yaml:3:\d+: .*extra labels: 'nope'/],
  ['a step with an unknown dimension', withSteps('[{label: all, dimensions: [visitt]}]'), /visitt/],
  [
    'a step given twice',
    withSteps('[{label: all, dimensions: []}, {label: all, dimensions: []}]'),
    /^p\.yaml:7:\d+: the step 'all' is declared twice/,
  ],
  [
    'a step that is no subset',
    withSteps('[{label: isr, dimensions: []}]'),
    /^p\.yaml:7:9: the step 'isr' is not a subset/,
  ],
  ['a step without dimensions', withSteps('[{label: all}]'), /^p\.yaml:7:\d+: the step 'all' has no dim/],
  [
    'an unknown key of a step',
    withSteps('[{label: all, dimensions: [], foo: 3}]'),
    /^p\.yaml:7:\d+: 'foo' is not a key of a step/,
  ],
  ['steps that are no list', withSteps('{label: all, dimensions: []}'), /^p\.yaml:7:8: steps are a list/],
  [
    'a range that begins with a subset',
    `description: x\nimports: ["frame.yaml#first..calibrate"]\n`,
    /^p\.yaml:2:\d+: .*first is a subset/,
  ],
  ['<< of a text', `${FRAME}  more: {class: a.B, config: {<<: x}}\n`, /^p\.yaml:6:\d+: << takes a mapping/],
  [
    'a second document in the file',
    `${FRAME}---\ndescription: y\ntasks: {two: fl_tasks.IsrTask}\n`,
    /^p\.yaml:\d+:\d+: a second document/,
  ],
  [
    'a subset that is no list',
    `${FRAME}subsets: {s: isr}\n`,
    /^p\.yaml:6:14: the members of subset 's' must be a list/,
  ],
  [
    'a subset whose members are no list',
    `${FRAME}subsets: {s: {subset: isr}}\n`,
    /^p\.yaml:6:23: the members of subset 's' must be a list/,
  ],
  ...['task', 'subset', 'import', 'inherits', 'step', 'contract', 'parameter'].map(
    (key): [string, string, RegExp] => [
      `a top level '${key}'`,
      `${FRAME}${key}: {}\n`,
      new RegExp(`^p\\.yaml:6:1: the top level key should be '\\w+s' and not '${key}'`),
    ],
  ),
  [
    'a subset with the name of a task',
    `${FRAME}subsets: {isr: [calibrate]}\n`,
    /^p\.yaml:6:16: the subset 'isr' has the name of a task/,
  ],
  [
    'a subset with the name of an imported task',
    `${importing('frame.yaml')}subsets: {isr: [calibrate]}\n`,
    /^p\.yaml:4:16: the subset 'isr' has the name of a task/,
  ],
  [
    'an integer that would be another',
    'description: x\ntasks:\n  isr: {class: fl_tasks.IsrTask, config: {i: 99999999999999999999}}\n',
    /^p\.yaml:3:\d+: 99999999999999999999 is too large/,
  ],
  ['an alias of nothing', 'description: x\ntasks: {isr: *nope}\n', /^p\.yaml:2:\d+: .*nope/],
])('%s is refused', async (_, text, message) => {
  await expect(labels(text)).rejects.toThrow(message)
})

const configured = async (text: string, ...edits: readonly PipelineEdit[]): Promise<readonly TaskNode[]> => {
  const { graph } = await openPipeline({ pipelineText: text, pipelineName: 'p.yaml', edits }, { tasks, host })
  return (await graph()).tasks
}
const isrGain = async (text: string, ...edits: readonly PipelineEdit[]): Promise<unknown> =>
  fieldsOf((await configured(text, ...edits)).find((t) => t.label === 'isr')!.config).find(
    (f) => f.name === 'gain',
  )?.value

test('parameters are known in config files and set by -c', async () => {
  const text = `${FRAME}parameters: {gain: 2.5}\n`
  const file = { configFile: 'isr:gain.py' }
  expect(await isrGain(text, file)).toBe(2.5)
  expect(await isrGain(text, { config: 'parameters:gain=4' }, { config: 'isr:gain=parameters.gain' })).toBe(4)
  await expect(isrGain(text, { configFile: 'parameters:gain.py' })).rejects.toThrow('cannot be set by a file')
})

test('<< takes what another mapping has, and own keys go before', async () => {
  const gain = (block: string): Promise<unknown> =>
    isrGain(
      `description: x\na: &a {gain: 2.0}\nb: &b {gain: 3.0, doDark: false}\ntasks:\n  isr: {class: fl_tasks.IsrTask, config: ${block}}\n`,
    )
  expect(await gain('{<<: *a}')).toBe(2)
  expect(await gain('{<<: [*b, *a]}')).toBe(3)
  expect(await gain('{gain: 5.0, <<: *a}')).toBe(5)
})

test('empty keys count as left out', async () => {
  const [task] = await configured(
    'description:\nimports: [{location: frame.yaml, include: , exclude: calibrate}]\ntasks: {isr: {class: fl_tasks.IsrTask, config: {python: }}}\nsubsets: {s: {subset: [isr, isr], description: }}\n',
  )
  expect(task?.label).toBe('isr')
})

test('imports may bring the same step twice, but not two of one label', async () => {
  const steps = (dimensions: string): string =>
    `subsets: {all: [isr, characterizeImage, calibrate]}\nsteps: [{label: all, dimensions: [${dimensions}]}]\n`
  const two = {
    ...host,
    exists: () => Promise.resolve(true),
    readText: () => Promise.resolve(FRAME + steps('visit')),
  }
  const own = (dimensions: string): Promise<Pipeline> =>
    parsePipeline(importing('frame.yaml') + steps(dimensions), { file: 'p.yaml', host: two })
  expect((await own('visit')).steps).toHaveLength(1)
  await expect(own('detector')).rejects.toThrow(
    /^p\.yaml:5:9: the step 'all' has dimensions detector here, and visit in frame\.yaml/,
  )
})

test('a required value set to None is told where it was set', async () => {
  await expect(configured(FRAME, { config: 'isr:gain=None' })).rejects.toThrow(
    /^-c isr:gain=None: task 'isr': Field 'gain' failed validation: Required value cannot be None$/,
  )
  await expect(
    configured('description: x\ntasks:\n  isr:\n    class: fl_tasks.IsrTask\n    config: {gain: null}\n'),
  ).rejects.toThrow(/^p\.yaml:5: task 'isr': Field 'gain'/)
})

test.each([
  ['<D:icExp', ['isr']],
  ['<=D:icExp', ['isr', 'characterizeImage']],
  ['>D:postISRCCD', ['characterizeImage', 'calibrate']],
  ['>=D:postISRCCD', ['isr', 'characterizeImage', 'calibrate']],
  ['isr_metadata', ['isr']],
  ['<=calibrate_log', ['isr', 'characterizeImage', 'calibrate']],
  ['>isr_metadata', []],
  ['~D:raw', ['isr', 'characterizeImage', 'calibrate']],
])('the expression %s selects what the real one does', async (expression, wanted) => {
  const graph = await buildPipelineGraph(await parsePipeline(FRAME, { host }), { tasks, host })
  expect([...selectTasks(graph, expression)]).toEqual(wanted)
})

test.each(['isr_config', '<isr_config', '>=isr_config'])(
  '%s is refused: no quantum makes it',
  async (expression) => {
    const graph = await buildPipelineGraph(await parsePipeline(FRAME, { host }), { tasks, host })
    expect(() => selectTasks(graph, expression)).toThrow('made before the first quantum')
  },
)

test.each([
  [
    'connections.outputExposure: "a{b}c"',
    /^p\.yaml:6:\d+: Task 'isr': the name 'a{b}c' wants a template 'b' that is not declared/,
  ],
  ['file: nope.py', /^p\.yaml:6:7: task 'isr': No such file: 'nope.py'/],
])('%s is told with file, line and column', async (line, message) => {
  const text = `description: x\ntasks:\n  isr:\n    class: fl_tasks.IsrTask\n    config:\n      ${line}\n`
  const none = {
    ...host,
    readText: (path: string) =>
      Promise.reject(new FirstlightError('files/not-found', `No such file: '${path}'.`)),
  }
  const pipeline = await parsePipeline(text, { file: 'p.yaml', host: none })
  await expect(buildPipelineGraph(pipeline, { tasks, host: none })).rejects.toThrow(message)
})

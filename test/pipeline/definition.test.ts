import { expect, test } from 'vitest'
import { PyFloat } from '#config'
import { buildPipelineGraph, parsePipeline, selectFragment } from '#pipeline'
import { tasks } from '../support/fl-tasks.ts'

const FRAME = `description: frame
tasks:
  isr: fl_tasks.IsrTask
  characterizeImage: fl_tasks.CharTask
  calibrate: fl_tasks.CalibrateTask
`
const host = {
  env: () => undefined,
  exists: (path: string) => Promise.resolve(path === 'frame.yaml'),
  readText: () => Promise.resolve(FRAME),
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

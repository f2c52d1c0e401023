import { expect, test } from 'vitest'
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
  ['an alias of nothing', 'description: x\ntasks: {isr: *nope}\n', /^p\.yaml:2:\d+: .*nope/],
])('%s is refused', async (_, text, message) => {
  await expect(labels(text)).rejects.toThrow(message)
})

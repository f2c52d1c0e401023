import type { Pipeline } from '../definition/pipeline.ts'
import { keepTasks, labelsOf } from '../definition/subset.ts'
import { pipelineError } from '../errors.ts'
import { buildPipelineGraph, type BuildGraphOptions } from './build-graph.ts'

/** Cut a pipeline to the labels after `#`: `isr,calibrate`, `step1`, `isr..calibrate`, `..calibrate`, `makeWarp..`. */
export async function selectFragment(
  pipeline: Pipeline,
  fragment: string | undefined,
  options: BuildGraphOptions,
): Promise<Pipeline> {
  if (fragment === undefined) return pipeline
  if (!fragment.includes('..')) return keepTasks(pipeline, labelsOf(pipeline, fragment.split(',')), 'DROP')
  const [from = '', to = '', ...more] = fragment.split('..')
  if (more.length > 0 || fragment.includes(','))
    throw pipelineError('bad-fragment', `Cannot read the label range '#${fragment}'.`, {
      hint: 'Write #first..last, #..last or #first.., or a list of labels #a,b.',
    })
  const ends = [from, to].filter((label) => label !== '')
  labelsOf(pipeline, ends)
  const subset = ends.find((label) => !pipeline.tasks.has(label))
  if (subset !== undefined)
    throw pipelineError('bad-fragment', `In the label range '#${fragment}', ${subset} is a subset.`, {
      hint: `A range goes from task to task; ${subset} is ${pipeline.subsets.get(subset)?.labels.join(', ')}.`,
    })
  const order = (await buildPipelineGraph({ ...pipeline, steps: [] }, options)).tasks.map((t) => t.label)
  const place = (label: string, otherwise: number): number =>
    label === '' ? otherwise : order.indexOf(label)
  const [first, last] = [place(from, 0), place(to, order.length - 1)]
  if (first > last)
    throw pipelineError('bad-fragment', `In the label range '#${fragment}', ${to} runs before ${from}.`, {
      hint: `Write #${to}..${from}.`,
    })
  return keepTasks(pipeline, new Set(order.slice(first, last + 1)), 'DROP')
}

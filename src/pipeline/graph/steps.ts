import type { DimensionUniverse } from '#butler'
import { isFirstlightError } from '#core'
import type { Pipeline, Place } from '../definition/pipeline.ts'
import { PipelineSyntaxError, pipelineError } from '../errors.ts'

/** Steps, when there are any, are subsets that together hold each task once. */
export function checkSteps({ steps, subsets, tasks }: Pipeline, universe: DimensionUniverse): void {
  if (steps.length === 0) return
  const seen = new Map<string, string>()
  for (const { label, dimensions, place } of steps) {
    atStep(place, () => universe.group(dimensions))
    const subset = subsets.get(label)
    if (subset === undefined) throw invalid(`Step '${label}' is not a subset of the pipeline.`)
    for (const task of subset.labels) {
      const other = seen.get(task)
      if (other !== undefined) throw invalid(`Task '${task}' is in step '${other}' and in step '${label}'.`)
      seen.set(task, label)
    }
  }
  const outside = [...tasks.keys()].filter((task) => !seen.has(task))
  if (outside.length > 0)
    throw invalid(`No step contains task(s) ${outside.map((t) => `'${t}'`).join(', ')}.`)
}

function atStep(place: Place, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!isFirstlightError(error)) throw error
    throw new PipelineSyntaxError(error.message, place, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
}

const invalid = (message: string): Error =>
  pipelineError('invalid-steps', message, {
    hint: 'Put each task into one subset that is a step, or leave the steps out with `importSteps: false`.',
  })

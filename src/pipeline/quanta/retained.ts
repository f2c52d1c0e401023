import { matchesAny } from '#butler'
import { type Logger } from '#core'
import { pipelineError } from '../errors.ts'
import type { OutputCheck } from './existing-outputs.ts'
import type { Candidates } from './skeleton.ts'

/** Patterns of dataset types that earlier runs kept; refused when nothing is skipped, warned of when they match nothing. */
export function checkRetained(
  retained: readonly string[],
  skipIn: readonly string[],
  known: Iterable<string>,
  log: Logger,
): void {
  if (skipIn.length === 0)
    throw pipelineError(
      'retained-alone',
      '--retained-dataset-types says nothing without --skip-existing-in.',
      {
        hint: 'Name the collections whose quanta are skipped, or leave it out.',
      },
    )
  const names = [...known]
  for (const pattern of retained)
    if (!names.some((name) => matchesAny(name, [pattern])))
      log.warn(`'${pattern}' of --retained-dataset-types matches no dataset type of the pipeline.`)
}

/**
 * Of quanta that were done before, run those again whose outputs somebody needs and nobody kept: from every quantum that is to be
 * run back along the datasets that were not retained.
 */
export function runAgain(
  skeleton: readonly Candidates[],
  checks: readonly OutputCheck[],
  retained: readonly string[],
): void {
  const makers = new Map<string, { readonly task: number; readonly quantumOf: Map<number, number> }>()
  skeleton.forEach(({ node, outputs }, task) =>
    node.outputs.forEach((edge, e) => {
      const quantumOf = new Map<number, number>()
      for (let q = 0; q < outputs[e]!.rows; q++) for (const c of outputs[e]!.row(q)) quantumOf.set(c, q)
      makers.set(edge.datasetType, { task, quantumOf })
    }),
  )
  for (let task = skeleton.length - 1; task >= 0; task--) {
    const { node, inputs, coordinates } = skeleton[task]!
    node.inputs.forEach((edge, e) => {
      const maker = makers.get(edge.datasetType)
      if (maker === undefined || matchesAny(edge.datasetType, retained)) return
      const { done } = checks[maker.task]!
      for (let q = 0; q < coordinates.length; q++) {
        if (checks[task]!.done[q] === 1) continue
        for (const c of inputs[e]!.row(q)) {
          const made = maker.quantumOf.get(c)
          if (made !== undefined) done[made] = 0
        }
      }
    })
  }
}

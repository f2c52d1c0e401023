import { didYouMean } from '#core'
import { pipelineError } from '../errors.ts'
import type { PipelineGraph } from '../graph/pipeline-graph.ts'
import type { QuantumGraph, TaskQuanta } from './quantum-graph.ts'

/** @throws FirstlightError `pipeline/unknown-label` */
export function requireLabels({ tasks }: PipelineGraph, labels: readonly string[]): void {
  const known = tasks.map(({ label }) => label)
  const unknown = labels.find((label) => !known.includes(label))
  if (unknown === undefined) return
  throw pipelineError(
    'unknown-label',
    `There are no tasks labeled '${unknown}' in the pipeline.${didYouMean(unknown, known)}`,
    { hint: `Its labels are ${known.join(', ')}.`, data: { label: unknown } },
  )
}

/**
 * The numbers of the quanta that stay when those of the task `source` from which no quantum of `anchor` can be reached are left out,
 * with everything that depends on them.
 */
export function anchored(graph: QuantumGraph, source: string, anchor: string): ReadonlySet<number> {
  const before = graph.predecessors()
  const [sources, anchors] = [source, anchor].map((label) => numbersOf(graph, label))
  const reaches = new Uint8Array(graph.size)
  for (let i = graph.size - 1; i >= 0; i--) {
    if (anchors!(i)) reaches[i] = 1
    if (reaches[i] === 1) for (const b of before[i]!) reaches[b] = 1
  }
  const kept = new Set<number>()
  for (let i = 0; i < graph.size; i++)
    if (!(sources!(i) && reaches[i] === 0) && before[i]!.every((b) => kept.has(b))) kept.add(i)
  return kept
}

function numbersOf({ tasks }: QuantumGraph, label: string): (i: number) => boolean {
  const own = tasks.find((task): task is TaskQuanta => task.node.label === label)
  if (own === undefined) return () => false
  return (i) => own.first <= i && i < own.first + own.coordinates.length
}

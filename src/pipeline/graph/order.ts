import { pipelineError } from '../errors.ts'
import type { DatasetTypeNode, TaskNode } from './pipeline-graph.ts'

/** Tasks in an order in which each comes after those it reads from; ties go by label. Throws when they go in a circle. */
export function sortTasks(
  tasks: readonly TaskNode[],
  datasetTypes: ReadonlyMap<string, DatasetTypeNode>,
): readonly TaskNode[] {
  const waiting = new Map(tasks.map((node) => [node.label, makersOf(node, datasetTypes)]))
  const byLabel = new Map(tasks.map((node) => [node.label, node]))
  const sorted: TaskNode[] = []
  const done = new Set<string>()
  while (waiting.size > 0) {
    const ready = [...waiting]
      .filter(([, makers]) => makers.every((m) => done.has(m)))
      .map(([label]) => label)
    const next = ready.sort()[0]
    if (next === undefined) throw circle(waiting, byLabel)
    waiting.delete(next)
    done.add(next)
    const node = byLabel.get(next)
    if (node !== undefined) sorted.push(node)
  }
  return sorted
}

const makersOf = (node: TaskNode, datasetTypes: ReadonlyMap<string, DatasetTypeNode>): readonly string[] =>
  [...node.inputs, ...node.initInputs]
    .map((edge) => datasetTypes.get(edge.datasetType)?.producer)
    .filter((label) => label !== undefined)

function circle(
  waiting: ReadonlyMap<string, readonly string[]>,
  tasks: ReadonlyMap<string, TaskNode>,
): Error {
  const path: string[] = []
  let label = [...waiting.keys()].find((l) => waiting.get(l)?.some((m) => waiting.has(m)))
  while (label !== undefined && !path.includes(label)) {
    path.push(label)
    label = waiting.get(label)?.find((m) => waiting.has(m))
  }
  const around = [...path.slice(path.indexOf(label ?? '')), label ?? ''].reverse()
  const steps = around.slice(1).map((to, i) => {
    const made = new Set(tasks.get(around[i] ?? '')?.outputs.map((e) => e.datasetType))
    const through = [...(tasks.get(to)?.inputs ?? [])]
      .filter((e) => made.has(e.datasetType))
      .map((e) => e.datasetType)
    return `${around[i]} → ${through.join(', ')} → ${to}`
  })
  return pipelineError('cycle', `Cycle detected while adding tasks: ${steps.join('; ')}.`, {
    hint: 'Give the output another name with connections.<output>.',
    data: { labels: around },
  })
}

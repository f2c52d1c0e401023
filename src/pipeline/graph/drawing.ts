import type { DimensionGroup } from '#butler'
import { type PipelineGraph, runEdges, taskPredecessors } from './pipeline-graph.ts'

/** A node of a drawing: a task, or dataset types that are made and read by the same tasks. */
export interface DrawnNode {
  readonly id: string
  readonly kind: 'task' | 'datasets'
  /** Several when alike nodes were put together. */
  readonly names: readonly string[]
  readonly dimensions: readonly string[]
  /** Class of a task, storage class of datasets. */
  readonly detail: string
}

export interface DrawnEdge {
  readonly from: string
  readonly to: string
  readonly prerequisite: boolean
}

export interface Drawing {
  /** Each after all that lead to it. */
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
}

/** Dimensions without those the others imply or require: `{instrument, visit, detector, …}` is `detector, visit`. */
export function shortDimensions(group: DimensionGroup): readonly string[] {
  const covered = new Set(
    group.names.flatMap((name) => {
      const { required, implied } = group.universe.get(name)
      return [...required.filter((r) => r !== name), ...implied]
    }),
  )
  return group.names.filter((name) => !covered.has(name))
}

/** Tasks and dataset types with the edges of quanta. */
export function drawGraph(graph: PipelineGraph): Drawing {
  const edges: DrawnEdge[] = []
  const nodes: DrawnNode[] = []
  const placed = new Set<string>()
  const datasets = groupAlike(graph)
  const place = (name: string): string => {
    const node = datasets.get(name) as DrawnNode
    if (!placed.has(node.id)) nodes.push(node)
    placed.add(node.id)
    return node.id
  }
  for (const task of graph.tasks) {
    const { ins, outs } = runEdges(task)
    const from = ins.map((edge) => ({ id: place(edge.datasetType), edge }))
    nodes.push({
      id: `T:${task.label}`,
      kind: 'task',
      names: [task.label],
      dimensions: shortDimensions(task.dimensions),
      detail: task.task.className,
    })
    for (const { id, edge } of from)
      edges.push({ from: id, to: `T:${task.label}`, prerequisite: edge.kind === 'prerequisite' })
    for (const edge of outs)
      edges.push({ from: `T:${task.label}`, to: place(edge.datasetType), prerequisite: false })
  }
  return { nodes, edges: unique(edges) }
}

/** Tasks only, an edge where one reads what the other makes. */
export function drawTasks(graph: PipelineGraph): Drawing {
  const before = taskPredecessors(graph)
  const nodes = graph.tasks.map(
    (task): DrawnNode => ({
      id: `T:${task.label}`,
      kind: 'task',
      names: [task.label],
      dimensions: shortDimensions(task.dimensions),
      detail: task.task.className,
    }),
  )
  const edges = [...before].flatMap(([to, makers]) =>
    makers
      .filter((m) => !makers.some((other) => other !== m && reaches(m, other, before)))
      .map((m) => ({ from: `T:${m}`, to: `T:${to}`, prerequisite: false })),
  )
  return { nodes, edges }
}

/** Does work of `from` end up, over others, in `to`? */
const reaches = (from: string, to: string, before: ReadonlyMap<string, readonly string[]>): boolean =>
  (before.get(to) ?? []).some((m) => m === from || reaches(from, m, before))

function groupAlike(graph: PipelineGraph): ReadonlyMap<string, DrawnNode> {
  const groups = new Map<string, string[]>()
  const shown = new Set(
    graph.tasks.flatMap((t) => [...runEdges(t).ins, ...runEdges(t).outs].map((e) => e.datasetType)),
  )
  for (const type of graph.datasetTypes.values()) {
    if (!shown.has(type.name)) continue
    const prerequisiteOf = graph.tasks
      .filter((t) => t.prerequisites.some((e) => e.datasetType === type.name))
      .map((t) => t.label)
    const alike = [
      type.dimensions.label,
      type.storageClass,
      type.producer,
      type.consumers,
      prerequisiteOf,
    ].join('|')
    groups.set(alike, [...(groups.get(alike) ?? []), type.name])
  }
  const byName = new Map<string, DrawnNode>()
  for (const names of groups.values()) {
    const type = graph.datasetTypes.get(names[0] ?? '')
    if (type === undefined) continue
    const node: DrawnNode = {
      id: `D:${names.join('+')}`,
      kind: 'datasets',
      names,
      dimensions: shortDimensions(type.dimensions),
      detail: type.storageClass ?? '<UNKNOWN>',
    }
    for (const name of names) byName.set(name, node)
  }
  return byName
}

const unique = (edges: readonly DrawnEdge[]): readonly DrawnEdge[] => [
  ...new Map(edges.map((e) => [`${e.from}\n${e.to}`, e])).values(),
]

import type { Edge, PipelineGraph, TaskNode } from '../graph/pipeline-graph.ts'

/** Tasks that share no dataset type but prerequisites have nothing to do with each other: each set is queried alone. */
export function independentPieces(graph: PipelineGraph): readonly (readonly TaskNode[])[] {
  const piece = new Map<string, TaskNode[]>()
  const byType = new Map<string, TaskNode[]>()
  for (const node of graph.tasks) {
    let own = [node]
    for (const { datasetType } of [...node.inputs, ...node.outputs] satisfies Edge[]) {
      const other = byType.get(datasetType)
      const joined = other === undefined ? undefined : piece.get(other[0]?.label ?? '')
      if (joined !== undefined && joined !== own) own = [...joined, ...own.filter((n) => !joined.includes(n))]
      for (const member of own) piece.set(member.label, own)
      byType.set(datasetType, [node])
    }
    for (const member of own) piece.set(member.label, own)
  }
  const order = new Map(graph.tasks.map((node, i) => [node.label, i]))
  const unique = new Set(graph.tasks.map((node) => piece.get(node.label) ?? [node]))
  return [...unique].map((nodes) =>
    nodes.toSorted((a, b) => (order.get(a.label) ?? 0) - (order.get(b.label) ?? 0)),
  )
}

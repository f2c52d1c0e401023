import type { PipelineGraph, TaskNode } from '../graph/pipeline-graph.ts'

/**
 * Sets of tasks of which none reads what another set makes: each is queried alone. To read the same data that were there before joins
 * nobody, or one task's constraints would limit the quanta of another.
 */
export function independentPieces(graph: PipelineGraph): readonly (readonly TaskNode[])[] {
  const makers = new Map<string, TaskNode>()
  for (const node of graph.tasks) for (const { datasetType } of node.outputs) makers.set(datasetType, node)
  const pieceOf = new Map<TaskNode, Set<TaskNode>>(graph.tasks.map((node) => [node, new Set([node])]))
  for (const node of graph.tasks)
    for (const { datasetType } of node.inputs) {
      const maker = makers.get(datasetType)
      const [own, other] = [pieceOf.get(node), maker && pieceOf.get(maker)]
      if (own === undefined || other === undefined || own === other) continue
      for (const member of other) {
        own.add(member)
        pieceOf.set(member, own)
      }
    }
  return [...new Set(pieceOf.values())].map((piece) => graph.tasks.filter((node) => piece.has(node)))
}

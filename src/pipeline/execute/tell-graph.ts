import type { RunListener } from '../events.ts'
import { taskPredecessors } from '../graph/pipeline-graph.ts'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'

/** Displays list so many quanta one by one; counts cover all. */
const MOST_TOLD = 10_000

/** Tell a display what is going to be run. */
export function tellGraph(graph: QuantumGraph, onEvent: RunListener | undefined): void {
  if (onEvent === undefined) return
  const after = taskPredecessors(graph.pipeline)
  onEvent({
    kind: 'graph',
    run: graph.header.run,
    tasks: graph.tasks.map(({ node, coordinates }) => ({
      label: node.label,
      className: node.task.className,
      dimensions: node.dimensions.required,
      after: after.get(node.label) ?? [],
      total: coordinates.length,
      config: node.config,
    })),
    quanta: Array.from({ length: Math.min(graph.size, MOST_TOLD) }, (_, i) => {
      const { id, label, dataId } = graph.quantum(i)
      return { id, label, dataId }
    }),
  })
}

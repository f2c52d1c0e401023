import { QuantumGraph, TaskMetadata } from '#pipeline'
import type { RecordNode } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { showMetadata } from './metadata-display.ts'
import { recordData } from './record.ts'
import { quantaText } from './text.ts'

/** Task metadata and quantum graphs. */
export function showPipelineThing(value: unknown): Promise<DisplayData> | undefined {
  if (value instanceof QuantumGraph) return Promise.resolve(showGraph(value))
  if (value instanceof TaskMetadata) return Promise.resolve(showMetadata(value.toStored()))
  return undefined
}

function showGraph(graph: QuantumGraph): DisplayData {
  const { run, inputs, where, time, user } = graph.header
  const facts = [
    { label: 'output run', value: run },
    { label: 'inputs', value: inputs.join(', ') },
    ...(where === undefined || where === '' ? [] : [{ label: 'where', value: where }]),
    { label: 'made', value: `${new Date(time).toISOString().slice(0, 19)} UTC by ${user}` },
  ]
  const { tasks, size } = graph
  const tree = tasks.map(({ node, first }, i): RecordNode => {
    const count = (tasks[i + 1]?.first ?? size) - first
    return {
      label: node.label,
      value: quantaText(count),
      note: node.dimensions.required.join(', '),
    }
  })
  return recordData({
    title: 'Quantum graph',
    subtitle: `${quantaText(size)} of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`,
    facts,
    tree,
  })
}

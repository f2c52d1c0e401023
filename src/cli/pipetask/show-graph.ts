import type { Butler, DatasetRef } from '#butler'
import { padTable } from './table.ts'
import { isFirstlightError } from '#core'
import type { Quantum, QuantumGraph } from '#pipeline'
import type { ShowItem } from './show.ts'

type Out = (text: string) => void

/** How many quanta each task of the pipeline has; those that are done already have none. */
export function countsTable(graph: QuantumGraph): string {
  const counts = new Map(graph.tasks.map(({ node, coordinates }) => [node.label, coordinates.length]))
  const rows = graph.pipeline.tasks.map(({ label }) => [String(counts.get(label) ?? 0), label])
  return padTable(['Quanta', 'Tasks'], rows, ['right', 'right'])
}

/** `QuantumGraph contains 14 quanta for 4 tasks`, also when one of the four has nothing left to do. */
export const countsLine = (graph: QuantumGraph): string => {
  if (graph.size === 0) return 'QuantumGraph contains no quanta.'
  const tasks = graph.pipeline.tasks.length
  return `QuantumGraph contains ${graph.size} quanta for ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`
}

/** `--show graph`, `workflow`, `uri`. */
export async function showGraph(
  items: readonly ShowItem[],
  graph: QuantumGraph,
  butler: Butler,
  out: Out,
): Promise<void> {
  for (const { item } of items) {
    if (item === 'graph') listQuanta(graph, out)
    if (item === 'workflow') listWorkflow(graph, out)
    if (item === 'uri') await listUris(graph, butler, out)
  }
}

const inputsOf = (quantum: Quantum): DatasetRef[] => Object.values(quantum.inputs).flat()
const outputsOf = ({ outputs, metadata, log }: Quantum): DatasetRef[] => [
  ...Object.values(outputs).flat(),
  metadata,
  ...(log === undefined ? [] : [log]),
]

function listQuanta(graph: QuantumGraph, out: Out): void {
  for (const { node, first, coordinates } of graph.tasks) {
    out(`${node.label} (${node.task.className})\n`)
    for (let i = 0; i < coordinates.length; i++) {
      const quantum = graph.quantum(first + i)
      out(`  Quantum ${quantum.id} dataId=${quantum.coordinate}:\n`)
      for (const [name, refs] of [
        ['inputs', inputsOf(quantum)],
        ['outputs', outputsOf(quantum)],
      ] as const) {
        out(`    ${name}:\n`)
        for (const ref of refs) out(`      - ${ref}\n`)
      }
    }
  }
}

function listWorkflow(graph: QuantumGraph, out: Out): void {
  graph.predecessors().forEach((before, i) => {
    const { id, node } = graph.quantum(i)
    out(`Quantum ${id}: ${node.task.className}\n`)
    for (const b of before) out(`Parent Quantum ${graph.quantumId(b)} - Child Quantum ${id}\n`)
  })
}

async function listUris(graph: QuantumGraph, butler: Butler, out: Out): Promise<void> {
  for (const quantum of graph) {
    out(`Quantum ${quantum.id}: ${quantum.node.task.className}\n`)
    for (const [name, refs] of [
      ['inputs', inputsOf(quantum)],
      ['outputs', outputsOf(quantum)],
    ] as const) {
      out(`  ${name}:\n`)
      for (const ref of refs) out(`    ${await uriOf(butler, ref)}\n`)
    }
  }
}

async function uriOf(butler: Butler, ref: DatasetRef): Promise<string> {
  try {
    return await butler.getUri(ref, undefined, { predict: true })
  } catch (error) {
    if (isFirstlightError(error)) return `${ref.datasetType.name}@${ref.coordinate}: ${error.message}`
    throw error
  }
}

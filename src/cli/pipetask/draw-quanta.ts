import type { DatasetRef } from '#butler'
import type { Quantum, QuantumGraph } from '#pipeline'

interface Node {
  readonly key: string
  readonly kind: 'quantum' | 'dataset'
  readonly lines: readonly string[]
}

/** Quanta and datasets of a graph as boxes, edges from what is read and to what is made. */
function collectNodes(graph: QuantumGraph): {
  nodes: readonly Node[]
  edges: readonly (readonly [string, string])[]
} {
  const nodes = new Map<string, Node>()
  const edges: [string, string][] = []
  const keyOf = (id: string): string => `u${id.replaceAll('-', '')}`
  const dataset = (ref: DatasetRef): string => {
    const key = keyOf(ref.id)
    const lines = [
      ref.datasetType.name,
      `run: ${ref.run}`,
      ...dataIdLines(ref.coordinate.values, ref.datasetType.dimensions.required),
    ]
    if (!nodes.has(key)) nodes.set(key, { key, kind: 'dataset', lines })
    return key
  }
  for (const quantum of graph) {
    const key = keyOf(quantum.id)
    nodes.set(key, {
      key,
      kind: 'quantum',
      lines: [quantum.label, ...dataIdLines(quantum.dataId, quantum.node.dimensions.required)],
    })
    for (const ref of Object.values(quantum.inputs).flat()) edges.push([dataset(ref), key])
    for (const ref of madeBy(quantum)) edges.push([key, dataset(ref)])
  }
  return { nodes: [...nodes.values()], edges }
}

const dataIdLines = (values: Readonly<Record<string, unknown>>, names: readonly string[]): string[] =>
  names.map((name) => `${name} = ${String(values[name])}`)

const madeBy = ({ outputs, metadata, log }: Quantum): DatasetRef[] => [
  ...Object.values(outputs).flat(),
  metadata,
  ...(log === undefined ? [] : [log]),
]

/** A graph in GraphViz's language. */
export function drawQuanta(graph: QuantumGraph): string {
  const { nodes, edges } = collectNodes(graph)
  const style = {
    quantum: 'style="filled", fillcolor="#B1F2EF"',
    dataset: 'style="rounded,filled", color="#00BABC", fillcolor="#F5F5F5"',
  }
  const label = (lines: readonly string[]): string => lines.join('\\n').replaceAll('"', '\\"')
  return [
    'digraph QuantumGraph {',
    'node [shape="box", fontname="Monospace", fontsize="14"];',
    ...nodes.map(({ key, kind, lines }) => `"${key}" [${style[kind]}, label="${label(lines)}"];`),
    ...edges.map(([from, to]) => `"${from}" -> "${to}";`),
    '}',
    '',
  ].join('\n')
}

/** A graph in Mermaid's language. */
export function drawQuantaMermaid(graph: QuantumGraph): string {
  const { nodes, edges } = collectNodes(graph)
  return [
    'flowchart TD',
    'classDef quantum fill:#B1F2EF,color:#000;',
    'classDef dataset fill:#F5F5F5,color:#000,stroke:#00BABC;',
    ...nodes.flatMap(({ key, kind, lines: [first = '', ...rest] }) => [
      `${key}["${[`<b>${first}</b>`, ...rest].join('<br>')}"]`,
      `class ${key} ${kind};`,
    ]),
    ...edges.map(([from, to]) => `${from} --> ${to}`),
    '',
  ].join('\n')
}

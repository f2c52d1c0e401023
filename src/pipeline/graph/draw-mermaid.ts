import type { DrawnNode, Drawing } from './drawing.ts'

const escape = (text: string): string =>
  text.replaceAll('"', '#quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const space = (text: string): string => text.replaceAll(' ', '&nbsp;')

/** A drawing in Mermaid's language, which notebooks and GitHub show. */
export function drawMermaid({ nodes, edges }: Drawing): string {
  const id = new Map(nodes.map((node, i) => [node.id, `n${i}`]))
  const dashed = edges.flatMap((edge, i) => (edge.prerequisite ? [i] : []))
  return [
    'flowchart TD',
    'classDef task fill:#B1F2EF,color:#000,stroke:#000,stroke-width:3px,font-family:Monospace,font-size:18px,text-align:left;',
    'classDef datasets fill:#F5F5F5,color:#000,stroke:#00BABC,stroke-width:3px,font-family:Monospace,font-size:18px,text-align:left,rx:8,ry:8;',
    ...nodes.flatMap((node) => [
      `${id.get(node.id)}["${label(node)}"]`,
      `class ${id.get(node.id)} ${node.kind};`,
    ]),
    ...edges.map(({ from, to }) => `${id.get(from)} --> ${id.get(to)}`),
    ...(dashed.length > 0 ? [`linkStyle ${dashed.join(',')} stroke-dasharray:5;`] : []),
    '',
  ].join('\n')
}

function label(node: DrawnNode): string {
  const names = node.names.map((name) => `<b>${escape(name)}</b>`)
  const dimensions = `<i>dimensions:</i>&nbsp;${space(`{${node.dimensions.join(', ')}}`)}`
  const detail = escape(node.detail)
  const rest =
    node.kind === 'task' ? [detail, dimensions] : [dimensions, `<i>storage&nbsp;class:</i>&nbsp;${detail}`]
  return [...names, ...rest].join('<br>')
}

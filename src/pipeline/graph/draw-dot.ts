import type { DrawnNode, Drawing } from './drawing.ts'

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A drawing in GraphViz's language. */
export function drawDot({ nodes, edges }: Drawing): string {
  return [
    'digraph Pipeline {',
    'graph [splines="ortho", nodesep="0.5", ranksep="0.75"];',
    'node [shape="box", fontname="Monospace", fontsize="14", margin="0.2,0.1", penwidth="3"];',
    'edge [color="black", arrowsize="1.5", penwidth="1.5"];',
    ...nodes.map((node) => `"${node.id}" [${STYLE[node.kind]}, label=<${table(node)}>];`),
    ...edges.map(
      ({ from, to, prerequisite }) => `"${from}" -> "${to}"${prerequisite ? ' [style="dashed"]' : ''};`,
    ),
    '}',
    '',
  ].join('\n')
}

const STYLE = {
  task: 'style="filled", color="black", fillcolor="#B1F2EF"',
  datasets: 'style="rounded,filled,bold", color="#00BABC", fillcolor="#F5F5F5"',
} as const

function table(node: DrawnNode): string {
  const row = (content: string): string => `<TR><TD ALIGN="LEFT">${content}</TD></TR>`
  const names = node.names.map((name) => row(`<B><FONT POINT-SIZE="18">${escape(name)}</FONT></B>`))
  const dimensions = row(`<I>dimensions:</I>&nbsp;{${node.dimensions.join(', ')}}`)
  const detail = escape(node.detail)
  const rest =
    node.kind === 'task'
      ? [row(detail), dimensions]
      : [dimensions, row(`<I>storage class:</I>&nbsp;${detail}`)]
  return `<TABLE BORDER="0" CELLPADDING="5">${[...names, ...rest].join('')}</TABLE>`
}

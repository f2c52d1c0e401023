import type { DrawnEdge, DrawnNode, Drawing } from './drawing.ts'

/**
 * A drawing as lines of text, one column an open edge, the main line at the right:
 * ```
 *   ○ │  flat: {detector, physical_filter} ExposureF
 *   ╰─┤
 *     ■  isr: {detector, exposure}
 * ```
 * Independent parts stand below each other, the smaller first.
 */
export function drawText(drawing: Drawing): string {
  const parts = connectedParts(drawing).map(layOut)
  const width = Math.max(...parts.flatMap((rows) => rows.map((row) => row.cells.length)))
  return parts.map((rows) => rows.map((row) => formatRow(row, width)).join('\n')).join('\n\n')
}

interface Row {
  /** Column 0 is printed rightmost; two characters a column. */
  readonly cells: readonly string[]
  readonly text?: string
}

const UP = 1
const DOWN = 2
/** Toward the left of the printed line: to higher columns. */
const LEFT = 4
const RIGHT = 8
const BOX = ' ╵╷│╴╯╮┤╶╰╭├─┴┬┼'

const formatRow = ({ cells, text }: Row, width: number): string => {
  let line = ''
  for (let column = width - 1; column >= 0; column--) line += (cells[column] ?? '  ').padEnd(2)
  return (text === undefined ? line : `${line} ${text}`).trimEnd()
}

function layOut({ nodes, edges }: Drawing): Row[] {
  const rows: Row[] = []
  const columns: ({ id: string; left: number } | undefined)[] = []
  for (const [i, node] of nodes.entries()) {
    const before = edges.filter((e) => e.to === node.id).map((e) => e.from)
    const closing: number[] = []
    const joined: number[] = []
    const active = columns.map((c) => c !== undefined)
    for (const [column, open] of columns.entries()) {
      if (open === undefined || !before.includes(open.id)) continue
      joined.push(column)
      open.left--
      if (open.left === 0) closing.push(column)
    }
    for (const column of closing) columns[column] = undefined
    const free = columns.findIndex((c) => c === undefined)
    const column = closing.length > 0 ? Math.min(...closing) : free < 0 ? columns.length : free
    if (i > 0) rows.push(...connector(active, joined, column, columns))
    rows.push(nodeRow(node, column, columns))
    const left = edges.filter((e) => e.from === node.id).length
    columns[column] = left > 0 ? { id: node.id, left } : undefined
  }
  return rows
}

function nodeRow(node: DrawnNode, at: number, columns: readonly unknown[]): Row {
  const one = node.names.length === 1
  const symbol = node.kind === 'task' ? (one ? '■' : '▥') : one ? '○' : '◍'
  const cells = Array.from({ length: Math.max(columns.length, at + 1) }, (_, c) =>
    c === at ? symbol : columns[c] === undefined ? ' ' : '│',
  )
  const detail = node.kind === 'task' ? '' : ` ${node.detail}`
  return { cells, text: `${node.names.join(', ')}: {${node.dimensions.join(', ')}}${detail}` }
}

/** The line above a node: straight where nothing joins, else edges bent into the node's column. */
function connector(
  active: readonly boolean[],
  joined: readonly number[],
  at: number,
  after: readonly unknown[],
): Row[] {
  if (joined.every((column) => column === at)) return [{ cells: active.map((a) => (a ? '│' : ' ')) }]
  const [low, high] = [Math.min(at, ...joined), Math.max(at, ...joined)]
  const cells = Array.from({ length: Math.max(active.length, at + 1) }, (_, c) => {
    let flags = active[c] === true ? UP : 0
    if (after[c] !== undefined || c === at) flags |= DOWN
    if (c >= low && c < high) flags |= LEFT
    if (c > low && c <= high) flags |= RIGHT
    return (BOX[flags] ?? ' ') + (c > low && c <= high ? '─' : ' ')
  })
  return [{ cells }]
}

function connectedParts({ nodes, edges }: Drawing): Drawing[] {
  const part = new Map(nodes.map((node) => [node.id, node.id]))
  const rootOf = (id: string): string => {
    const up = part.get(id) ?? id
    return up === id ? id : rootOf(up)
  }
  for (const { from, to } of edges) part.set(rootOf(from), rootOf(to))
  const byRoot = new Map<string, { nodes: DrawnNode[]; edges: DrawnEdge[] }>()
  for (const node of nodes) {
    const root = rootOf(node.id)
    const found = byRoot.get(root) ?? { nodes: [], edges: [] }
    found.nodes.push(node)
    byRoot.set(root, found)
  }
  for (const edge of edges) byRoot.get(rootOf(edge.from))?.edges.push(edge)
  return [...byRoot.values()].sort((a, b) => a.nodes.length - b.nodes.length)
}

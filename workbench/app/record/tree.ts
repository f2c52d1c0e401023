import type { RecordNode } from '#protocol'
import { h } from '../dom.ts'

/** From so many lines on a tree has a field to search in. */
const SEARCHED = 15
/** Lines that stand closed are made when they are opened. */
type Fill = () => void

/** A folding tree. Typing in its field shows the branches with a line that holds the text. */
export function makeTree(nodes: readonly RecordNode[]): HTMLElement {
  const list = h('ul', { class: 'fl-tree' })
  const show = (needle: string) =>
    list.replaceChildren(
      ...(needle === '' ? nodes : filtered(nodes, needle)).map((node) => item(node, needle !== '')),
    )
  show('')
  if (count(nodes) < SEARCHED) return list
  const field = h('input', {
    type: 'search',
    class: 'fl-tree-search',
    placeholder: 'Filter',
    'aria-label': 'Filter the tree',
  })
  field.addEventListener('input', () => show(field.value.trim().toLowerCase()))
  return h('div', { class: 'fl-tree-box' }, field, list)
}

const count = (nodes: readonly RecordNode[]): number =>
  nodes.reduce((sum, { children = [] }) => sum + 1 + count(children), 0)

/** Nodes that hold the text themselves or below; a node that holds it keeps all it has. */
export function filtered(nodes: readonly RecordNode[], needle: string): readonly RecordNode[] {
  return nodes.flatMap((node) => {
    const { label, value = '', note = '', children = [] } = node
    if (`${label} ${value} ${note}`.toLowerCase().includes(needle)) return [node]
    const below = filtered(children, needle)
    return below.length === 0 ? [] : [{ ...node, children: below, open: true }]
  })
}

function item(node: RecordNode, open: boolean): HTMLElement {
  const { label, value, note, children = [] } = node
  const line = [
    h('span', { class: 'fl-tree-label' }, label),
    ...(value === undefined ? [] : [h('span', { class: 'fl-tree-value' }, value)]),
    ...(note === undefined ? [] : [h('span', { class: 'fl-tree-note', title: note }, note)]),
  ]
  if (children.length === 0) return h('li', {}, ...line)
  const inner = h('ul')
  const fill: Fill = () => {
    if (inner.childElementCount === 0) inner.append(...children.map((child) => item(child, open)))
  }
  const isOpen = node.open === true || open
  const details = h('details', { open: isOpen }, h('summary', {}, ...line), inner)
  if (isOpen) fill()
  else details.addEventListener('toggle', fill, { once: true })
  return h('li', {}, details)
}

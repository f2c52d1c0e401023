import { inspect } from 'node:util'
import { MIME, type RecordDisplay, type RecordNode } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { hasAccessors } from './plain-shapes.ts'
import { escapeHtml } from './text.ts'

/** Lines of a tree that text shows; the counts of what is left out stand at the end. */
const MOST_LINES = 60
const MOST_NODES = 2000

/** A record for every front end: text for terminals, HTML with folding branches, our view. */
export function recordData(record: RecordDisplay): DisplayData {
  const { picture } = record
  const data = {
    'text/plain': recordText(record),
    'text/html': recordHtml(record),
    ...(picture !== undefined && { 'image/png': picture.png }),
    [MIME.record]: record,
  }
  const size = picture === undefined ? {} : { 'image/png': { width: picture.width, height: picture.height } }
  return { data, metadata: size }
}

/** Title, facts in aligned columns, the tree with lines. */
export function recordText({ title, subtitle, facts, tree = [] }: RecordDisplay): string {
  const head = subtitle === undefined || subtitle === '' ? title : `${title}: ${subtitle}`
  const width = Math.max(0, ...facts.map(({ label }) => label.length))
  const lines = facts.map(({ label, value }) => `  ${label.padEnd(width)}  ${value}`)
  const branches = treeLines(tree, '  ')
  const shown = branches.slice(0, MOST_LINES)
  const rest = branches.length - shown.length
  return [head, ...lines, ...shown, ...(rest > 0 ? [`  … ${rest} more lines`] : [])].join('\n')
}

function treeLines(nodes: readonly RecordNode[], indent: string): string[] {
  return nodes.flatMap((node, i) => {
    const isLast = i === nodes.length - 1
    const value = node.value === undefined ? '' : `: ${node.value}`
    const note = node.note === undefined ? '' : `  (${node.note})`
    const inner = treeLines(node.children ?? [], `${indent}${isLast ? '   ' : '│  '}`)
    return [`${indent}${isLast ? '└─ ' : '├─ '}${node.label}${value}${note}`, ...inner]
  })
}

function recordHtml({ title, subtitle = '', facts, picture, tree = [] }: RecordDisplay): string {
  const rows = facts.map(
    ({ label, value, doc }) =>
      `<tr${doc === undefined ? '' : ` title="${escapeHtml(doc)}"`}><th style="text-align:left">${escapeHtml(label)}</th><td style="text-align:left">${escapeHtml(value)}</td></tr>`,
  )
  const image =
    picture === undefined
      ? ''
      : `<img style="image-rendering:pixelated" alt="${escapeHtml(picture.alt)}" width="${picture.width}" height="${picture.height}" src="data:image/png;base64,${picture.png}"/>`
  const table = rows.length === 0 ? '' : `<table>${rows.join('')}</table>`
  return `<div><p><b>${escapeHtml(title)}</b> ${escapeHtml(subtitle)}</p>${image}${table}${treeHtml(tree)}</div>`
}

function treeHtml(nodes: readonly RecordNode[]): string {
  const items = nodes.map(({ label, value, note, children = [], open = false }) => {
    const tail = note === undefined ? '' : ` <small>${escapeHtml(note)}</small>`
    const head = `<b>${escapeHtml(label)}</b>${value === undefined ? '' : ` ${escapeHtml(value)}`}${tail}`
    if (children.length === 0) return `<li>${head}</li>`
    return `<li><details${open ? ' open' : ''}><summary>${head}</summary>${treeHtml(children)}</details></li>`
  })
  return items.length === 0 ? '' : `<ul style="list-style:none;padding-left:1.2em">${items.join('')}</ul>`
}

/** A nested value as a tree; long texts are cut, after many nodes a count stands for the rest. */
export function treeOf(value: unknown, limit = MOST_NODES): readonly RecordNode[] {
  let left = limit
  const branch = (label: string, inner: unknown, depth: number): RecordNode => {
    left--
    const entries = entriesOf(inner)
    if (entries === undefined || depth > 8) return { label, value: leafText(inner) }
    const shown = entries.slice(0, Math.max(0, left))
    const children = shown.map(([key, item]) => branch(key, item, depth + 1))
    const rest = entries.length - shown.length
    const more = rest > 0 ? [{ label: '…', value: `${rest} more` }] : []
    return {
      label,
      note: countOf(inner, entries.length),
      children: [...children, ...more],
      open: entries.length <= 12 && depth < 2,
    }
  }
  return (entriesOf(value) ?? []).map(([key, inner]) => branch(key, inner, 1))
}

const countOf = (value: unknown, n: number): string =>
  Array.isArray(value) ? `${n} items` : `${n} ${n === 1 ? 'key' : 'keys'}`

/** Members of what is worth a branch: records, maps, lists of more than plain values. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Map) return [...value].map(([key, inner]) => [String(key), inner])
  if (Array.isArray(value))
    return (value as unknown[]).some((item) => typeof item === 'object' && item !== null)
      ? (value as unknown[]).map((item, i) => [String(i), item])
      : undefined
  if (typeof value !== 'object' || value === null) return undefined
  const proto: unknown = Object.getPrototypeOf(value)
  return (proto === Object.prototype || proto === null) && !hasAccessors(value)
    ? Object.entries(value)
    : undefined
}

const MOST_TEXT = 120

/** A value in one line. */
export function leafText(value: unknown): string {
  if (typeof value === 'string') return cut(value.replace(/\s*\n\s*/g, ' ⏎ '))
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    const list = Array.from(value as ArrayLike<unknown>)
    const texts = list.slice(0, 8).map(leafText)
    return cut(`[${texts.join(', ')}${list.length > 8 ? `, … ${list.length} in all` : ''}]`)
  }
  if (typeof value === 'object' && value !== null && typeof value.toString === 'function') {
    if (hasAccessors(value)) return cut(oneLine(value))
    const text = String(value as { toString(): string })
    return cut(text === '[object Object]' ? jsonText(value) : text)
  }
  return typeof value === 'object' ? jsonText(value) : String(value as number)
}

/** JSON, or what Node prints where JSON ends: cycles, big integers. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return oneLine(value)
  }
}

const oneLine = (value: unknown): string =>
  inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY })

const cut = (text: string): string => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 1)}…` : text)

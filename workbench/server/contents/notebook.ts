import { Buffer } from 'node:buffer'
import { badRequest } from '../errors.ts'
import { isObject, type JsonObject, parseJson } from '../http/body.ts'

/** Read a version-4 notebook; lines that are stored as arrays are joined, as front ends expect. */
export function parseNotebook(bytes: Uint8Array, name: string): JsonObject {
  const notebook = parseJson(Buffer.from(bytes).toString('utf8'), `The notebook ${name}`)
  checkFormat(notebook, name)
  if (!isObject(notebook) || !Array.isArray(notebook['cells'])) {
    throw badRequest(`${name} is not a notebook: it has no list of cells`)
  }
  if (notebook['nbformat'] !== 4) throw badRequest(`${name} does not say its notebook format`)
  return mapText(notebook, joinLines)
}

/** Formats before 4 have no cells of their own but worksheets. */
export function checkFormat(notebook: unknown, name: string): void {
  const format = isObject(notebook) ? notebook['nbformat'] : undefined
  if (typeof format !== 'number' || format === 4) return
  const cure = format < 4 ? `; convert it first: jupyter nbconvert --to notebook --inplace ${name}` : ''
  throw badRequest(`${name} has notebook format ${format}, this server knows format 4${cure}`)
}

/** The bytes of a notebook as the Jupyter tools write it: sorted keys, indent 1, long texts as lines, `trusted` dropped. */
export function formatNotebook(notebook: JsonObject): string {
  return `${JSON.stringify(sortKeys(mapText(withoutTrust(notebook), splitLines)), undefined, 1)}\n`
}

/** Cells of a notebook that are objects. */
export function cellsOf(notebook: JsonObject): JsonObject[] {
  const cells = notebook['cells']
  return Array.isArray(cells) ? cells.filter(isObject) : []
}

/** The notebook with every `trusted` mark of its cells taken out: trust is this machine's business, not the file's. */
export function withoutTrust(notebook: JsonObject): JsonObject {
  const strip = (cell: JsonObject): JsonObject => {
    if (!isObject(cell['metadata']) || !('trusted' in cell['metadata'])) return cell
    const { trusted: _, ...metadata } = cell['metadata']
    return { ...cell, metadata }
  }
  return { ...notebook, cells: cellsOf(notebook).map(strip) }
}

type TextMap = (text: unknown) => unknown

const SPLIT_MIME = /^text\/|^application\/javascript$|^image\/svg\+xml$/

const isText = (value: unknown) =>
  typeof value === 'string' || (Array.isArray(value) && value.every((line) => typeof line === 'string'))
const joinLines: TextMap = (text) => (Array.isArray(text) && isText(text) ? text.join('') : text)
const splitLines: TextMap = (text) =>
  typeof text === 'string' ? (text === '' ? [] : text.split(/(?<=\n)/)) : text

/** Apply `change` to sources, stream texts, textual outputs and textual attachments. */
function mapText(notebook: JsonObject, change: TextMap): JsonObject {
  const bundle = (data: unknown) =>
    isObject(data)
      ? Object.fromEntries(
          Object.entries(data).map(([mime, value]) => [mime, SPLIT_MIME.test(mime) ? change(value) : value]),
        )
      : data
  const output = (item: unknown) => {
    if (!isObject(item)) return item
    if (item['output_type'] === 'stream') return { ...item, text: change(item['text']) }
    return 'data' in item ? { ...item, data: bundle(item['data']) } : item
  }
  const cell = (item: JsonObject) => ({
    ...item,
    source: change(item['source']),
    ...(Array.isArray(item['outputs']) && { outputs: item['outputs'].map(output) }),
    ...(isObject(item['attachments']) && {
      attachments: Object.fromEntries(
        Object.entries(item['attachments']).map(([name, data]) => [name, bundle(data)]),
      ),
    }),
  })
  return { ...notebook, cells: cellsOf(notebook).map(cell) }
}

export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]))
}

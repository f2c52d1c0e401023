import { KernelError } from '../errors.ts'
import type { DisplayData, MimeBundle } from './threads.ts'

/**
 * What a cell made, as it can travel: checked where the cell hands it over, so that the error is the cell's. `bigint` values
 * travel as decimal text.
 * @param what names it in the error
 * @throws KernelError `kernel/not-json` on a cycle, a function or a symbol
 */
export function checkJson(value: unknown, what: string): void {
  const fault = findFault(value)
  if (fault === undefined) return
  const { found, path } = fault
  const place = path === '' ? '' : `, at ${path}`
  throw new KernelError('kernel/not-json', `${what} cannot be sent: it holds ${found}${place}`, {
    hint: 'What a front end shows travels as JSON: plain records, lists, texts, numbers.',
  })
}

const IS_COMPLEX = /^(?:object|function|symbol)$/

/** Told, not thrown: the stack of the error then still reaches the cell. */
function findFault(value: unknown): { readonly found: string; readonly path: string } | undefined {
  const above = new Set<object>()
  const done = new Set<object>()
  const find = (inner: unknown, path: string): ReturnType<typeof findFault> => {
    if (typeof inner === 'function') return { found: 'a function', path }
    if (typeof inner === 'symbol') return { found: 'a symbol', path }
    if (typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner) || done.has(inner))
      return undefined
    if (above.has(inner)) return { found: 'an object that lies in itself', path }
    above.add(inner)
    const members: Iterable<[string | number, unknown]> = Array.isArray(inner)
      ? (inner as unknown[]).entries()
      : Object.entries(inner)
    for (const [key, member] of members) {
      if (!IS_COMPLEX.test(typeof member)) continue
      const fault = find(member, Array.isArray(inner) ? `${path}[${key}]` : `${path}.${key}`)
      if (fault !== undefined) return fault
    }
    above.delete(inner)
    done.add(inner)
    return undefined
  }
  return find(value, '')
}

/**
 * A MIME bundle as the protocol wants it: bytes as base64 (of text types, decoded), numbers of text types as text.
 * @throws KernelError `kernel/bad-display`, `kernel/not-json`
 */
export function sendable(display: DisplayData): DisplayData {
  const { data, metadata = {} } = display
  if (!isRecord(data) || !isRecord(metadata))
    throw new KernelError('kernel/bad-display', 'A display is a record of MIME types and what they hold', {
      hint: "For instance { 'text/plain': 'a text', 'image/png': bytes }.",
    })
  const entries = Object.entries(data).map(([type, content]) => [type, contentOf(type, content)] as const)
  for (const [type, content] of entries) checkJson(content, `The ${type} of this display`)
  checkJson(metadata, 'The metadata of this display')
  return { ...display, data: Object.fromEntries(entries), metadata }
}

const isRecord = (value: unknown): value is MimeBundle =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

const IS_TEXT = /^text\/|^image\/svg\+xml$|^application\/(?:javascript|xml)$/

function contentOf(type: string, content: unknown): unknown {
  const isText = IS_TEXT.test(type)
  if (content instanceof ArrayBuffer || content instanceof Uint8Array) {
    const bytes = Buffer.from(content as Uint8Array)
    return bytes.toString(isText ? 'utf8' : 'base64')
  }
  return isText && /^(?:number|bigint|boolean)$/.test(typeof content) ? String(content) : content
}

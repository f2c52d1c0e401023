import { plainText } from './plain-text.ts'
import { findRenderer } from './renderers.ts'
import { sendable } from '../protocol/sendable.ts'
import type { DisplayData, MimeBundle } from '../protocol/threads.ts'

/** The protocol Deno began: a value with this method says how it looks, as a MIME bundle. */
export const DISPLAY = Symbol.for('Jupyter.display')
/** The same under an older name. */
const DENO_DISPLAY = Symbol.for('Deno.jupyter.display')

/** How a value looks: by its own display method, by a renderer of ours, else as inspected text. */
export async function toBundle(value: unknown): Promise<DisplayData> {
  const own = displayMethod(value)
  const made = own === undefined ? await findRenderer(value)?.(value) : sendable(toDisplay(await own()))
  return made ?? { data: { 'text/plain': plainText(value) }, metadata: {} }
}

/** A bundle that is there at once, for displays that must keep their order with prints; undefined when it must be waited for. */
export function toBundleNow(value: unknown): DisplayData | undefined {
  if (displayMethod(value) !== undefined || findRenderer(value) !== undefined) return undefined
  return { data: { 'text/plain': plainText(value) }, metadata: {} }
}

function displayMethod(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  for (const name of [DISPLAY, DENO_DISPLAY]) {
    const method = (value as Record<symbol, unknown>)[name]
    if (typeof method === 'function') return () => (method as () => unknown).call(value)
  }
  return undefined
}

/** A bundle, or one with metadata beside, as display methods return them. */
function toDisplay(made: unknown): DisplayData {
  if (typeof made !== 'object' || made === null) return { data: { 'text/plain': String(made) }, metadata: {} }
  const { data, metadata } = made as { data?: unknown; metadata?: unknown }
  const isNested = typeof data === 'object' && data !== null && !('text/plain' in made)
  return isNested
    ? { data: data as MimeBundle, metadata: (metadata ?? {}) as MimeBundle }
    : { data: made as MimeBundle, metadata: {} }
}

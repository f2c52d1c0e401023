import type { DisplayData } from '../protocol/threads.ts'

export type Render = (value: unknown) => Promise<DisplayData>

export interface Renderer {
  /** Constructor names of what it shows: told by name, so that no engine module is loaded to look at a number. */
  readonly shows: readonly string[]
  readonly load: () => Promise<Render>
}

const byName = new Map<string, Renderer>()

export function addRenderer(renderer: Renderer): void {
  for (const name of renderer.shows) byName.set(name, renderer)
}

/** The renderer of a value's class or of the nearest class it extends. */
export function findRenderer(value: unknown): Render | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (
    let proto: unknown = Object.getPrototypeOf(value);
    proto !== null && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto)
  ) {
    const renderer = byName.get((proto as { constructor?: { name?: string } }).constructor?.name ?? '')
    if (renderer !== undefined) return async (shown) => (await renderer.load())(shown)
  }
  return undefined
}

import type { DisplayData } from '../protocol/threads.ts'

/** Undefined when the value is not what its class name said. */
export type Render = (value: unknown) => Promise<DisplayData> | undefined

interface Renderer {
  /** Constructor names of what it shows: told by name, so that no engine module is loaded to look at a number. */
  readonly shows: readonly string[]
  /** It shows lists of them too. */
  readonly lists: boolean
  readonly load: () => Promise<Render>
}

/** How the engine's objects look. */
const RENDERERS: readonly Renderer[] = [
  {
    shows: ['Exposure', 'MaskedImage', 'Image', 'Mask'],
    lists: false,
    load: async () => (await import('./exposure-display.ts')).showExposure,
  },
  { shows: ['Catalog'], lists: false, load: async () => (await import('./table-display.ts')).showTable },
  {
    shows: ['GaussianPsf', 'LinearCombinationPsf'],
    lists: false,
    load: async () => (await import('./psf-display.ts')).showPsf,
  },
  { shows: ['Header'], lists: false, load: async () => (await import('./header-display.ts')).showHeader },
  {
    shows: ['DatasetRef', 'DataCoordinate', 'DimensionRecord', 'Butler'],
    lists: true,
    load: async () => (await import('./dataset-display.ts')).showDatasets,
  },
]

const byName = new Map(
  RENDERERS.flatMap((renderer) => renderer.shows.map((name) => [name, renderer] as const)),
)

/** The renderer of a value's class or the nearest class it extends, or of a list of such values. */
export function findRenderer(
  value: unknown,
): ((value: unknown) => Promise<DisplayData | undefined>) | undefined {
  const isList = Array.isArray(value)
  const renderer = rendererOf(isList ? (value as unknown[])[0] : value)
  if (renderer === undefined || (isList && !renderer.lists)) return undefined
  return async (shown) => (await renderer.load())(shown)
}

function rendererOf(value: unknown): Renderer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  let proto = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null
  for (; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto) as typeof proto) {
    const renderer = byName.get(proto.constructor?.name ?? '')
    if (renderer !== undefined) return renderer
  }
  return undefined
}

import type { DisplayData } from '../protocol/threads.ts'
import { collectionsOf } from './collection-names.ts'
import { type PlainKind, plainKind } from './plain-shapes.ts'

/** Undefined when the value is not what its class name said. */
export type Render = (value: unknown) => Promise<DisplayData> | undefined

interface Renderer {
  /** Constructor names of what it shows: told by name, so that no engine module is loaded to look at a number. */
  readonly shows: readonly string[]
  /** It shows lists of them too. */
  readonly lists: boolean
  readonly load: () => Promise<Render>
}

const loadDatasets = async (): Promise<Render> => (await import('./dataset-display.ts')).showDatasets

const loadWcs = async (): Promise<Render> => (await import('./wcs-display.ts')).showWcs

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
    shows: ['DatasetRef', 'DataCoordinate', 'DimensionRecord'],
    lists: true,
    load: loadDatasets,
  },
  {
    shows: ['Butler', 'Collections', 'Registry', 'DimensionUniverse', 'QueryResults'],
    lists: false,
    load: async () => (await import('./repository-display.ts')).showRepository,
  },
  { shows: ['FitsWcs'], lists: false, load: loadWcs },
  {
    shows: ['PhotoCalib', 'Footprint', 'Background', 'BackgroundList'],
    lists: false,
    load: async () => (await import('./calibration-display.ts')).showCalibration,
  },
  {
    shows: ['DiscreteSkyMap', 'RingsSkyMap', 'TractInfo'],
    lists: false,
    load: async () => (await import('./sky-map-display.ts')).showSkyMap,
  },
  {
    shows: ['QuantumGraph', 'TaskMetadata'],
    lists: false,
    load: async () => (await import('./pipeline-display.ts')).showPipelineThing,
  },
]

/** Values without a class of their own. */
const PLAIN: Readonly<Record<PlainKind, () => Promise<Render>>> = {
  plain: async () => (await import('./plain-display.ts')).showPlain,
  config: async () => (await import('./config-display.ts')).showConfig,
  datasets: loadDatasets,
  wcs: loadWcs,
}

const byName = new Map(
  RENDERERS.flatMap((renderer) => renderer.shows.map((name) => [name, renderer] as const)),
)

/** The renderer of a value's class or the nearest class it extends, or of a list of such values. */
export function findRenderer(
  value: unknown,
): ((value: unknown) => Promise<DisplayData | undefined>) | undefined {
  const isList = Array.isArray(value)
  const collections = collectionsOf(value)
  if (collections !== undefined)
    return async (names) => (await loadDatasets())(await collections.queryInfo(names as readonly string[]))
  const renderer = rendererOf(isList ? (value as unknown[])[0] : value)
  if (renderer !== undefined && (!isList || renderer.lists))
    return async (shown) => (await renderer.load())(shown)
  const kind = renderer === undefined ? plainKind(value) : undefined
  return kind === undefined ? undefined : async (shown) => (await PLAIN[kind]())(shown)
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

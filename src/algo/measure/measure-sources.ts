import { type Context, defaultContext } from '#core'
import type { Footprint, MaskedImage, Psf } from '#image'
import { Random } from '#math'
import { makePixelStore } from '#simd'
import type { Catalog } from '#table'
import type { SkyWcs } from '#wcs'
import { sampleStatistics } from '../background/sample-statistics.ts'
import { addCoordinates } from './coordinates.ts'
import { circularApertureFlux } from './circular-aperture-flux.ts'
import { MeasurementColumns } from './columns.ts'
import { gaussianFlux } from './gaussian-flux.ts'
import { NoiseReplacer } from './noise-replacer.ts'
import { pixelFlags } from './pixel-flags.ts'
import { MeasurementFailure, type MeasureFrame, type MeasurementPlugin, type SourceState } from './plugin.ts'
import { psfFlux } from './psf-flux.ts'
import { sdssCentroid } from './sdss-centroid.ts'
import { sdssShape } from './sdss-shape.ts'
import { DEFAULT_SLOTS } from './slots.ts'

export interface MeasureOptions {
  readonly psf: Psf
  readonly plugins: readonly MeasurementPlugin[]
  /** Number of a source from its place in the list. */
  readonly idOf: (index: number) => bigint
  /** Seed of the noise that stands for the other sources. */
  readonly seed: bigint
  /** Show one source at a time; off, neighbours stay in the image. */
  readonly replaceNeighbours: boolean
  readonly wcs?: SkyWcs
  readonly slots: Readonly<Record<string, string>>
}

export const defaultPlugins = (): MeasurementPlugin[] => [
  sdssCentroid(),
  sdssShape(),
  pixelFlags(),
  psfFlux(),
  gaussianFlux(),
  circularApertureFlux(),
]

/**
 * Measure sources: every plug-in on every footprint, the neighbours replaced by noise. The image is not changed.
 * @returns one row a footprint, in their order
 * @see lsst.meas.base.SingleFrameMeasurementTask
 */
export function measureSources(
  maskedImage: MaskedImage,
  footprints: readonly Footprint[],
  options: Partial<MeasureOptions> & Pick<MeasureOptions, 'psf'>,
  context: Pick<Context, 'signal' | 'progress'> = defaultContext(),
): Catalog {
  const o = { ...DEFAULTS, plugins: defaultPlugins(), ...options }
  const frame = makeFrame(maskedImage, o.psf)
  const own = footprints.map((footprint) => footprint.clippedTo(maskedImage.bbox))
  const columns = new MeasurementColumns(own.length)
  const id = columns.id('id', 'unique id of the source')
  const coordinates = addCoordinates(columns)
  columns.id('parent', 'id of the source this one was split from, 0 when none')
  const area = columns.integer('base_FootprintArea_value', { unit: 'pixel', doc: 'pixels of the footprint' })
  own.forEach((footprint, k) => {
    id[k] = o.idOf(k)
    area[k] = footprint.area
  })
  const steps = inOrder(o.plugins, o.slots).map((plugin) => ({
    run: plugin.prepare(columns, frame),
    flag: flagOf(plugin, columns),
  }))
  const replacer = o.replaceNeighbours
    ? new NoiseReplacer(frame, own, noiseOf(maskedImage), new Random(o.seed))
    : undefined
  const bar = context.progress.start('measure', own.length, 'sources')
  own.forEach((footprint, k) => {
    context.signal.throwIfAborted()
    const measure = () => measureOne(k, footprint, steps)
    if (replacer) replacer.withSource(k, measure)
    else measure()
    bar.advance()
  })
  bar.end()
  coordinates.fill(o.slots['slot_Centroid'] ?? 'base_SdssCentroid', o.wcs)
  return columns.toCatalog()
}

const DEFAULTS: Omit<MeasureOptions, 'psf' | 'plugins' | 'wcs'> = {
  idOf: (index) => BigInt(index + 1),
  seed: 1n,
  replaceNeighbours: true,
  slots: DEFAULT_SLOTS,
}

interface Step {
  readonly run: (source: SourceState) => void
  readonly flag: Uint8Array | undefined
}

function measureOne(row: number, footprint: Footprint, steps: readonly Step[]): void {
  const peak = footprint.peaks[0]!
  const source: SourceState = { row, footprint, peak, x: peak.x, y: peak.y, shape: undefined }
  for (const { run, flag } of steps) {
    try {
      run(source)
    } catch (error) {
      if (!(error instanceof MeasurementFailure)) throw error
      if (flag) flag[row] = 1
    }
  }
}

const flagOf = ({ name }: MeasurementPlugin, columns: MeasurementColumns): Uint8Array | undefined =>
  columns.has(`${name}_flag`) ? columns.flags(`${name}_flag`) : undefined

/** By order, then name; the slot's centroid first of its order. */
function inOrder(
  plugins: readonly MeasurementPlugin[],
  slots: Readonly<Record<string, string>>,
): readonly MeasurementPlugin[] {
  const rank = ({ name }: MeasurementPlugin) => (name === slots['slot_Centroid'] ? 0 : 1)
  return [...plugins].sort(
    (a, b) => a.order - b.order || rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

function makeFrame({ image, mask, variance }: MaskedImage, psf: Psf): MeasureFrame {
  const store = makePixelStore(image)
  store.image.set(image.data)
  store.variance.set(variance.data)
  return { store, mask, psf, x0: image.x0, y0: image.y0 }
}

/** What pixels without sources look like. */
function noiseOf({ image, mask }: MaskedImage): { mean: number; stdev: number } {
  const { mean, stdev, count } = sampleStatistics(image.data, image, mask, [
    'BAD',
    'SAT',
    'NO_DATA',
    'DETECTED',
  ])
  return count > 0 ? { mean, stdev } : { mean: 0, stdev: 0 }
}

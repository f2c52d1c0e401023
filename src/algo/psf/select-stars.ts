import { percentile } from '#math'
import type { Catalog } from '#table'

export interface ObjectSizeOptions {
  readonly sourceFluxField: string
  readonly fluxMin: number
  readonly fluxMax: number
  readonly signalToNoiseMin: number
  /** Limits of √(½(Ixx + Iyy)), px. */
  readonly widthMin: number
  readonly widthMax: number
  /** Sources with one of these flags are left out. */
  readonly badFlags: readonly string[]
  /** Stop narrowing the stellar sequence when it is this fraction of the median width. */
  readonly widthStdAllowed: number
  /** Width of the sequence that is kept, in its sigmas. */
  readonly nSigmaClip: number
}

/** Of lsst.meas.algorithms.ObjectSizeStarSelectorConfig. */
export const DEFAULT_OBJECT_SIZE: ObjectSizeOptions = {
  sourceFluxField: 'base_GaussianFlux_instFlux',
  fluxMin: 12500,
  fluxMax: 0,
  signalToNoiseMin: 0,
  widthMin: 0,
  widthMax: 10,
  badFlags: [
    'base_PixelFlags_flag_edge',
    'base_PixelFlags_flag_interpolatedCenter',
    'base_PixelFlags_flag_saturatedCenter',
    'base_PixelFlags_flag_crCenter',
    'base_PixelFlags_flag_bad',
    'base_PixelFlags_flag_interpolated',
  ],
  widthStdAllowed: 0.15,
  nSigmaClip: 2,
}

const CLUSTERS = 4
const IQR_TO_STDEV = 0.741301109252802

/**
 * Stars by size: of the sources bright enough the narrowest of four clusters in width, narrowed to ±2σ about its median.
 * @returns row numbers
 * @see lsst.meas.algorithms.ObjectSizeStarSelectorTask
 */
export function selectStarsBySize(sources: Catalog, options: Partial<ObjectSizeOptions> = {}): Int32Array {
  const o = { ...DEFAULT_OBJECT_SIZE, ...options }
  const flux = sources.f64(o.sourceFluxField)
  const fluxErr = sources.f64(`${o.sourceFluxField}Err`)
  const xx = sources.f64('base_SdssShape_xx')
  const yy = sources.f64('base_SdssShape_yy')
  const flags = [...o.badFlags, 'base_SdssShape_flag']
    .filter((f) => sources.has(f))
    .map((f) => sources.bool(f))
  const width = Float64Array.from(xx, (v, i) => Math.sqrt(0.5 * (v + yy[i]!)))
  const good: number[] = []
  for (let i = 0; i < width.length; i++) {
    if (flags.some((f) => f[i] === 1) || !Number.isFinite(flux[i])) continue
    if (!(flux[i]! >= o.fluxMin) || (o.fluxMax > 0 && flux[i]! > o.fluxMax)) continue
    if (o.signalToNoiseMin > 0 && !(flux[i]! >= o.signalToNoiseMin * fluxErr[i]!)) continue
    if (!(width[i]! >= o.widthMin && width[i]! <= o.widthMax)) continue
    good.push(i)
  }
  return Int32Array.from(narrowest(good, width, o))
}

function narrowest(rows: readonly number[], width: Float64Array, o: ObjectSizeOptions): number[] {
  if (rows.length < 2) return [...rows]
  const own = rows.map((i) => width[i]!)
  const first = percentile(own, 10)
  const cluster = kMedians(own, first, first * 0.15 * 2)
  let kept = rows.filter((_, k) => cluster[k] === 0)
  for (let round = 0; round < 10 && kept.length > 0; round++) {
    const widths = kept.map((i) => width[i]!)
    const middle = percentile(widths, 50)
    const sigma = Math.min(spread(widths), IQR_TO_STDEV * (percentile(widths, 75) - percentile(widths, 25)))
    const inside = kept.filter((i) => Math.abs(width[i]! - middle) < o.nSigmaClip * sigma)
    const done = sigma < o.widthStdAllowed * middle
    if (inside.length === 0 || inside.length === kept.length) break
    kept = inside
    if (done) break
  }
  return kept
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length)
}

/** Cluster of each value: centres start at `first` and rise by `step`; medians until nothing changes. */
function kMedians(values: readonly number[], first: number, step: number): Int32Array {
  const centres = Float64Array.from({ length: CLUSTERS }, (_, k) => first + k * step)
  let cluster = new Int32Array(values.length).fill(-1)
  for (let round = 0; round < 20; round++) {
    const next = Int32Array.from(values, (v) => nearest(centres, v))
    if (next.every((c, i) => c === cluster[i])) break
    cluster = next
    for (let k = 0; k < CLUSTERS; k++) {
      const own = values.filter((_, i) => cluster[i] === k)
      if (own.length > 0) centres[k] = percentile(own, 50)
    }
  }
  return cluster
}

function nearest(centres: Float64Array, value: number): number {
  let best = 0
  for (let k = 1; k < centres.length; k++)
    if (Math.abs(value - centres[k]!) < Math.abs(value - centres[best]!)) best = k
  return best
}

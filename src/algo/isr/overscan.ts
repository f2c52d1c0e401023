import { Chebyshev1D, clippedStats, makeSpline, median, percentile, type SplineKind } from '#math'

/** How the overscan's bias level is modelled: one number an amplifier, one a row, or a smooth curve along the rows. */
export type OverscanFitType =
  | 'MEAN'
  | 'MEANCLIP'
  | 'MEDIAN'
  | 'MEDIAN_PER_ROW'
  | 'CHEB'
  | 'POLY'
  | 'NATURAL_SPLINE'
  | 'CUBIC_SPLINE'
  | 'AKIMA_SPLINE'

export interface OverscanOptions {
  readonly fitType: OverscanFitType
  /** Polynomial order, or number of spline knots along the rows. */
  readonly order: number
  /** Pixels of a row further than this many robust sigmas from the row's median are left out. */
  readonly numSigmaClip: number
  /** Pixels further than this from the median of the whole strip are left out, ADU. */
  readonly maxDeviation: number
}

export interface OverscanFit {
  /** Bias level of each row, bottom row first, ADU. */
  readonly level: Float64Array
  /** Mean of the level and the residual scatter of the strip about it, ADU. */
  readonly mean: number
  readonly sigma: number
  /** Rows at either end that had no usable pixel, so that their level is an extrapolation. */
  readonly extrapolated: readonly number[]
}

const IQR_TO_STDEV = 0.741301109252802

/**
 * Model the bias level along the rows of an overscan strip.
 * @param strip pixels of the strip, row-major, shape (height, width), ADU
 * @see algorithms: `overscan` of ip_isr 2020; knots are row means in `order` equal bins of t = 2i/N − 1
 */
export function fitOverscan(
  strip: Float32Array,
  width: number,
  height: number,
  options: OverscanOptions,
): OverscanFit {
  const centre = median(strip)
  const rows = rowMeans(strip, width, height, centre, options)
  const level = modelOf(strip, width, rows.mean, rows.good, options)
  return {
    level,
    ...scatter(strip, width, level, centre, options.maxDeviation),
    extrapolated: endRowsWithout(rows.good),
  }
}

function rowMeans(
  strip: Float32Array,
  width: number,
  height: number,
  centre: number,
  options: OverscanOptions,
) {
  const mean = new Float64Array(height)
  const good = new Uint8Array(height)
  const row = new Float64Array(width)
  for (let y = 0; y < height; y++) {
    let n = 0
    for (let x = 0; x < width; x++) {
      const v = strip[y * width + x]!
      if (Math.abs(v - centre) <= options.maxDeviation) row[n++] = v
    }
    const values = row.subarray(0, n)
    if (n > 0) good[y] = 1
    mean[y] =
      n === 0
        ? centre
        : options.fitType === 'MEDIAN_PER_ROW'
          ? median(values)
          : clippedRow(values, options.numSigmaClip)
  }
  return { mean, good }
}

function clippedRow(values: Float64Array, numSigma: number): number {
  const mid = median(values)
  const half = numSigma * IQR_TO_STDEV * (percentile(values, 75) - percentile(values, 25))
  let sum = 0
  let n = 0
  for (const v of values) {
    if (Math.abs(v - mid) > half) continue
    sum += v
    n++
  }
  return n === 0 ? mid : sum / n
}

function modelOf(
  strip: Float32Array,
  width: number,
  mean: Float64Array,
  good: Uint8Array,
  options: OverscanOptions,
) {
  const { fitType, order } = options
  switch (fitType) {
    case 'MEAN':
    case 'MEANCLIP':
    case 'MEDIAN':
      return new Float64Array(mean.length).fill(constantLevel(strip, fitType, options.numSigmaClip))
    case 'MEDIAN_PER_ROW':
      return mean
    case 'CHEB':
    case 'POLY':
      return chebyshevLevel(mean, good, order)
    case 'NATURAL_SPLINE':
    case 'CUBIC_SPLINE':
    case 'AKIMA_SPLINE':
      return splineLevel(mean, good, order, fitType)
  }
}

function constantLevel(strip: Float32Array, fitType: 'MEAN' | 'MEANCLIP' | 'MEDIAN', nSigma: number): number {
  if (fitType === 'MEDIAN') return median(strip)
  return clippedStats(strip, { nSigma: fitType === 'MEAN' ? Number.POSITIVE_INFINITY : nSigma, nIter: 3 })
    .mean
}

/** Row coordinate in [−1, 1). */
const along = (row: number, height: number) => (2 * row) / height - 1

/** POLY and CHEB span the same functions; the Chebyshev basis is the stable one. */
function chebyshevLevel(mean: Float64Array, good: Uint8Array, order: number): Float64Array {
  const rows = [...mean.keys()].filter((y) => good[y] === 1)
  const fit = Chebyshev1D.fit(
    rows.map((y) => along(y, mean.length)),
    rows.map((y) => mean[y]!),
    { order: Math.min(order, Math.max(0, rows.length - 1)), xMin: -1, xMax: 1 },
  )
  return mean.map((_, y) => fit.evaluate(along(y, mean.length)))
}

const SPLINE: Readonly<Record<string, SplineKind>> = {
  NATURAL_SPLINE: 'natural',
  CUBIC_SPLINE: 'cubic',
  AKIMA_SPLINE: 'akima',
}

function splineLevel(
  mean: Float64Array,
  good: Uint8Array,
  order: number,
  fitType: OverscanFitType,
): Float64Array {
  const height = mean.length
  const sumT = new Float64Array(order)
  const sumV = new Float64Array(order)
  const count = new Float64Array(order)
  for (let y = 0; y < height; y++) {
    if (good[y] === 0) continue
    const bin = Math.min(order - 1, Math.floor((y * order) / height))
    sumT[bin]! += along(y, height)
    sumV[bin]! += mean[y]!
    count[bin]!++
  }
  const bins = [...count.keys()].filter((b) => count[b]! > 0)
  if (bins.length === 0) return mean
  const spline = makeSpline(
    SPLINE[fitType] ?? 'akima',
    bins.map((b) => sumT[b]! / count[b]!),
    bins.map((b) => sumV[b]! / count[b]!),
    { fallback: true },
  )
  return mean.map((_, y) => spline.evaluate(along(y, height)))
}

function scatter(
  strip: Float32Array,
  width: number,
  level: Float64Array,
  centre: number,
  maxDeviation: number,
) {
  const residual: number[] = []
  let sum = 0
  for (let y = 0; y < level.length; y++) {
    sum += level[y]!
    for (let x = 0; x < width; x++) {
      const v = strip[y * width + x]!
      if (Math.abs(v - centre) <= maxDeviation) residual.push(v - level[y]!)
    }
  }
  const { stdev } = clippedStats(Float64Array.from(residual), { nSigma: 3, nIter: 3 })
  return { mean: sum / level.length, sigma: stdev }
}

function endRowsWithout(good: Uint8Array): readonly number[] {
  const first = good.indexOf(1)
  const last = good.lastIndexOf(1)
  return [...good.keys()].filter((y) => first < 0 || y < first || y > last)
}

import { finiteSamples, quantileInPlace, quantilesInPlace, type SampleMask } from './percentile.ts'
import type { FloatArray } from './select.ts'

/** σ of a Gaussian over its interquartile range. */
export const IQ_TO_STDEV = 0.741301109252802
/** σ of a Gaussian over its median absolute deviation. */
export const MAD_TO_SIGMA = 1.482602218505602

export interface Moments {
  readonly n: number
  readonly mean: number
  /** With the n − 1 factor; NaN below two samples. */
  readonly variance: number
  readonly stdev: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** √(variance/n). */
  readonly meanError: number
}

/** Moments of the finite, unmasked samples, in float64 by two passes. */
export const moments = (values: ArrayLike<number>, mask?: SampleMask): Moments =>
  momentsOf(finiteSamples(values, mask))

function momentsOf(a: FloatArray): Moments {
  if (a.length === 0) return NONE
  const n = a.length
  let [sum, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < n; i++) {
    const v = a[i]!
    sum += v
    if (v < min) min = v
    if (v > max) max = v
  }
  const mean = sum / n
  let [sum2, drift] = [0, 0]
  for (let i = 0; i < n; i++) {
    const d = a[i]! - mean
    sum2 += d * d
    drift += d
  }
  const variance = n > 1 ? (sum2 - (drift * drift) / n) / (n - 1) : Number.NaN
  const stdev = Math.sqrt(variance)
  return { n, mean: mean + drift / n, variance, stdev, sum, min, max, meanError: stdev / Math.sqrt(n) }
}

interface Clipped {
  readonly n: number
  readonly mean: number
  readonly stdev: number
}

/** One pass suffices here: the window's middle is close to the mean, so that the squares about it lose nothing. */
function momentsWithin(a: FloatArray, center: number, halfWidth: number): Clipped {
  let [n, sum, sum2] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const d = a[i]! - center
    if (d > halfWidth || d < -halfWidth) continue
    n++
    sum += d
    sum2 += d * d
  }
  const stdev = n > 1 ? Math.sqrt(Math.max(0, sum2 - (sum * sum) / n) / (n - 1)) : Number.NaN
  return { n, mean: center + sum / n, stdev }
}

const NONE: Moments = {
  n: 0,
  mean: Number.NaN,
  variance: Number.NaN,
  stdev: Number.NaN,
  sum: 0,
  min: Number.NaN,
  max: Number.NaN,
  meanError: Number.NaN,
}

export interface ClipOptions extends SampleMask {
  /** Half width of the window, in σ; 3 by default. */
  readonly nSigma?: number
  /** At most this many windows; 3 by default, 0 clips nothing. */
  readonly nIter?: number
}

export interface ClippedStats {
  /** MEANCLIP. */
  readonly mean: number
  /** STDEVCLIP. */
  readonly stdev: number
  /** Of all finite, unmasked samples: not clipped. */
  readonly median: number
  /** Interquartile range of all of them. */
  readonly iqr: number
  /** Samples that survived. */
  readonly n: number
  /** Samples before clipping. */
  readonly nTotal: number
}

/**
 * Clipped mean and standard deviation. The first window is median ± nσ·0.7413·IQR, each later one clipped mean ± nσ·clipped
 * stdev; every window is applied to all samples. @see lsst::afw::math::Statistics (MEANCLIP, STDEVCLIP)
 */
export function clippedStats(values: ArrayLike<number>, options: ClipOptions = {}): ClippedStats {
  const { nSigma = 3, nIter = 3 } = options
  const samples = finiteSamples(values, options)
  const [middle = Number.NaN, upper = Number.NaN, lower = Number.NaN] = quantilesInPlace(
    samples,
    [0.5, 0.75, 0.25],
  )
  const iqr = upper - lower
  let found: Clipped | undefined = nIter > 0 ? undefined : momentsOf(samples)
  for (let i = 0; i < nIter; i++) {
    const center = found?.mean ?? middle
    const sigma = found && found.n > 1 ? found.stdev : IQ_TO_STDEV * iqr
    const next = momentsWithin(samples, center, nSigma * sigma)
    const settled = next.n === found?.n && next.mean === found.mean
    found = next
    if (settled) break
  }
  const { mean, stdev, n } = found ?? NONE
  return { mean, stdev, median: middle, iqr, n, nTotal: samples.length }
}

/** Median absolute deviation scaled to a Gaussian's σ, and the median. */
export function medianAndMad(
  values: ArrayLike<number>,
  mask?: SampleMask,
): { median: number; sigma: number } {
  const samples = finiteSamples(values, mask)
  const middle = quantileInPlace(samples, 0.5)
  for (let i = 0; i < samples.length; i++) samples[i] = Math.abs(samples[i]! - middle)
  return { median: middle, sigma: MAD_TO_SIGMA * quantileInPlace(samples, 0.5) }
}

export interface WeightedStats {
  readonly n: number
  readonly mean: number
  /** Unbiased for reliability weights: Σw(x−m)² / (Σw − Σw²/Σw). */
  readonly variance: number
  readonly sumWeights: number
  readonly sumWeights2: number
}

/** Weighted mean and variance of samples that are finite and have a finite, positive weight. */
export function weightedStats(values: ArrayLike<number>, weights: ArrayLike<number>): WeightedStats {
  let [n, sw, sw2, swx] = [0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const [v, w] = [values[i]!, weights[i]!]
    if (!(w > 0 && Number.isFinite(w) && Number.isFinite(v))) continue
    n++
    sw += w
    sw2 += w * w
    swx += w * v
  }
  const mean = swx / sw
  let swd2 = 0
  for (let i = 0; i < values.length; i++) {
    const [v, w] = [values[i]!, weights[i]!]
    if (w > 0 && Number.isFinite(w) && Number.isFinite(v)) swd2 += w * (v - mean) ** 2
  }
  return { n, mean, variance: swd2 / (sw - sw2 / sw), sumWeights: sw, sumWeights2: sw2 }
}

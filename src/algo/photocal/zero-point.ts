import { IQ_TO_STDEV, median, percentiles } from '#math'
import { algoError } from '../errors.ts'

export interface ZeroPointOptions {
  /** Largest σ that is used for clipping, mag. */
  readonly sigmaMax: number
  readonly nSigma: number
  /** Median and quartiles instead of mean and σ. */
  readonly useMedian: boolean
  readonly nIter: number
}

/** Of lsst.pipe.tasks.photoCal.PhotoCalConfig. */
export const DEFAULT_ZERO_POINT: ZeroPointOptions = { sigmaMax: 0.25, nSigma: 3, useMedian: true, nIter: 20 }

export interface ZeroPoint {
  /** Magnitude of one count. */
  readonly value: number
  /** Standard error of the weighted mean. */
  readonly error: number
  /** Scatter of the stars used, mag. */
  readonly sigma: number
  /** Places in the input of the stars used. */
  readonly used: Int32Array
}

const BINS = 20
/** Full width at half maximum of a Gaussian, in σ. */
const FWHM_TO_SIGMA = 2.3

/**
 * The zero point of stars whose reference and instrumental magnitudes differ by `differences`: first centre at the mode of a
 * histogram, then clipping about the median until nothing changes, last the mean weighted by the inverse variance. Each
 * round clips all stars anew and never closer than their errors allow; the stack clips those left, which a narrow first
 * peak shrinks for good.
 * @param errors of the differences, mag @throws FirstlightError 'algo/no-photometric-stars'
 * @see lsst.pipe.tasks.photoCal.PhotoCalTask.getZeroPoint
 */
export function fitZeroPoint(
  differences: ArrayLike<number>,
  errors: ArrayLike<number>,
  options: Partial<ZeroPointOptions> = {},
): ZeroPoint {
  const o = { ...DEFAULT_ZERO_POINT, ...options }
  const all = usable(differences, errors)
  if (all.length === 0)
    throw algoError('no-photometric-stars', 'No star is left to measure the zero point from.', {
      hint: 'Is the reference catalog deep enough, and is the astrometry right?',
    })
  const typical = median(pick(errors, all))
  let used = all
  let { center, sigma } = mode(pick(differences, all))
  for (let round = 0; round < o.nIter; round++) {
    const reach = o.nSigma * Math.min(Math.max(sigma, typical), o.sigmaMax)
    const kept = all.filter((i) => Math.abs(differences[i]! - center) <= reach)
    if (kept.length === 0 || (round > 0 && kept.length === used.length)) break
    used = kept
    ;({ center, sigma } = middle(pick(differences, used), o.useMedian))
  }
  const weights = Float64Array.from(used, (i) => 1 / errors[i]! ** 2)
  const total = weights.reduce((sum, w) => sum + w, 0)
  const value = used.reduce((sum, i, k) => sum + weights[k]! * differences[i]!, 0) / total
  return { value, error: 1 / Math.sqrt(total), sigma, used }
}

const usable = (differences: ArrayLike<number>, errors: ArrayLike<number>): Int32Array =>
  Int32Array.from(
    Array.from(differences).flatMap((d, i) => (Number.isFinite(d) && errors[i]! > 0 ? [i] : [])),
  )

const pick = (values: ArrayLike<number>, at: Int32Array): Float64Array =>
  Float64Array.from(at, (i) => values[i]!)

function middle(values: Float64Array, robust: boolean): { center: number; sigma: number } {
  if (robust) {
    const [lower = NaN, center = NaN, upper = NaN] = percentiles(values, [25, 50, 75])
    return { center, sigma: IQ_TO_STDEV * (upper - lower) }
  }
  const center = values.reduce((s, v) => s + v, 0) / values.length
  return { center, sigma: Math.sqrt(values.reduce((s, v) => s + (v - center) ** 2, 0) / values.length) }
}

/** Centre and width of the highest peak of a histogram; median and quartiles when there is no single one. */
function mode(values: Float64Array): { center: number; sigma: number } {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  if (high === low) return { center: low, sigma: 0.01 }
  const width = (high - low) / BINS
  const counts = new Int32Array(BINS)
  for (const v of values) counts[Math.min(BINS - 1, Math.floor((v - low) / width))]!++
  const peak = counts.reduce((a, b) => Math.max(a, b))
  const top = [...counts.keys()].filter((k) => counts[k] === peak)
  if (top[top.length - 1]! - top[0]! >= top.length) return middle(values, true)
  let [from, to] = [top[0]!, top[top.length - 1]!]
  while (from > 0 && counts[from - 1]! >= 0.5 * peak) from--
  while (to < BINS - 1 && counts[to + 1]! >= 0.5 * peak) to++
  const center = low + width * (0.5 * (top[0]! + top[top.length - 1]!) + 0.5)
  return { center, sigma: (width * (to - from + 1)) / FWHM_TO_SIGMA }
}

import { percentiles } from '#math'

export interface ZScaleOptions {
  readonly contrast?: number
  /** About how many pixels are looked at. */
  readonly samples?: number
}

const MAX_REJECT = 0.5
const MIN_PIXELS = 5
const REJECT_SIGMA = 2.5
const MAX_ITERATIONS = 5

/**
 * Display limits by IRAF's zscale: a line through the sorted sample, steepened by 1/contrast, around the median. NaN is
 * ignored; an image without finite pixels gives [0, 1].
 * @see IRAF images.tv.display; astropy.visualization.ZScaleInterval has the same constants
 */
export function zscale(
  data: Float32Array,
  width: number,
  { contrast = 0.25, samples = 1000 }: ZScaleOptions = {},
): readonly [number, number] {
  const sorted = sampleOf(data, width, samples).sort()
  const n = sorted.length
  if (n === 0) return [0, 1]
  const [low, high] = [sorted[0]!, sorted[n - 1]!]
  const middle = n % 2 === 1 ? sorted[(n - 1) / 2]! : (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2
  const fit = fitLine(sorted)
  if (fit === undefined) return [low, high]
  const slope = contrast > 0 ? fit / contrast : fit
  const center = Math.floor((n - 1) / 2)
  return [Math.max(low, middle - (center - 1) * slope), Math.min(high, middle + (n - center) * slope)]
}

/** Finite pixels on a square grid over the whole image. */
function sampleOf(data: Float32Array, width: number, wanted: number): Float32Array {
  const height = width > 0 ? data.length / width : 0
  const stride = Math.max(1, Math.floor(Math.sqrt(data.length / wanted)))
  const found: number[] = []
  for (let y = stride >> 1; y < height; y += stride)
    for (let x = stride >> 1; x < width; x += stride) {
      const value = data[y * width + x]!
      if (Number.isFinite(value)) found.push(value)
    }
  return Float32Array.from(found)
}

/** Slope of the sample per index, outliers and their neighbours rejected; undefined when too many go. */
function fitLine(sorted: Float32Array): number | undefined {
  const n = sorted.length
  const minimum = Math.max(MIN_PIXELS, Math.floor(n * MAX_REJECT))
  const grow = Math.max(1, Math.floor(n * 0.01))
  let bad = new Uint8Array(n)
  let [good, last] = [n, n + 1]
  let slope: number | undefined
  for (let k = 0; k < MAX_ITERATIONS && good < last && good >= minimum; k++) {
    const line = regress(sorted, bad)
    slope = line.slope
    const residual = (i: number): number => sorted[i]! - (line.slope * i + line.offset)
    let [sum, sum2] = [0, 0]
    for (let i = 0; i < n; i++)
      if (bad[i] === 0) {
        const r = residual(i)
        sum += r
        sum2 += r * r
      }
    const limit = REJECT_SIGMA * Math.sqrt(Math.max(0, sum2 / good - (sum / good) ** 2))
    const next = new Uint8Array(n)
    for (let i = 0; i < n; i++)
      if (bad[i] === 1 || Math.abs(residual(i)) > limit)
        next.fill(1, Math.max(0, i - (grow >> 1)), Math.min(n, i + ((grow + 1) >> 1)))
    bad = next
    last = good
    good = bad.reduce((count, b) => count + 1 - b, 0)
  }
  return good >= minimum ? slope : undefined
}

function regress(values: Float32Array, bad: Uint8Array): { slope: number; offset: number } {
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    if (bad[i] === 1) continue
    n++
    sx += i
    sy += values[i]!
    sxx += i * i
    sxy += i * values[i]!
  }
  const det = n * sxx - sx * sx
  const slope = det === 0 ? 0 : (n * sxy - sx * sy) / det
  return { slope, offset: (sy - slope * sx) / n }
}

/** Limits between two percentiles of the finite pixels; [0, 1] for none. */
export function percentileLimits(data: Float32Array, low: number, high: number): readonly [number, number] {
  const [a = Number.NaN, b = Number.NaN] = percentiles(data, [low, high])
  return Number.isNaN(a) ? [0, 1] : [a, b]
}

export const HISTOGRAM_BINS = 512
/** σ of a Gaussian in units of its interquartile range. */
const IQR_TO_STDEV = 0.741301109252802
const SAMPLE = 255

/** Access to the good pixels of one cell after the other: `openRow` for a row of cells, then `openCell` for each of them. */
export interface CellSums {
  openRow(y0: number, y1: number): void
  openCell(x0: number, x1: number): void
  /** Good pixels of the cell, read-only, valid until the next `openCell`. */
  values(): Float32Array
  /** Counts in bins of (v − lo)·scale, underflow first, overflow last. */
  histogram(lo: number, scale: number): Int32Array
  /** Number, Σd and Σd² of d = v − centre over |d| ≤ half. */
  clipped(centre: number, half: number): Float64Array
}

export interface CellStatistic {
  readonly mean: number
  readonly stdev: number
  readonly median: number
  readonly count: number
}

const EMPTY: CellStatistic = { mean: Number.NaN, stdev: Number.NaN, median: Number.NaN, count: 0 }

/** Median, then the mean and population-corrected stdev after `nIter` rounds of clipping at `nSigma`. */
export function cellFromSums(
  sums: CellSums,
  { nSigma, nIter }: { nSigma: number; nIter: number },
): CellStatistic {
  const values = sums.values()
  const n = values.length
  if (n === 0) return EMPTY
  const [q1, median, q3] = quartiles(sums, values)
  let centre = Math.fround(median)
  let half = nIter > 0 ? nSigma * IQR_TO_STDEV * (q3 - q1) : Number.POSITIVE_INFINITY
  let result: CellStatistic = { mean: median, stdev: 0, median, count: n }
  for (let round = 0; round < Math.max(1, nIter); round++) {
    const [count = 0, sum = 0, squares = 0] = sums.clipped(centre, Math.fround(half))
    if (count === 0) break
    const offset = sum / count
    const variance = count > 1 ? Math.max(0, (squares - offset * sum) / (count - 1)) : 0
    const same = count === result.count && round > 0
    result = { mean: centre + offset, stdev: Math.sqrt(variance), median, count }
    if (same) break
    centre = Math.fround(result.mean)
    half = nSigma * result.stdev
  }
  return result
}

/** Quartiles with linear interpolation; by histogram when the cell is large and its values spread, else by sorting. */
function quartiles(sums: CellSums, values: Float32Array): readonly [number, number, number] {
  const n = values.length
  if (n <= 4 * SAMPLE) return sortedQuartiles(values.slice())
  const step = Math.floor(n / SAMPLE)
  const sample = new Float32Array(SAMPLE)
  for (let i = 0; i < SAMPLE; i++) sample[i] = values[i * step]!
  const [s1, s2, s3] = sortedQuartiles(sample)
  const spread = s3 - s1
  const lo = Math.fround(s2 - 4 * spread)
  const scale = Math.fround(HISTOGRAM_BINS / (8 * spread))
  if (!(spread > 0) || !Number.isFinite(scale)) return sortedQuartiles(values.slice())
  const counts = sums.histogram(lo, scale)
  const found = [0.25, 0.5, 0.75].map((q) => quantile(counts, q * (n - 1), lo, 1 / scale))
  const [q1, q2, q3] = found
  if (q1 === undefined || q2 === undefined || q3 === undefined) return sortedQuartiles(values.slice())
  return [q1, q2, q3]
}

/** Value at sorted index `rank`, taking a bin's values as evenly spread; undefined when it falls outside the bins. */
function quantile(counts: Int32Array, rank: number, lo: number, width: number): number | undefined {
  let below = counts[0]!
  if (rank < below) return undefined
  for (let bin = 0; bin < HISTOGRAM_BINS; bin++) {
    const here = counts[bin + 1]!
    if (rank < below + here) return lo + width * (bin + (rank - below + 0.5) / here)
    below += here
  }
  return undefined
}

function sortedQuartiles(values: Float32Array): [number, number, number] {
  values.sort()
  const at = (q: number): number => {
    const rank = q * (values.length - 1)
    const low = Math.floor(rank)
    const v = values[low]!
    return v + (rank - low) * ((values[low + 1] ?? v) - v)
  }
  return [at(0.25), at(0.5), at(0.75)]
}

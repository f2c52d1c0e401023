import type { MaskedImage } from '#image'

export interface InterpolateOptions {
  /** Pixels that carry any of these are replaced. */
  readonly planes: readonly string[]
  /** Gaussian sigma of the linear prediction, pixels; the stack uses about 1. */
  readonly sigma: number
  /** Value where a run reaches both edges of the row, and for the far part of long edge runs; asked for once, when needed. */
  readonly fallback: () => number
}

/** Runs up to this long are predicted from the neighbours' correlation; longer ones are joined by a straight line. */
const PREDICTED_RUN = 10

/**
 * Replace masked pixels row by row by linear prediction from two good pixels on each side, and mark them INTRP.
 *
 * Inside a run of n pixels the weights w minimise the expected square error for a Gaussian autocorrelation of √2·sigma,
 * under Σw = 1 and Σw·x = 0 (so that constants and ramps are exact); with n = 1 they come close to the 0.774/−0.274 of the stack's
 * tables. A value below all four neighbours is replaced by the nearest good one: predictions must not dig holes.
 * @returns the number of pixels replaced
 * @see lsst.meas.algorithms.interpolateOverDefects (R. Lupton), whose tables hold the same predictor
 */
export function interpolateMasked({ image, mask }: MaskedImage, options: InterpolateOptions): number {
  const { width, height, data } = image
  const bits = options.planes.reduce((all, p) => all | (mask.planes.has(p) ? mask.mask(p) : 0), 0)
  const interpolated = mask.mask('INTRP')
  const weights = new Map<number, Float64Array>()
  let level: number | undefined
  const once = { ...options, fallback: () => (level ??= options.fallback()) }
  let replaced = 0
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; ) {
      if ((mask.data[row + x]! & bits) === 0) {
        x++
        continue
      }
      let end = x
      while (end < width && (mask.data[row + end]! & bits) !== 0) end++
      fillRun(data.subarray(row, row + width), maskedRow(mask.data, row, width, bits), x, end, once, weights)
      for (let i = x; i < end; i++) mask.data[row + i]! |= interpolated
      replaced += end - x
      x = end
    }
  }
  return replaced
}

type IsMasked = (x: number) => boolean
const maskedRow =
  (data: Int32Array, row: number, width: number, bits: number): IsMasked =>
  (x) =>
    x < 0 || x >= width || (data[row + x]! & bits) !== 0

function fillRun(
  row: Float32Array,
  masked: IsMasked,
  begin: number,
  end: number,
  { sigma, fallback }: InterpolateOptions,
  cache: Map<number, Float64Array>,
): void {
  const left = begin > 0
  const right = end < row.length
  if (!left && !right) row.fill(fallback(), begin, end)
  else if (!left || !right) fillEdge(row, begin, end, left, fallback)
  else if (end - begin > PREDICTED_RUN || masked(begin - 2) || masked(end + 1)) fillLine(row, begin, end)
  else predictRun(row, begin, end, sigma, cache)
}

/** A run at the row's end keeps the last good value for as far as pixels correlate, then turns to the fallback. */
function fillEdge(
  row: Float32Array,
  begin: number,
  end: number,
  left: boolean,
  fallback: () => number,
): void {
  const good = left ? row[begin - 1]! : row[end]!
  for (let x = begin; x < end; x++) {
    const distance = left ? x - begin : end - 1 - x
    row[x] = distance < PREDICTED_RUN ? good : fallback()
  }
}

function fillLine(row: Float32Array, begin: number, end: number): void {
  const a = row[begin - 1]!
  const b = row[end]!
  const span = end - begin + 1
  for (let x = begin; x < end; x++) row[x] = a + ((b - a) * (x - begin + 1)) / span
}

function predictRun(
  row: Float32Array,
  begin: number,
  end: number,
  sigma: number,
  cache: Map<number, Float64Array>,
): void {
  const n = end - begin
  const a = row[begin - 2]!
  const b = row[begin - 1]!
  const c = row[end]!
  const d = row[end + 1]!
  const floor = Math.min(a, b, c, d)
  for (let k = 0; k < n; k++) {
    const key = n * 64 + k
    let w = cache.get(key)
    if (w === undefined) cache.set(key, (w = predictionWeights(n, k, sigma)))
    const value = w[0]! * a + w[1]! * b + w[2]! * c + w[3]! * d
    row[begin + k] = value >= floor ? value : 2 * k < n ? b : c
  }
}

/** Weights of the pixels at −2, −1, n, n+1 for the pixel at k of a run of n: kriging with exact ramps. */
function predictionWeights(n: number, k: number, sigma: number): Float64Array {
  const at = [-2, -1, n, n + 1]
  const correlation = (r: number) => Math.exp((-r * r) / (4 * sigma * sigma))
  const A: number[][] = at.map((p, i) => [
    ...at.map((q, j) => correlation(p - q) + (i === j ? NOISE : 0)),
    1,
    p - k,
  ])
  A.push([1, 1, 1, 1, 0, 0], [...at.map((p) => p - k), 0, 0])
  const b = [...at.map((p) => correlation(p - k)), 1, 0]
  return solve(A, b).subarray(0, 4)
}

/** Relative white noise of the pixels: keeps the weights small, hence the noise under a defect near its neighbours'. */
const NOISE = 0.02

/** Gauss elimination with partial pivoting; the matrix is 6×6. */
function solve(A: number[][], b: number[]): Float64Array {
  const n = b.length
  for (let col = 0; col < n; col++) {
    let pivot = col
    for (let r = col + 1; r < n; r++) if (Math.abs(A[r]![col]!) > Math.abs(A[pivot]![col]!)) pivot = r
    ;[A[col], A[pivot]] = [A[pivot]!, A[col]!]
    ;[b[col], b[pivot]] = [b[pivot]!, b[col]!]
    for (let r = col + 1; r < n; r++) {
      const f = A[r]![col]! / A[col]![col]!
      for (let c = col; c < n; c++) A[r]![c]! -= f * A[col]![c]!
      b[r]! -= f * b[col]!
    }
  }
  const x = new Float64Array(n)
  for (let r = n - 1; r >= 0; r--) {
    let sum = b[r]!
    for (let c = r + 1; c < n; c++) sum -= A[r]![c]! * x[c]!
    x[r] = sum / A[r]![r]!
  }
  return x
}

import { selectInPlace } from '#math'

/** Median absolute difference → standard deviation, for differences of two, three and five pixels of Gaussian noise. */
const SECOND = 1.0483579
const THIRD = 0.6052697
const FIFTH = 0.1772048
const SAMPLE = 512

/**
 * Noise of a tile from differences of pixels two apart, which a sky gradient or a star changes little: the smallest of
 * three estimates, each the median over rows (Stoehr et al. 2007; the estimate that FITS compression is steered by).
 * NaN and runs of equal pixels do not count; 0 when nothing is left. Of long rows some 500 differences are taken, which
 * leaves the step of a tile uncertain by 5 %.
 */
export function tileNoise(src: Float32Array | Float64Array, width: number, height: number): number {
  const row = new Float64Array(width)
  const work = new Float64Array(width)
  const estimates: [Float64Array, Float64Array, Float64Array] = [
    new Float64Array(height),
    new Float64Array(height),
    new Float64Array(height),
  ]
  let rows = 0
  for (let y = 0; y < height; y++) {
    const n = goodPixels(src, y * width, width, row)
    if (n < 9) continue
    estimates[0][rows] = SECOND * medianOf(work, secondDifferences(row, n, work))
    estimates[1][rows] = THIRD * medianOf(work, thirdDifferences(row, n, work))
    estimates[2][rows] = FIFTH * medianOf(work, fifthDifferences(row, n, work))
    rows++
  }
  if (rows === 0) return 0
  return Math.min(...estimates.map((e) => medianOf(e, rows)))
}

function goodPixels(src: Float32Array | Float64Array, at: number, width: number, row: Float64Array): number {
  let n = 0
  for (let x = 0; x < width; x++) {
    const v = src[at + x]!
    if (!Number.isNaN(v) && (n === 0 || v !== row[n - 1])) row[n++] = v
  }
  return n
}

function secondDifferences(v: Float64Array, n: number, out: Float64Array): number {
  const step = Math.ceil(n / SAMPLE)
  let m = 0
  for (let i = 2; i < n; i += step) out[m++] = Math.abs(v[i]! - v[i - 2]!)
  return m
}

function thirdDifferences(v: Float64Array, n: number, out: Float64Array): number {
  const step = Math.ceil(n / SAMPLE)
  let m = 0
  for (let i = 4; i < n; i += step) out[m++] = Math.abs(2 * v[i - 2]! - v[i - 4]! - v[i]!)
  return m
}

function fifthDifferences(v: Float64Array, n: number, out: Float64Array): number {
  const step = Math.ceil(n / SAMPLE)
  let m = 0
  for (let i = 8; i < n; i += step)
    out[m++] = Math.abs(6 * v[i - 4]! - 4 * (v[i - 6]! + v[i - 2]!) + v[i - 8]! + v[i]!)
  return m
}

const medianOf = (values: Float64Array, n: number): number =>
  n === 0 ? 0 : selectInPlace(values, n >> 1, 0, n - 1)

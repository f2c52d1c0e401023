import type { Image } from '#image'
import { MeasurementFailure, type MeasureFrame, type MeasurementPlugin, type SourceState } from './plugin.ts'

export interface SdssCentroidOptions {
  /** Binning is doubled until the object is smaller than this many smoothed-PSF variances, in binned pixels. */
  readonly sizeFactor: number
  readonly maxBinning: number
}

/** Quartic correction of the parabola, for a Gaussian sampled at the FWHMs of ground-based seeing. */
const QUARTIC = 1.33
/** The smoothing kernel is cut at this many sigmas of the PSF. */
const KERNEL_SIGMAS = 4.5

/**
 * Position of the maximum of the PSF-smoothed image near the peak: a parabola with quartic correction through 3×3 pixels;
 * large objects are binned first. Errors are propagated exactly through the smoothing from the variance plane, so they
 * hold the source's own noise (the stack has an approximation for flat noise). Beyond the border pixels count as 0 and the position is
 * flagged. A position outside the footprint goes back to the peak.
 * @see lsst::meas::base::SdssCentroidAlgorithm; Pier et al. 2003, AJ 125 1559
 */
export function sdssCentroid(
  options: SdssCentroidOptions = { sizeFactor: 1.5, maxBinning: 16 },
): MeasurementPlugin {
  const name = 'base_SdssCentroid'
  return {
    name,
    order: 0,
    prepare(columns, frame) {
      const x = columns.number(`${name}_x`, { unit: 'pixel', doc: 'position of the maximum, x' })
      const y = columns.number(`${name}_y`, { unit: 'pixel', doc: 'position of the maximum, y' })
      const xErr = columns.number(`${name}_xErr`, { unit: 'pixel', doc: '1-sigma error of x' })
      const yErr = columns.number(`${name}_yErr`, { unit: 'pixel', doc: '1-sigma error of y' })
      const flag = columns.flag(`${name}_flag`, 'set when the position failed in any way')
      const edge = columns.flag(
        `${name}_flag_edge`,
        'the smoothing kernel reaches over the edge of the image',
      )
      const noSecond = columns.flag(`${name}_flag_noSecondDerivative`, 'vanishing second derivative')
      const almostNo = columns.flag(
        `${name}_flag_almostNoSecondDerivative`,
        'almost vanishing second derivative',
      )
      const notMaximum = columns.flag(
        `${name}_flag_notAtMaximum`,
        'the peak is no maximum of the smoothed image',
      )
      const reset = columns.flag(
        `${name}_flag_resetToPeak`,
        'the position was outside the footprint: set to the peak',
      )
      const reasons = { noSecond, almostNo, notMaximum } as const
      return (source) => {
        const { row, peak } = source
        x[row] = peak.x
        y[row] = peak.y
        source.x = peak.x
        source.y = peak.y
        const result = measureCentroid(frame, source, options)
        if (result.clipped) {
          edge[row] = 1
          flag[row] = 1
        }
        if (result.failure !== undefined) {
          reasons[result.failure][row] = 1
          throw new MeasurementFailure(result.failure)
        }
        if (!source.footprint.contains(result)) {
          reset[row] = 1
          throw new MeasurementFailure('the position is outside the footprint')
        }
        x[row] = result.x
        y[row] = result.y
        xErr[row] = result.xErr
        yErr[row] = result.yErr
        source.x = result.x
        source.y = result.y
      }
    },
  }
}

interface Centroid {
  readonly x: number
  readonly y: number
  readonly xErr: number
  readonly yErr: number
  readonly clipped: boolean
  readonly failure?: 'noSecond' | 'almostNo' | 'notMaximum'
}

function measureCentroid(frame: MeasureFrame, source: SourceState, options: SdssCentroidOptions): Centroid {
  const { ix, iy } = source.peak
  const kernel = frame.psf.kernelImage({ x: ix, y: iy })
  const sigma = frame.psf.sigmaAt({ x: ix, y: iy })
  const limit = options.sizeFactor * (1 + sigma * sigma)
  const half = Math.min((kernel.width - 1) / 2, Math.max(2, Math.ceil(KERNEL_SIGMAS * sigma)))
  let [binX, binY] = [1, 1]
  for (;;) {
    const window = smoothedWindow(frame, ix - frame.x0, iy - frame.y0, kernel, half, binX, binY)
    const fit = maximumOf(window, sigma)
    if (fit.failure !== undefined)
      return {
        x: ix,
        y: iy,
        xErr: Number.NaN,
        yErr: Number.NaN,
        clipped: window.clipped,
        failure: fit.failure,
      }
    const dx = binX * fit.x + (binX - 1) / 2 - (binX >> 1)
    const dy = binY * fit.y + (binY - 1) / 2 - (binY >> 1)
    const wideX = fit.sizeX * binX * binX >= limit * binX * binX || dx * dx >= limit * binX * binX
    const wideY = fit.sizeY * binY * binY >= limit * binY * binY || dy * dy >= limit * binY * binY
    const next = [wideX ? 2 * binX : binX, wideY ? 2 * binY : binY] as const
    if ((!wideX && !wideY) || Math.max(...next) > options.maxBinning)
      return { x: ix + dx, y: iy + dy, xErr: binX * fit.xErr, yErr: binY * fit.yErr, clipped: window.clipped }
    ;[binX, binY] = next
  }
}

interface Window {
  /** Smoothed values around the peak, row-major 3×3. */
  readonly v: Float64Array
  /** Variances of the x slope ½(I₊ − I₋), the y slope, and the x and y curvatures through the centre. */
  readonly slopeX: number
  readonly slopeY: number
  readonly curveX: number
  readonly curveY: number
  readonly clipped: boolean
}

/** Correlate the (binned) image around (cx, cy) with the PSF kernel at 3×3 positions. */
function smoothedWindow(
  { store }: MeasureFrame,
  cx: number,
  cy: number,
  kernel: Image,
  half: number,
  binX: number,
  binY: number,
): Window {
  const { width, height, image, variance } = store
  const v = new Float64Array(9)
  let [slopeX, slopeY, curveX, curveY] = [0, 0, 0, 0]
  let clipped = false
  const reach = half + 1
  const side = 2 * half + 5
  const k = paddedKernel(kernel, half)
  for (let j = -reach; j <= reach; j++) {
    const y0 = cy + j * binY - (binY >> 1)
    const row = (j + half + 2) * side + half + 2
    for (let i = -reach; i <= reach; i++) {
      const x0 = cx + i * binX - (binX >> 1)
      if (x0 < 0 || y0 < 0 || x0 + binX > width || y0 + binY > height) {
        clipped = true
        continue
      }
      let d = image[y0 * width + x0]!
      let noise = variance[y0 * width + x0]!
      if (binX > 1 || binY > 1) {
        d = 0
        noise = 0
        for (let y = y0; y < y0 + binY; y++)
          for (let x = x0; x < x0 + binX; x++) {
            d += image[y * width + x]!
            noise += variance[y * width + x]!
          }
        const n = binX * binY
        d /= n
        noise /= n * n
      }
      // Smoothed pixel (a, b) is Σ K(i − a, j − b)·I(i, j).
      const at = row + i
      const left = k[at + 1]!
      const middle = k[at]!
      const right = k[at - 1]!
      const up = k[at - side]!
      const down = k[at + side]!
      v[0]! += d * k[at + side + 1]!
      v[1]! += d * down
      v[2]! += d * k[at + side - 1]!
      v[3]! += d * left
      v[4]! += d * middle
      v[5]! += d * right
      v[6]! += d * k[at - side + 1]!
      v[7]! += d * up
      v[8]! += d * k[at - side - 1]!
      const sx = 0.5 * (right - left)
      const sy = 0.5 * (up - down)
      slopeX += noise * sx * sx
      slopeY += noise * sy * sy
      const qx = 2 * middle - left - right
      const qy = 2 * middle - up - down
      curveX += noise * qx * qx
      curveY += noise * qy * qy
    }
  }
  return { v, slopeX, slopeY, curveX, curveY, clipped }
}

/** The kernel within ±half with a rim of two zeros; the last one is kept, as a PSF often serves many sources. */
function paddedKernel(kernel: Image, half: number): Float64Array {
  if (lastPadded?.kernel === kernel && lastPadded.half === half) return lastPadded.data
  const side = 2 * half + 5
  const c = (kernel.width - 1) / 2
  const data = new Float64Array(side * side)
  for (let j = -half; j <= half; j++)
    for (let i = -half; i <= half; i++)
      data[(j + half + 2) * side + i + half + 2] = kernel.data[(j + c) * kernel.width + i + c]!
  lastPadded = { kernel, half, data }
  return data
}

let lastPadded: { readonly kernel: Image; readonly half: number; readonly data: Float64Array } | undefined

interface Maximum {
  readonly x: number
  readonly y: number
  readonly xErr: number
  readonly yErr: number
  /** Variance of the object along x and y after taking the smoothing off, px². */
  readonly sizeX: number
  readonly sizeY: number
  readonly failure?: Centroid['failure'] & string
}

function maximumOf({ v, slopeX, slopeY, curveX, curveY }: Window, sigma: number): Maximum {
  const centre = v[4]!
  const d2x = 2 * centre - v[3]! - v[5]!
  const d2y = 2 * centre - v[1]! - v[7]!
  const sx = 0.5 * (v[5]! - v[3]!)
  const sy = 0.5 * (v[7]! - v[1]!)
  const none = { x: 0, y: 0, xErr: Number.NaN, yErr: Number.NaN, sizeX: 0, sizeY: 0 }
  if (d2x === 0 || d2y === 0) return { ...none, failure: 'noSecond' }
  if (!(d2x > 0) || !(d2y > 0)) return { ...none, failure: 'notMaximum' }
  const [dx0, dy0] = [sx / d2x, sy / d2y]
  if (Math.abs(dx0) > 10 || Math.abs(dy0) > 10) return { ...none, failure: 'almostNo' }
  const height = Math.abs(centre + 0.5 * (sx * dx0 + sy * dy0))
  const rows = [quartic(v[0]!, v[1]!, v[2]!), quartic(v[3]!, v[4]!, v[5]!), quartic(v[6]!, v[7]!, v[8]!)]
  const columns = [quartic(v[0]!, v[3]!, v[6]!), quartic(v[1]!, v[4]!, v[7]!), quartic(v[2]!, v[5]!, v[8]!)]
  const sound = [...rows, ...columns].every(Number.isFinite)
  let [x, y] = [dx0, dy0]
  if (sound) {
    const across = (m: readonly number[], t: number) =>
      m[1]! + t * (0.5 * (m[2]! - m[0]!) - t * (m[1]! - 0.5 * (m[0]! + m[2]!)))
    const [x1, y1] = [across(rows, dy0), across(columns, dx0)]
    x = across(rows, y1)
    y = across(columns, x1)
  }
  const s2 = sigma * sigma
  const sizeX = height / d2x - (1 + 6 * dx0 * dx0) / 4 - s2
  const sizeY = height / d2y - (1 + 6 * dy0 * dy0) / 4 - s2
  const peak = Math.max(centre, Number.MIN_VALUE)
  const k = sound ? QUARTIC : 0
  return {
    x,
    y,
    xErr: slopeError(sx, d2x, slopeX, curveX, peak, k),
    yErr: slopeError(sy, d2y, slopeY, curveY, peak, k),
    sizeX,
    sizeY,
  }
}

/** Centre of three samples by a parabola with quartic correction; NaN when it is no maximum or too far off. */
function quartic(left: number, middle: number, right: number): number {
  const up = middle - right
  const down = middle - left
  const d2 = up + down
  if (d2 <= 0 || middle <= 0) return Number.NaN
  const c = ((0.5 * (right - left)) / d2) * (1 + (QUARTIC * up * down) / (d2 * middle))
  return Math.abs(c) < 1 ? c : Number.NaN
}

/** σ of (s/d)(1 + k(d/4)(1 − 4s²/d²)/v): through the slope s and the curvature d; the height's own share is negligible. */
function slopeError(
  s: number,
  d: number,
  slopeVariance: number,
  curveVariance: number,
  v: number,
  k: number,
): number {
  const bySlope = 1 / d + (k / (4 * v)) * (1 - (12 * s * s) / (d * d))
  const byCurvature = s / (d * d) - (k / (4 * v)) * ((8 * s * s * s) / (d * d * d))
  return Math.sqrt(slopeVariance * bySlope * bySlope + curveVariance * byCurvature * byCurvature)
}

import type { Mask } from '#image'
import { cellStatistics, type Shape } from '#simd'
import { planeBits } from '../plane-bits.ts'

const MAX_PIXELS = 1 << 20

/**
 * Median, clipped mean and clipped stdev (3 σ, 3 rounds) of a plane over at most a million pixels, rows evenly taken:
 * on a larger image the standard error stays below σ/1000.
 */
export function sampleStatistics(
  data: Float32Array,
  shape: Shape,
  mask?: Mask,
  ignoredPlanes: readonly string[] = [],
): { readonly mean: number; readonly stdev: number; readonly median: number; readonly count: number } {
  const { width, height } = shape
  const step = Math.max(1, Math.ceil((width * height) / MAX_PIXELS))
  const rows = Math.ceil(height / step)
  const pixels = step === 1 ? data : pickRows(data, width, rows, step, new Float32Array(rows * width))
  const flags =
    mask && (step === 1 ? mask.data : pickRows(mask.data, width, rows, step, new Int32Array(rows * width)))
  const bad = mask ? planeBits(mask, ignoredPlanes) : 0
  const cells = cellStatistics(pixels, flags, { width, height: rows }, [0, width], [0, rows], {
    nSigma: 3,
    nIter: 3,
    bad,
  })
  return { mean: cells.mean[0]!, stdev: cells.stdev[0]!, median: cells.median[0]!, count: cells.count[0]! }
}

function pickRows<T extends Float32Array | Int32Array>(
  src: T,
  width: number,
  rows: number,
  step: number,
  dst: T,
): T {
  for (let r = 0; r < rows; r++) dst.set(src.subarray(r * step * width, r * step * width + width), r * width)
  return dst
}

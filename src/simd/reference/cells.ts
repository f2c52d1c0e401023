import { type CellSums, HISTOGRAM_BINS } from '../cell-statistic.ts'
import type { Shape } from '../types.ts'

const fround = Math.fround
const BLOCK = 64

/** Twin of the cell kernels: the same gathering, binning, and lane-wise partial sums. */
export function referenceCellSums(
  image: Float32Array,
  mask: Int32Array | undefined,
  { width }: Shape,
  bad: number,
): CellSums {
  const counts = new Int32Array(HISTOGRAM_BINS + 2)
  const out = new Float64Array(3)
  let top = 0
  let bottom = 0
  let cell = new Float32Array(0)
  let n = 0
  return {
    openRow(y0, y1) {
      top = y0
      bottom = y1
    },
    openCell(x0, x1) {
      const size = (x1 - x0) * (bottom - top)
      if (cell.length < size) cell = new Float32Array(size)
      n = 0
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + x0; i < y * width + x1; i++) {
          const v = image[i]!
          if (v - v === 0 && (mask === undefined || (mask[i]! & bad) === 0)) cell[n++] = v
        }
      }
    },
    values: () => cell.subarray(0, n),
    histogram(lo, scale) {
      counts.fill(0)
      for (let i = 0; i < n; i++) {
        const t = Math.floor(fround(fround(fround(cell[i]! - lo) * scale) + 1))
        counts[Math.min(Math.max(t, 0), HISTOGRAM_BINS + 1)]! += 1
      }
      return counts
    },
    clipped(centre, half) {
      clippedSums(cell, n, centre, half, out)
      return out
    },
  }
}

function clippedSums(values: Float32Array, n: number, centre: number, half: number, out: Float64Array): void {
  const whole = n & ~3
  const total = new Float64Array(8)
  const s = new Float32Array(8)
  const q = new Float32Array(8)
  let count = 0
  for (let from = 0; from < whole; from += BLOCK) {
    const stop = Math.min(from + BLOCK, whole)
    s.fill(0)
    q.fill(0)
    for (let i = from; i < stop; i++) {
      const d = fround(values[i]! - centre)
      if (!(Math.abs(d) <= half)) continue
      const lane = (i - from) & 7
      s[lane] = fround(s[lane]! + d)
      q[lane] = fround(q[lane]! + fround(d * d))
      count++
    }
    for (let lane = 0; lane < 4; lane++) {
      total[lane]! += fround(s[lane]! + s[lane + 4]!)
      total[4 + lane]! += fround(q[lane]! + q[lane + 4]!)
    }
  }
  let sum = total[0]! + total[1]! + (total[2]! + total[3]!)
  let squares = total[4]! + total[5]! + (total[6]! + total[7]!)
  for (let i = whole; i < n; i++) {
    const d = fround(values[i]! - centre)
    if (!(Math.abs(d) <= half)) continue
    count++
    sum += d
    squares += fround(d * d)
  }
  out[0] = count
  out[1] = sum
  out[2] = squares
}

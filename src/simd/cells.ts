import { f32, f64, i32, kernels, type KernelInstance, layout } from './runtime.ts'
import { referenceCellSums } from './reference/cells.ts'
import { type CellSums, cellFromSums } from './cell-statistic.ts'
import { HISTOGRAM_BINS } from './cell-statistic.ts'
import type { Shape } from './types.ts'

export interface CellOptions {
  readonly nSigma: number
  /** Clipping rounds at most; the first is about the median with 0.7413·IQR. */
  readonly nIter: number
  /** Pixels whose mask has one of these bits are left out. */
  readonly bad?: number
}

/** Per cell, row-major over cells; NaN where no pixel is left. Mean and stdev are clipped, the median is not. */
export interface CellStatistics {
  readonly mean: Float64Array
  readonly stdev: Float64Array
  readonly median: Float64Array
  /** Pixels that survived the clipping. */
  readonly count: Int32Array
}

/**
 * Clipped statistics of rectangular cells. Quartiles come from a histogram of 512 bins over ±4 IQR (exact to about
 * 0.003 σ), the clipped sums from the pixels themselves.
 * @param xEdges columns where cells begin, and the end: cell i covers [xEdges[i], xEdges[i+1])
 * @see the Rubin stack's afw::math::makeBackground with MEANCLIP
 */
export function cellStatistics(
  image: Float32Array,
  mask: Int32Array | undefined,
  shape: Shape,
  xEdges: ArrayLike<number>,
  yEdges: ArrayLike<number>,
  options: CellOptions,
): CellStatistics {
  const nx = xEdges.length - 1
  const ny = yEdges.length - 1
  const sums = cellSums(image, mask, shape, xEdges, yEdges, options.bad ?? 0)
  const out = {
    mean: new Float64Array(nx * ny),
    stdev: new Float64Array(nx * ny),
    median: new Float64Array(nx * ny),
    count: new Int32Array(nx * ny),
  }
  for (let j = 0; j < ny; j++) {
    sums.openRow(yEdges[j]!, yEdges[j + 1]!)
    for (let i = 0; i < nx; i++) {
      sums.openCell(xEdges[i]!, xEdges[i + 1]!)
      const cell = cellFromSums(sums, options)
      const at = j * nx + i
      out.mean[at] = cell.mean
      out.stdev[at] = cell.stdev
      out.median[at] = cell.median
      out.count[at] = cell.count
    }
  }
  return out
}

function cellSums(
  image: Float32Array,
  mask: Int32Array | undefined,
  shape: Shape,
  xEdges: ArrayLike<number>,
  yEdges: ArrayLike<number>,
  bad: number,
): CellSums {
  const instance = kernels()
  const used = bad === 0 ? undefined : mask
  if (instance === undefined) return referenceCellSums(image, used, shape, bad)
  return wasmCellSums(instance, image, used, shape, largest(xEdges), largest(yEdges), bad)
}

function largest(edges: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i + 1 < edges.length; i++) most = Math.max(most, edges[i + 1]! - edges[i]!)
  return most
}

function wasmCellSums(
  instance: KernelInstance,
  image: Float32Array,
  mask: Int32Array | undefined,
  { width }: Shape,
  cellWidth: number,
  cellHeight: number,
  bad: number,
): CellSums {
  const bandBytes = 4 * width * cellHeight
  const cellBytes = 4 * (cellWidth * cellHeight + 8)
  const sizes = [bandBytes, mask ? bandBytes : 0, cellBytes, 4 * (HISTOGRAM_BINS + 2), 24]
  const [pi = 0, pm = 0, pc = 0, ph = 0, po = 0] = layout(instance, sizes)
  const { run } = instance
  const band = f32(instance, pi, width * cellHeight)
  const bandMask = mask && i32(instance, pm, width * cellHeight)
  const cell = f32(instance, pc, cellWidth * cellHeight + 8)
  const counts = i32(instance, ph, HISTOGRAM_BINS + 2)
  const out = f64(instance, po, 3)
  let rows = 0
  let n = 0
  return {
    openRow(y0, y1) {
      rows = y1 - y0
      band.set(image.subarray(y0 * width, y1 * width))
      if (mask) bandMask?.set(mask.subarray(y0 * width, y1 * width))
    },
    openCell(x0, x1) {
      n = run.gatherCell(pi + 4 * x0, mask ? pm + 4 * x0 : 0, 4 * width, x1 - x0, rows, bad, pc)
    },
    values: () => cell.subarray(0, n),
    histogram(lo, scale) {
      run.histogram(pc, n, lo, scale, HISTOGRAM_BINS, ph)
      return counts
    },
    clipped(centre, half) {
      run.clippedSums(pc, n, centre, half, po)
      return out
    },
  }
}

import type { KernelTable } from './lanczos-table.ts'

/** Image, variance and mask planes of one shape, row-major. */
export interface Planes {
  readonly width: number
  readonly height: number
  readonly image: Float32Array
  readonly variance: Float32Array
  readonly mask: Int32Array
}

/** Where one row of output pixels looks: input array indices (not rounded) and input pixels' area an output pixel. */
export interface RowPositions {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly area: Float64Array
}

/**
 * Resample `count` pixels of a row: image by the kernel, variance by its square (neighbours become correlated, which is not
 * kept), both times the area; the mask's flags are those of the four nearest pixels, and those of `spread` anywhere under the
 * kernel. Pixels whose kernel reaches out of the input are left as they are.
 * @param to outputs, at `start` and on @returns how many pixels were filled
 * @see lsst::afw::math::warpImage
 */
export function resampleRow(
  from: Planes,
  positions: RowPositions,
  count: number,
  { size, steps, weights }: KernelTable,
  spread: number,
  to: Planes,
  start: number,
): number {
  const { width, height, image, variance, mask } = from
  const before = size / 2 - 1
  let filled = 0
  for (let k = 0; k < count; k++) {
    const [px, py] = [positions.x[k]!, positions.y[k]!]
    const [fx, fy] = [Math.floor(px), Math.floor(py)]
    const [left, top] = [fx - before, fy - before]
    // Written so that NaN is outside.
    if (!(left >= 0 && top >= 0 && left + size <= width && top + size <= height)) continue
    const wx = Math.round((px - fx) * steps) * size
    const wy = Math.round((py - fy) * steps) * size
    let [sum, noise, flags] = [0, 0, 0]
    for (let j = 0; j < size; j++) {
      const row = (top + j) * width + left
      let [rowSum, rowNoise] = [0, 0]
      for (let i = 0; i < size; i++) {
        const w = weights[wx + i]!
        rowSum += w * image[row + i]!
        rowNoise += w * w * variance[row + i]!
        flags |= mask[row + i]!
      }
      const w = weights[wy + j]!
      sum += w * rowSum
      noise += w * w * rowNoise
    }
    const near = fy * width + fx
    const area = positions.area[k]!
    to.image[start + k] = sum * area
    to.variance[start + k] = noise * area * area
    to.mask[start + k] =
      (flags & spread) | mask[near]! | mask[near + 1]! | mask[near + width]! | mask[near + width + 1]!
    filled++
  }
  return filled
}

import { align, f32, kernels, type KernelInstance, layout } from './runtime.ts'
import { convolveSeparable as reference } from './reference/convolve.ts'
import type { Shape } from './types.ts'

const BAND = 64

/**
 * Convolve with a separable symmetric kernel, the same along rows and columns unless `columns` is given.
 * Pixels beyond the border count as 0; NaN spreads over the kernel's reach. All arithmetic is Float32.
 * @param half weights k0, k1 … k_h of one side, centre first: the kernel is k_h … k1 k0 k1 … k_h
 * @param dst output, same shape as `src`, which it may be
 */
export function convolveSeparable(
  src: Float32Array,
  shape: Shape,
  half: ArrayLike<number>,
  dst: Float32Array = new Float32Array(src.length),
  columns: ArrayLike<number> = half,
): Float32Array {
  const instance = kernels()
  if (instance === undefined) return reference(src, shape, half, dst, columns)
  const weightsX = Float32Array.from(half)
  const weightsY = Float32Array.from(columns)
  convolveBands(instance, src, shape, weightsX, weightsY, dst)
  return dst
}

function convolveBands(
  instance: KernelInstance,
  src: Float32Array,
  { width, height }: Shape,
  kx: Float32Array,
  ky: Float32Array,
  dst: Float32Array,
): void {
  const hx = kx.length - 1
  const hy = ky.length - 1
  const pad = align(hx, 4)
  const inStride = align(width, 16) + 2 * pad + 16
  const stride = align(width, 16)
  const rowsIn = Math.max(BAND, hy)
  const tmpRows = rowsIn + 2 * hy
  const sizes = [
    kx.byteLength,
    ky.byteLength,
    4 * inStride * rowsIn,
    4 * stride * tmpRows,
    4 * stride * rowsIn,
  ]
  const [pkx = 0, pky = 0, pin = 0, ptmp = 0, pout = 0] = layout(instance, sizes)
  f32(instance, pkx, kx.length).set(kx)
  f32(instance, pky, ky.length).set(ky)
  const input = f32(instance, pin, inStride * rowsIn).fill(0)
  const tmp = f32(instance, ptmp, stride * tmpRows).fill(0)
  const out = f32(instance, pout, stride * rowsIn)
  const { run } = instance

  // tmp row r holds the row-filtered image row y − hy + r of the band that starts at y.
  const filterInto = (tmpRow: number, fromY: number, rows: number): void => {
    const inside = Math.max(0, Math.min(rows, height - fromY))
    for (let r = 0; r < inside; r++)
      input.set(src.subarray((fromY + r) * width, (fromY + r + 1) * width), r * inStride + pad)
    if (inside > 0)
      run.convolveRows(
        pin + 4 * pad,
        4 * inStride,
        ptmp + 4 * stride * tmpRow,
        4 * stride,
        inside,
        width,
        pkx,
        hx,
      )
    tmp.fill(0, (tmpRow + inside) * stride, (tmpRow + rows) * stride)
  }
  filterInto(hy, 0, hy)
  for (let y = 0; y < height; y += rowsIn) {
    const rows = Math.min(rowsIn, height - y)
    filterInto(2 * hy, y + hy, rowsIn)
    run.convolveColumns(ptmp + 4 * stride * hy, 4 * stride, pout, rows, width, pky, hy)
    for (let r = 0; r < rows; r++) dst.set(out.subarray(r * stride, r * stride + width), (y + r) * width)
    tmp.copyWithin(0, rowsIn * stride, tmpRows * stride)
  }
}

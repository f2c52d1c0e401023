import { FirstlightError } from '#core'
import { correlate2d as reference } from './reference/correlate.ts'
import { align, f32, kernels, layout } from './runtime.ts'
import type { Shape } from './types.ts'

const BAND = 32

/**
 * Correlate with a small kernel: dst(x, y) = Σ kernel(i, j)·src(x + i − (kw−1)/2, y + j − (kh−1)/2), Float32 in row order of
 * the kernel. Pixels nearer to the border than half the kernel are set to 0. `dst` may not alias `src`.
 * @param kernel kw × kh weights, row-major; both sides odd
 */
export function correlate2d(
  src: Float32Array,
  shape: Shape,
  kernel: ArrayLike<number>,
  kw: number,
  kh: number,
  dst: Float32Array = new Float32Array(src.length),
): Float32Array {
  if (kw % 2 !== 1 || kh % 2 !== 1 || kernel.length !== kw * kh)
    throw new FirstlightError(
      'simd/bad-kernel',
      `A kernel of ${kernel.length} weights is not odd ${kw} × ${kh}.`,
    )
  const { width, height } = shape
  dst.fill(0)
  if (width < kw || height < kh) return dst
  const weights = Float32Array.from(kernel)
  const instance = kernels()
  if (instance === undefined) return reference(src, shape, weights, kw, kh, dst)
  const [left, top] = [(kw - 1) / 2, (kh - 1) / 2]
  const stride = align(width, 32) + 32 + align(kw, 4)
  const rowsIn = BAND + kh - 1
  const [pk = 0, ps = 0, pd = 0] = layout(instance, [
    weights.byteLength,
    4 * stride * rowsIn,
    4 * stride * BAND,
  ])
  f32(instance, pk, weights.length).set(weights)
  const input = f32(instance, ps, stride * rowsIn).fill(0)
  const output = f32(instance, pd, stride * BAND)
  const [wide, high] = [width - kw + 1, height - kh + 1]
  for (let y = 0; y < high; y += BAND) {
    const rows = Math.min(BAND, high - y)
    for (let r = 0; r < rows + kh - 1; r++)
      input.set(src.subarray((y + r) * width, (y + r + 1) * width), r * stride)
    instance.run.correlateRows(ps, 4 * stride, pd, rows, wide, pk, kw, kh)
    for (let r = 0; r < rows; r++)
      dst.set(output.subarray(r * stride, r * stride + wide), (y + r + top) * width + left)
  }
  return dst
}

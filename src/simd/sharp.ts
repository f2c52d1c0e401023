import { sharpPixels as reference } from './reference/sharp.ts'
import { align, f32, i32, kernels, layout } from './runtime.ts'
import type { Shape } from './types.ts'

const BAND = 32

/**
 * Indices, ascending, of the pixels that exceed the smallest mean of two opposite neighbours by `minSigma`·√variance, the outermost
 * pixels left out. In Float32 with a slack of 1e-6 of the value, so that a few that only just fail come along; none is missed. NaN never
 * stands out, and hides the pixels next to it.
 */
export function sharpPixels(
  image: Float32Array,
  variance: Float32Array,
  shape: Shape,
  minSigma: number,
): Int32Array {
  const limit = Math.fround(minSigma * minSigma * 0.99999)
  const instance = kernels()
  if (instance === undefined) return reference(image, variance, shape, limit)
  const { width, height } = shape
  const stride = align(width, 4) + 8
  const [pi = 0, pv = 0, po = 0] = layout(instance, [4 * stride * (BAND + 2), 4 * stride * BAND, 4 * stride])
  const pixels = f32(instance, pi, stride * (BAND + 2))
  const noise = f32(instance, pv, stride * BAND)
  const found = i32(instance, po, stride)
  const hits: number[] = []
  for (let y0 = 1; y0 < height - 1; y0 += BAND) {
    const rows = Math.min(BAND, height - 1 - y0)
    for (let r = 0; r < rows + 2; r++)
      pixels.set(image.subarray((y0 + r - 1) * width, (y0 + r) * width), r * stride)
    for (let r = 0; r < rows; r++)
      noise.set(variance.subarray((y0 + r) * width, (y0 + r + 1) * width), r * stride)
    for (let r = 0; r < rows; r++) {
      const [row, own] = [pi + 4 * stride * (r + 1), pv + 4 * stride * r]
      const n = instance.run.sharpInRow(row, 4 * stride, own, width, limit, po)
      for (let k = 0; k < n; k++) hits.push((y0 + r) * width + found[k]!)
    }
  }
  return Int32Array.from(hits)
}

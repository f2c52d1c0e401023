import type { CubicRows } from './types.ts'
import { align, f32, i32, kernels, layout } from './runtime.ts'
import * as reference from './reference/upsample.ts'

const BAND = 64

/** Evaluate ((a3·t + a2)·t + a1)·t + a0 for every pixel, in Float32, into `dst` (row-major, width·height). */
export function cubicRows(surface: CubicRows, dst?: Float32Array): Float32Array {
  const { width, height, starts, knots, coeffs } = surface
  const out = dst ?? new Float32Array(width * height)
  const instance = kernels()
  if (instance === undefined) return reference.cubicRows(surface, out)
  const segments = knots.length
  const stride = align(width, 4) + 4
  const sizes = [coeffs.byteLength, knots.byteLength, starts.byteLength, 4 * stride * BAND]
  const [pc = 0, pk = 0, ps = 0, pd = 0] = layout(instance, sizes)
  f32(instance, pc, coeffs.length).set(coeffs)
  f32(instance, pk, segments).set(knots)
  i32(instance, ps, starts.length).set(starts)
  const band = f32(instance, pd, stride * BAND)
  for (let y = 0; y < height; y += BAND) {
    const rows = Math.min(BAND, height - y)
    instance.run.cubicRows(pc + 16 * y * segments, pk, ps, segments, rows, pd, 4 * stride)
    for (let r = 0; r < rows; r++) out.set(band.subarray(r * stride, r * stride + width), (y + r) * width)
  }
  return out
}

/**
 * Rows that are weighted sums of basis rows: dst[y] = Σ_k weights[y·n + k] · basis[k], Float32 in order of k.
 * @param basis n rows of `width`
 * @param weights height × n
 */
export function combineRows(
  basis: Float32Array,
  weights: Float32Array,
  n: number,
  width: number,
  dst?: Float32Array,
): Float32Array {
  const height = weights.length / n
  const out = dst ?? new Float32Array(width * height)
  const instance = kernels()
  if (instance === undefined) return reference.combineRows(basis, weights, n, width, out)
  const stride = align(width, 8)
  const [pb = 0, pw = 0, pd = 0] = layout(instance, [4 * n * stride, weights.byteLength, 4 * stride * BAND])
  const rowsOf = f32(instance, pb, n * stride)
  for (let k = 0; k < n; k++) rowsOf.set(basis.subarray(k * width, (k + 1) * width), k * stride)
  f32(instance, pw, weights.length).set(weights)
  const band = f32(instance, pd, stride * BAND)
  for (let y = 0; y < height; y += BAND) {
    const rows = Math.min(BAND, height - y)
    instance.run.combineRows(pb, 4 * stride, n, pw + 4 * y * n, rows, width, pd, 4 * stride)
    for (let r = 0; r < rows; r++) out.set(band.subarray(r * stride, r * stride + width), (y + r) * width)
  }
  return out
}

import { f32, kernels, layout } from './runtime.ts'
import { dot as reference } from './reference/dot.ts'

/** Σ a·b over the shorter length: Float32 products summed in four Float64 lanes. */
export function dot(a: Float32Array, b: Float32Array): number {
  const n = Math.min(a.length, b.length)
  const instance = kernels()
  if (instance === undefined) return reference(a, b, n)
  const [pa = 0, pb = 0] = layout(instance, [4 * n, 4 * n])
  f32(instance, pa, n).set(a.subarray(0, n))
  f32(instance, pb, n).set(b.subarray(0, n))
  return instance.run.dot(pa, pb, n)
}

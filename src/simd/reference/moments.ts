import type { WeightMatrix } from '../types.ts'
import type { Shape } from '../types.ts'

interface Plane extends Shape {
  readonly image: Float32Array
}

/** Twin of the Gaussian-weighted sums: the same windows and sub-pixel points, one exponential a point. */
export function momentSums(
  { image, width, height }: Plane,
  cx: number,
  cy: number,
  { xx: w11, xy: w12, yy: w22 }: WeightMatrix,
  cut: number,
  step: 1 | 4,
  out: Float64Array,
): void {
  const reachY = Math.sqrt((cut * w11) / (w11 * w22 - w12 * w12))
  const top = Math.max(0, Math.ceil(cy - reachY - 0.5))
  const end = Math.min(height - 1, Math.floor(cy + reachY + 0.5))
  const offsets = step === 1 ? [0] : [-0.375, -0.125, 0.125, 0.375]
  out.fill(0)
  for (let y = top; y <= end; y++) {
    for (const oy of offsets) {
      const dy = y - cy + oy
      const b = w12 * dy
      const disc = b * b - w11 * (w22 * dy * dy - cut)
      if (disc < 0) continue
      const root = Math.sqrt(disc)
      for (const ox of offsets) {
        const origin = cx - ox
        const x0 = Math.max(0, Math.ceil(origin + (-b - root) / w11))
        const x1 = Math.min(width - 1, Math.floor(origin + (-b + root) / w11))
        for (let x = x0; x <= x1; x++) {
          const dx = x - origin
          const e = w11 * dx * dx + 2 * b * dx + w22 * dy * dy
          const v = (Math.exp(-0.5 * e) * image[y * width + x]!) / (step * step)
          out[0]! += v
          out[1]! += v * dx
          out[2]! += v * dy
          out[3]! += v * dx * dx
          out[4]! += v * dx * dy
          out[5]! += v * dy * dy
        }
      }
    }
  }
}

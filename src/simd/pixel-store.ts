import { type CircleSums, unpackSums } from './circle-sums.ts'
import { referenceStore } from './reference/pixel-store.ts'
import { align, ARENA_BASE, f32, f64, kernels, makeInstance } from './runtime.ts'
import type { Shape } from './shape.ts'

/** The inverse of a Gaussian weight's covariance, px⁻². */
export interface WeightMatrix {
  readonly xx: number
  readonly xy: number
  readonly yy: number
}

/**
 * An image and its variance held where the kernels can reach them without copying, for work on many small windows.
 * The two planes are ordinary arrays: write to them at will. Positions are array indices, pixel centres on integers.
 */
export interface PixelStore extends Shape {
  readonly image: Float32Array
  readonly variance: Float32Array
  /** Sums over circles with exact pixel coverage. The twin agrees to 1e-12 (its arcsine may differ in the last bit). */
  circles(x: number, y: number, radii: ArrayLike<number>): CircleSums
  /**
   * Gaussian-weighted sums w·I·{1, dx, dy, dx², dxdy, dy²} into `out`, over w = exp(−E/2), E ≤ cut. `step` 4 samples
   * the weight at 4×4 points in each pixel. The twin agrees to 1e-12 (its exponential may differ in the last bit).
   */
  moments(x: number, y: number, weight: WeightMatrix, cut: number, step: 1 | 4, out: Float64Array): void
}

const MAX_RADII = 256

/** An empty (all zero) store; it has memory of its own, freed with it. */
export function makePixelStore({ width, height }: Shape): PixelStore {
  if (kernels() === undefined) return referenceStore({ width, height })
  const plane = align(4 * width * height + 64, 16)
  const [pi, pv] = [ARENA_BASE, ARENA_BASE + plane]
  const pr = pv + plane
  const po = pr + 8 * MAX_RADII
  const instance = makeInstance(po + 24 * MAX_RADII)
  const { run } = instance
  const radiiView = f64(instance, pr, MAX_RADII)
  const result = f64(instance, po, 3 * MAX_RADII)
  return {
    width,
    height,
    image: f32(instance, pi, width * height),
    variance: f32(instance, pv, width * height),
    circles(x, y, radii) {
      radiiView.set(radii)
      const n = radii.length
      run.circleSums(pi, pv, width, height, x, y, pr, n, po)
      return unpackSums(result, n)
    },
    moments(x, y, { xx, xy, yy }, cut, step, out) {
      run.momentSums(pi, width, height, x, y, xx, xy, yy, cut, step, po)
      out.set(result.subarray(0, 6))
    },
  }
}

import type { PixelStore } from './types.ts'
import { type CircleSums, unpackSums } from './circle-sums.ts'
import { referenceStore } from './reference/pixel-store.ts'
import { align, ARENA_BASE, f32, f64, kernels, makeInstance } from './runtime.ts'
import type { Shape } from './types.ts'

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

import { type PixelStore, unpack } from '../pixel-store.ts'
import type { Shape } from '../shape.ts'
import { circleSums } from './circle.ts'
import { momentSums } from './moments.ts'

/** Twin of the kernels' pixel store: ordinary arrays and plain loops. */
export function referenceStore({ width, height }: Shape): PixelStore {
  const image = new Float32Array(width * height)
  const variance = new Float32Array(width * height)
  const planes = { image, variance, width, height }
  return {
    ...planes,
    circles: (x, y, radii) => unpack(circleSums(planes, x, y, radii), radii.length),
    moments: (x, y, weight, cut, step, out) => momentSums(planes, x, y, weight, cut, step, out),
  }
}

import { unpackSums } from '../circle-sums.ts'
import type { PixelStore } from '../types.ts'
import type { Shape } from '../types.ts'
import { circleSums } from './circle.ts'
import { momentSums } from './moments.ts'

/** Twin of the kernels' pixel store: ordinary arrays and plain loops. */
export const referenceStore = (shape: Shape): PixelStore =>
  arrayStore(new Float32Array(shape.width * shape.height), shape)

/** A store over an array that is there already, worked on by plain loops: for small images such as PSF kernels. */
export function arrayStore(
  image: Float32Array,
  { width, height }: Shape,
  variance: Float32Array = new Float32Array(image.length),
): PixelStore {
  const planes = { image, variance, width, height }
  return {
    ...planes,
    circles: (x, y, radii) => unpackSums(circleSums(planes, x, y, radii), radii.length),
    moments: (x, y, weight, cut, step, out) => momentSums(planes, x, y, weight, cut, step, out),
  }
}

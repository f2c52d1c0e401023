import { Image, type MaskedImage } from '#image'
import { convolveSeparable } from '#simd'

/** One side of a Gaussian kernel, centre first, normalised so that the whole one-dimensional kernel sums to 1. */
export function gaussianHalf(sigma: number, halfWidth: number): Float64Array {
  const half = Float64Array.from({ length: halfWidth + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2))
  const sum = half.reduce((s, v) => s + 2 * v, 0) - half[0]!
  return half.map((v) => v / sum)
}

/** Half width of the detection kernel: the kernel is (int(7σ + 0.5) // 2)·2 + 1 pixels wide. */
export const smoothingReach = (sigma: number): number => Math.floor(Math.floor(7 * sigma + 0.5) / 2)

export interface Smoothed {
  readonly image: Image
  /** Variance of the smoothed pixels (Σ k² V); made only when asked. */
  readonly variance?: Image
  /** Σ k² of the two-dimensional kernel: variance of the smoothed over that of the pixels, for flat white noise. */
  readonly noiseFactor: number
  readonly reach: number
}

/** Convolve with a round Gaussian; beyond the border the image counts as 0. */
export function smooth({ image, variance }: MaskedImage, sigma: number, withVariance: boolean): Smoothed {
  const reach = smoothingReach(sigma)
  const half = gaussianHalf(sigma, reach)
  const squares = half.map((v) => v * v)
  const lineFactor = squares.reduce((s, v) => s + 2 * v, 0) - squares[0]!
  const plane = (src: Image, kernel: Float64Array) =>
    Image.ofBox(src.bbox, convolveSeparable(src.data, src, kernel))
  return {
    image: plane(image, half),
    ...(withVariance && { variance: plane(variance, squares) }),
    noiseFactor: lineFactor * lineFactor,
    reach,
  }
}

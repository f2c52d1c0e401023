import type { MaskedImage } from '#image'
import type { Random } from '#math'
import { planeBits } from '../plane-bits.ts'

/** Linear prediction of a pixel from the two on each side, for a Gaussian PSF of σ ≈ 1 px along rows and columns … */
const ALONG = [0.7737, -0.2737] as const
/** … and along the diagonals. */
const DIAGONAL = [0.7358, -0.2358] as const
/** How far the smallest of n standard normal numbers lies below 0 on average, n = 1 … 4. */
const MINIMUM_BIAS = [0, 0, 0.5642, 0.8463, 1.0294] as const

/**
 * Replace pixels (indices) by the smallest of the predictions along row, column and diagonals whose four pixels are clean
 * and which are not far below the background; what taking the smallest loses on average in noise is added back (the stack
 * adds zero-mean noise instead). Where no line is clean: along the row or the column from single neighbours, else sky.
 */
export function replacePixels(
  { image, mask }: MaskedImage,
  pixels: Int32Array,
  sky: { readonly background: number; readonly sigma: number; readonly random: Random },
): void {
  const { width, height, data } = image
  const bad = planeBits(mask, ['BAD', 'SAT', 'INTRP', 'CR', 'NO_DATA'])
  const replaced = new Set(pixels)
  const clean = (x: number, y: number) =>
    x >= 0 &&
    y >= 0 &&
    x < width &&
    y < height &&
    (mask.data[y * width + x]! & bad) === 0 &&
    !replaced.has(y * width + x)
  const values = Float32Array.from(pixels, (i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const line = (dx: number, dy: number, [near, far]: readonly [number, number]) => {
      for (const k of [-2, -1, 1, 2]) if (!clean(x + k * dx, y + k * dy)) return undefined
      const step = dy * width + dx
      return near * (data[i - step]! + data[i + step]!) + far * (data[i - 2 * step]! + data[i + 2 * step]!)
    }
    const lowest = sky.background - 2 * sky.sigma
    const found = [line(1, 0, ALONG), line(0, 1, ALONG), line(1, 1, DIAGONAL), line(1, -1, DIAGONAL)].filter(
      (v): v is number => v !== undefined && v > lowest,
    )
    if (found.length > 0) {
      const spread = Math.sqrt(2 * (ALONG[0] ** 2 + ALONG[1] ** 2)) * sky.sigma
      return Math.min(...found) + MINIMUM_BIAS[found.length]! * spread
    }
    return fromNeighbours(i, x, y) ?? sky.background + sky.sigma * sky.random.normal()
  })

  /** Mean of the nearest clean pixels on both sides, at most 5 away, along the direction where they are nearer. */
  function fromNeighbours(i: number, x: number, y: number): number | undefined {
    const reach = (dx: number, dy: number) => {
      for (let k = 1; k <= 5; k++) if (clean(x + k * dx, y + k * dy)) return k
      return Number.POSITIVE_INFINITY
    }
    const [left, right, up, down] = [reach(-1, 0), reach(1, 0), reach(0, -1), reach(0, 1)]
    const between = (a: number, b: number, step: number) =>
      (b * data[i - a * step]! + a * data[i + b * step]!) / (a + b)
    if (left + right <= up + down && Number.isFinite(left + right)) return between(left, right, 1)
    if (Number.isFinite(up + down)) return between(up, down, width)
    return undefined
  }
  pixels.forEach((i, k) => {
    data[i] = values[k]!
  })
}

import type { Shape } from '../types.ts'

const fround = Math.fround
const SLACK = fround(1.000001)

/** Twin of the search for pixels above their neighbours. */
export function sharpPixels(
  image: Float32Array,
  variance: Float32Array,
  { width: w, height }: Shape,
  limit: number,
): Int32Array {
  const hits: number[] = []
  for (let y = 1; y < height - 1; y++)
    for (let i = y * w + 1; i < (y + 1) * w - 1; i++) {
      const pair = (d: number) => fround(image[i - d]! + image[i + d]!)
      const least = Math.min(pair(1), pair(w), pair(w + 1), pair(w - 1))
      const e = fround(fround(image[i]! * SLACK) - fround(0.5 * least))
      if (fround(e * Math.abs(e)) > fround(limit * variance[i]!)) hits.push(i)
    }
  return Int32Array.from(hits)
}

import type { Shape } from '../types.ts'
import type { SpanThreshold } from '../types.ts'

const fround = Math.fround

/** Twin of the span finder. */
export function findSpans(image: Float32Array, { width, height }: Shape, options: SpanThreshold): Int32Array {
  const above = pixelTest(image, options)
  const spans: number[] = []
  for (let y = 0; y < height; y++) {
    let open = -1
    for (let x = 0; x < width; x++) {
      const on = above(y * width + x)
      if (on && open < 0) open = x
      if (!on && open >= 0) {
        spans.push(y, open, x - 1)
        open = -1
      }
    }
    if (open >= 0) spans.push(y, open, width - 1)
  }
  return Int32Array.from(spans)
}

function pixelTest(
  image: Float32Array,
  { threshold, variance, polarity }: SpanThreshold,
): (i: number) => boolean {
  const sign = polarity === 'negative' ? -1 : 1
  const limit = fround(threshold)
  if (variance === undefined) return (i) => sign * image[i]! >= limit
  const squared = fround(limit * limit)
  return (i) => {
    const v = sign * image[i]!
    return v > 0 && fround(v * v) >= fround(squared * variance[i]!)
  }
}

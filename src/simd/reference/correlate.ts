import type { Shape } from '../types.ts'

const fround = Math.fround

/** Twin of the direct correlation; `dst` comes zeroed. */
export function correlate2d(
  src: Float32Array,
  { width, height }: Shape,
  weights: Float32Array,
  kw: number,
  kh: number,
  dst: Float32Array,
): Float32Array {
  const [left, top] = [(kw - 1) / 2, (kh - 1) / 2]
  for (let y = 0; y + kh <= height; y++) {
    for (let x = 0; x + kw <= width; x++) {
      let sum = 0
      for (let j = 0; j < kh; j++)
        for (let i = 0; i < kw; i++)
          sum = fround(sum + fround(weights[j * kw + i]! * src[(y + j) * width + x + i]!))
      dst[(y + top) * width + x + left] = sum
    }
  }
  return dst
}

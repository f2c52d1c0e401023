import type { Shape } from '../types.ts'

const fround = Math.fround

/** Twin of the separable convolution: the same order of the same Float32 operations. */
export function convolveSeparable(
  src: Float32Array,
  { width, height }: Shape,
  half: ArrayLike<number>,
  dst: Float32Array,
  columns: ArrayLike<number>,
): Float32Array {
  const tmp = new Float32Array(width * height)
  correlateRows(src, width, height, Float32Array.from(half), tmp)
  correlateColumns(tmp, width, height, Float32Array.from(columns), dst)
  return dst
}

function correlateRows(
  src: Float32Array,
  width: number,
  height: number,
  k: Float32Array,
  dst: Float32Array,
): void {
  const reach = k.length - 1
  const row = new Float32Array(width + 2 * reach)
  for (let y = 0; y < height; y++) {
    row.set(src.subarray(y * width, (y + 1) * width), reach)
    for (let x = 0; x < width; x++) {
      const c = x + reach
      let sum = fround(k[0]! * row[c]!)
      for (let j = 1; j <= reach; j++) sum = fround(sum + fround(k[j]! * fround(row[c - j]! + row[c + j]!)))
      dst[y * width + x] = sum
    }
  }
}

function correlateColumns(
  src: Float32Array,
  width: number,
  height: number,
  k: Float32Array,
  dst: Float32Array,
): void {
  const reach = k.length - 1
  const zeros = new Float32Array(width)
  const rowAt = (y: number) => (y < 0 || y >= height ? zeros : src.subarray(y * width, (y + 1) * width))
  for (let y = 0; y < height; y++) {
    const out = dst.subarray(y * width, (y + 1) * width)
    const centre = rowAt(y)
    for (let x = 0; x < width; x++) out[x] = fround(k[0]! * centre[x]!)
    for (let j = 1; j <= reach; j++) {
      const weight = k[j]!
      const up = rowAt(y - j)
      const down = rowAt(y + j)
      for (let x = 0; x < width; x++) out[x] = fround(out[x]! + fround(weight * fround(up[x]! + down[x]!)))
    }
  }
}

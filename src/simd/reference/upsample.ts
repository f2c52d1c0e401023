import type { CubicRows } from '../types.ts'

const fround = Math.fround

/** Twin of the piecewise-cubic rows. */
export function cubicRows(surface: CubicRows, out: Float32Array): Float32Array {
  const { width, height, starts, knots, coeffs } = surface
  const segments = knots.length
  for (let y = 0; y < height; y++) {
    for (let s = 0; s < segments; s++) {
      const at = 4 * (y * segments + s)
      const a0 = coeffs[at]!
      const a1 = coeffs[at + 1]!
      const a2 = coeffs[at + 2]!
      const a3 = coeffs[at + 3]!
      const knot = knots[s]!
      const end = starts[s + 1]!
      for (let x = starts[s]!; x < end; x++) {
        const t = fround(fround(x) - knot)
        const quadratic = fround(fround(fround(fround(a3 * t) + a2) * t) + a1)
        out[y * width + x] = fround(fround(quadratic * t) + a0)
      }
    }
  }
  return out
}

/** Twin of the weighted sums of rows. */
export function combineRows(
  basis: Float32Array,
  weights: Float32Array,
  n: number,
  width: number,
  out: Float32Array,
): Float32Array {
  const height = weights.length / n
  for (let y = 0; y < height; y++) {
    const row = out.subarray(y * width, (y + 1) * width).fill(0)
    for (let k = 0; k < n; k++) {
      const weight = weights[y * n + k]!
      const from = k * width
      for (let x = 0; x < width; x++) row[x] = fround(row[x]! + fround(weight * basis[from + x]!))
    }
  }
  return out
}

/**
 * Akima splines through the same knots for many rows at once, as cubics: before the first knot, between the knots, behind
 * the last, where value, slope and curvature of the end go on (as `makeSpline` of #math does). Nothing is allocated per row.
 * @param knots n ≥ 5 increasing positions
 * @param columns value of each knot in every row
 * @returns for row y and segment s = 0 … n four coefficients of t = x − origin(s), origin the knot before it (the first for s = 0)
 * @see Akima 1970, JACM 17, 589
 */
export function akimaRows(
  knots: ArrayLike<number>,
  columns: readonly Float64Array[],
  height: number,
): Float32Array {
  const n = knots.length
  const step = Float64Array.from({ length: n - 1 }, (_, i) => knots[i + 1]! - knots[i]!)
  // rise[i + 2] is the slope of the straight line between knots i and i + 1; two ghosts at each end.
  const rise = new Float64Array(n + 3)
  const slope = new Float64Array(n)
  const out = new Float32Array(4 * (n + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < n - 1; i++) rise[i + 2] = (columns[i + 1]![y]! - columns[i]![y]!) / step[i]!
    rise[1] = 2 * rise[2]! - rise[3]!
    rise[0] = 2 * rise[1]! - rise[2]!
    rise[n + 1] = 2 * rise[n]! - rise[n - 1]!
    rise[n + 2] = 2 * rise[n + 1]! - rise[n]!
    for (let i = 0; i < n; i++) {
      const after = Math.abs(rise[i + 3]! - rise[i + 2]!)
      const before = Math.abs(rise[i + 1]! - rise[i]!)
      const sum = after + before
      slope[i] =
        sum === 0 ? (rise[i + 1]! + rise[i + 2]!) / 2 : (after * rise[i + 1]! + before * rise[i + 2]!) / sum
    }
    let at = 4 * (n + 1) * y + 4
    for (let i = 0; i < n - 1; i++, at += 4) {
      const [h, m, p, q] = [step[i]!, rise[i + 2]!, slope[i]!, slope[i + 1]!]
      out[at] = columns[i]![y]!
      out[at + 1] = p
      out[at + 2] = (3 * m - 2 * p - q) / h
      out[at + 3] = (p + q - 2 * m) / (h * h)
    }
    const first = 4 * (n + 1) * y
    out[first] = out[first + 4]!
    out[first + 1] = out[first + 5]!
    out[first + 2] = out[first + 6]!
    out[at] = columns[n - 1]![y]!
    out[at + 1] = slope[n - 1]!
    out[at + 2] = out[at - 2]! + 3 * step[n - 2]! * out[at - 1]!
  }
  return out
}

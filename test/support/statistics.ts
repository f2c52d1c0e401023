/** Mean, median, standard deviation and largest absolute value of numbers. */
export function summarize(values: ArrayLike<number>): {
  mean: number
  median: number
  stdev: number
  largest: number
} {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  const mean = sorted.reduce((a, b) => a + b, 0) / n
  const stdev = Math.sqrt(sorted.reduce((s, v) => s + (v - mean) ** 2, 0) / Math.max(1, n - 1))
  const largest = Math.max(Math.abs(sorted[0]!), Math.abs(sorted[n - 1]!))
  return { mean, median: sorted[n >> 1]!, stdev, largest }
}

/** The same numbers, NaN counting as itself: for arrays of pixels, which `toEqual` compares slowly. */
export function identical(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

/** For each truth the index of the nearest position within `radius`, or −1. */
export function nearestTo(
  truth: readonly { readonly x: number; readonly y: number }[],
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  radius: number,
): number[] {
  return truth.map((star) => {
    let best = -1
    let closest = radius
    for (let i = 0; i < x.length; i++) {
      const distance = Math.hypot(x[i]! - star.x, y[i]! - star.y)
      if (distance < closest) [best, closest] = [i, distance]
    }
    return best
  })
}

/** Mean, standard deviation and largest absolute value of numbers. */
export function summarize(values: readonly number[]): {
  mean: number
  median: number
  stdev: number
  largest: number
} {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const stdev = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / Math.max(1, values.length - 1))
  const median = [...values].sort((a, b) => a - b)[values.length >> 1]!
  return { mean, median, stdev, largest: Math.max(...values.map(Math.abs)) }
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

/** ln n! of small n, exact to a double. */
const LOG_FACTORIAL = (() => {
  const table = [0, 0]
  for (let n = 2; n < 64; n++) table.push((table[n - 1] ?? 0) + Math.log(n))
  return table
})()

/** ln Γ(x) for x > 0: Stirling's series from 10 up, the recurrence below. Relative error below 1e-14. */
export function logGamma(x: number): number {
  if (Number.isInteger(x) && x >= 1 && x <= 64) return LOG_FACTORIAL[x - 1]!
  let [z, shift] = [x, 0]
  while (z < 10) shift += Math.log(z++)
  const r = 1 / (z * z)
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - (r * 5) / 5940)))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}

/**
 * Error function, |error| < 2e-15: its Taylor series up to 2.5, the continued fraction of erfc above.
 * @see Abramowitz & Stegun 7.1.6, 7.1.14
 */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (a > 2.5) return Math.sign(x) * (1 - erfcFraction(a))
  let [term, sum] = [a, a]
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (2 * a * a) / (2 * n + 1)
    sum += term
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum
}

export const erfc = (x: number): number => (x > 2.5 ? erfcFraction(x) : 1 - erf(x))

function erfcFraction(x: number): number {
  if (x > 27) return 0
  let f = 0
  for (let k = 60; k > 0; k--) f = k / 2 / (x + f)
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + f))
}

/** sin(πx)/(πx). */
export function sinc(x: number): number {
  if (x === 0) return 1
  const p = Math.PI * x
  return Math.sin(p) / p
}

/** Lanczos kernel of order n: sinc(x)·sinc(x/n) within |x| < n. */
export const lanczos = (x: number, n: number): number => (Math.abs(x) < n ? sinc(x) * sinc(x / n) : 0)

import { mathError } from './errors.ts'
import { logGamma } from './special.ts'

/** Below this the product method is faster; above, the transformed rejection needs mean ≥ 10. */
const REJECTION_FROM = 10

/** A Poisson deviate. @throws FirstlightError 'math/bad-argument' for a negative or NaN mean */
export function samplePoisson(mean: number, random: { uniform(): number }): number {
  if (!(mean >= 0 && Number.isFinite(mean)))
    throw mathError('bad-argument', `A Poisson mean must be finite and not negative; it is ${mean}.`)
  return mean < REJECTION_FROM ? byProduct(mean, random) : byRejection(mean, random)
}

/** @see Knuth, TAOCP 2, §3.4.1 */
function byProduct(mean: number, random: { uniform(): number }): number {
  const limit = Math.exp(-mean)
  let product = random.uniform()
  let k = 0
  while (product > limit) {
    product *= random.uniform()
    k++
  }
  return k
}

/** @see Hörmann 1993, "The transformed rejection method for generating Poisson random variables", PTRS */
function byRejection(mean: number, random: { uniform(): number }): number {
  const logMean = Math.log(mean)
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const invAlpha = 1.1239 + 1.1328 / (b - 3.4)
  const vr = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = random.uniform() - 0.5
    const v = random.uniform()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
    if (us >= 0.07 && v <= vr) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    if (Math.log((v * invAlpha) / (a / (us * us) + b)) <= k * logMean - mean - logGamma(k + 1)) return k
  }
}

import { orderStatistics, RADIX_MIN } from './radix-select.ts'
import { type FloatArray, selectInPlace } from './select.ts'

/** Which samples count: with a mask, those without any of `bits`. Non-finite samples never count. */
export interface SampleMask {
  readonly mask?: Int32Array | undefined
  readonly bits?: number | undefined
}

/** A copy of the finite, unmasked samples, which a caller may reorder. */
export function finiteSamples(values: ArrayLike<number>, { mask, bits = -1 }: SampleMask = {}): FloatArray {
  const kept =
    values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length)
  let n = 0
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!
    // v − v is 0 exactly when v is finite.
    if (v - v === 0 && (mask === undefined || (mask[i]! & bits) === 0)) kept[n++] = v
  }
  return kept.subarray(0, n)
}

/**
 * Percentile (0 … 100) with linear interpolation at index p/100·(n−1), as numpy's 'linear'. NaN for no sample.
 * Non-finite values are dropped first.
 */
export const percentile = (values: ArrayLike<number>, percent: number, mask?: SampleMask): number =>
  quantileInPlace(finiteSamples(values, mask), percent / 100)

/** Several percentiles of the same samples for the price of little more than one. */
export function percentiles(
  values: ArrayLike<number>,
  percents: readonly number[],
  mask?: SampleMask,
): readonly number[] {
  return quantilesInPlace(
    finiteSamples(values, mask),
    percents.map((p) => p / 100),
  )
}

export const median = (values: ArrayLike<number>, mask?: SampleMask): number => percentile(values, 50, mask)

/** Quantile q (0 … 1) of samples without NaN, which are reordered. */
export const quantileInPlace = (a: FloatArray, q: number): number => quantilesInPlace(a, [q])[0]!

/** Several quantiles (0 … 1) of samples without NaN, which may be reordered. */
export function quantilesInPlace(a: FloatArray, qs: readonly number[]): readonly number[] {
  const n = a.length
  if (n === 0) return qs.map(() => Number.NaN)
  const places = qs.map((q) => {
    const at = q * (n - 1)
    const low = Math.min(Math.max(Math.floor(at), 0), n - 1)
    return { low, high: at > low ? Math.min(low + 1, n - 1) : low, part: at - low }
  })
  const ranks = places.flatMap(({ low, high }) => [low, high])
  const values = a instanceof Float32Array && n >= RADIX_MIN ? orderStatistics(a, ranks) : selected(a, ranks)
  return places.map(({ low, high, part }, k) =>
    low === high ? values[2 * k]! : lerp(values[2 * k]!, values[2 * k + 1]!, part),
  )
}

/** Values at pairs of ranks (k, k) or (k, k + 1). */
const selected = (a: FloatArray, ranks: readonly number[]): readonly number[] =>
  ranks.map((rank, i) =>
    i % 2 === 1 && rank > ranks[i - 1]! ? smallestFrom(a, rank) : selectInPlace(a, rank),
  )

/** The smallest of the samples from index `k` on, which are those above the one selected before it. */
function smallestFrom(a: FloatArray, k: number): number {
  let least = a[k]!
  for (let i = k + 1; i < a.length; i++) if (a[i]! < least) least = a[i]!
  return least
}

/** The form numpy uses, exact at both ends. */
const lerp = (a: number, b: number, t: number): number => (t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t)

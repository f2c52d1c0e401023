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
  const samples = finiteSamples(values, mask)
  return percents.map((p) => quantileInPlace(samples, p / 100))
}

export const median = (values: ArrayLike<number>, mask?: SampleMask): number => percentile(values, 50, mask)

/** Quantile q (0 … 1) of samples without NaN, which are reordered. */
export function quantileInPlace(a: FloatArray, q: number): number {
  const n = a.length
  if (n === 0) return Number.NaN
  const at = q * (n - 1)
  const k = Math.min(Math.max(Math.floor(at), 0), n - 1)
  const low = selectInPlace(a, k)
  if (k === n - 1 || at <= k) return low
  let high = a[k + 1]!
  for (let i = k + 2; i < n; i++) if (a[i]! < high) high = a[i]!
  return lerp(low, high, at - k)
}

/** The form numpy uses, exact at both ends. */
const lerp = (a: number, b: number, t: number): number => (t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t)

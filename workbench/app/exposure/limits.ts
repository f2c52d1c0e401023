/** How the display limits are found. */
export type LimitMode = 'zscale' | 'p99.5' | 'p99' | 'p95' | 'minmax' | 'manual'
export const LIMIT_MODES: Readonly<Record<LimitMode, string>> = {
  zscale: 'zscale',
  'p99.5': '99.5 %',
  p99: '99 %',
  p95: '95 %',
  minmax: 'min – max',
  manual: 'manual',
}

/** Values looked at for percentiles; enough for 0.1 % of the range. */
const SAMPLE = 200_000

/** Limits that leave the same share out at each end, from a regular sample of the finite pixels. */
export function percentileLimits(pixels: Float32Array, percent: number): [low: number, high: number] {
  const step = Math.max(1, Math.floor(pixels.length / SAMPLE))
  const sample = new Float32Array(Math.ceil(pixels.length / step))
  let n = 0
  for (let i = 0; i < pixels.length; i += step) {
    const value = pixels[i]!
    if (Number.isFinite(value)) sample[n++] = value
  }
  if (n === 0) return [0, 1]
  const sorted = sample.subarray(0, n).sort()
  const out = (1 - percent / 100) / 2
  return spread(sorted[Math.round(out * (n - 1))]!, sorted[Math.round((1 - out) * (n - 1))]!)
}

export function minMaxLimits(pixels: Float32Array): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of pixels) {
    if (value < low) low = value
    if (value > high && value !== Number.POSITIVE_INFINITY) high = value
  }
  return low <= high ? spread(low, high) : [0, 1]
}

/** Equal limits would divide by zero. */
export const spread = (low: number, high: number): [number, number] =>
  high > low ? [low, high] : [low, low + 1]

import type { IsrRows } from '../types.ts'
import type { Shape } from '../types.ts'

const fround = Math.fround

/** Twin of the raw-to-pixels kernel. */
export function isrRows(
  input: IsrRows,
  { width, height }: Shape,
  out: { readonly image: Float32Array; readonly variance: Float32Array; readonly mask: Int32Array },
): void {
  const { raw, overscan, bias, biasVariance, flat, flatVariance } = input
  const invGain = fround(1 / input.gain)
  const readVariance = fround(input.readNoise * input.readNoise)
  for (let y = 0; y < height; y++) {
    const level = overscan[y]!
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const counts = raw[at]!
      let i = fround(counts - level)
      if (bias) i = fround(i - bias[at]!)
      let v = fround(fround(Math.max(i, 0) * invGain) + readVariance)
      if (biasVariance) v = fround(v + biasVariance[at]!)
      if (flat) {
        const r = fround(1 / flat[at]!)
        i = fround(i * r)
        const r2 = fround(r * r)
        v = fround(v * r2)
        if (flatVariance) v = fround(v + fround(fround(fround(i * i) * r2) * flatVariance[at]!))
      }
      out.image[at] = i
      out.variance[at] = v
      out.mask[at] =
        counts >= input.saturation ? input.satBit : counts >= input.suspect ? input.suspectBit : 0
    }
  }
}

/** Twin of a ← a + scale·b. */
export function addScaled(a: Float32Array, b: Float32Array, scale: number): void {
  const s = fround(scale)
  for (let i = 0; i < a.length; i++) a[i] = fround(a[i]! + fround(s * b[i]!))
}

/** Twin of the division by a flat. */
export function divideFlat(
  image: Float32Array,
  variance: Float32Array,
  flat: Float32Array,
  flatVariance?: Float32Array,
): void {
  for (let at = 0; at < image.length; at++) {
    const r = fround(1 / flat[at]!)
    const i = fround(image[at]! * r)
    const r2 = fround(r * r)
    let v = fround(variance[at]! * r2)
    if (flatVariance) v = fround(v + fround(fround(fround(i * i) * r2) * flatVariance[at]!))
    image[at] = i
    variance[at] = v
  }
}

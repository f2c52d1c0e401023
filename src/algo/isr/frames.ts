import { FirstlightError } from '#core'
import type { Detector, Mask, MaskedImage } from '#image'
import { addScaled, divideFlat } from '#simd'

/** A calibration frame must cover the exposure pixel for pixel. */
export function assertSameShape(exposure: MaskedImage, frame: MaskedImage, name: string): void {
  const a = exposure.image
  const b = frame.image
  if (a.width === b.width && a.height === b.height) return
  throw new FirstlightError(
    'isr/shape-mismatch',
    `The ${name} frame is ${b.width}×${b.height}, the exposure ${a.width}×${a.height}.`,
    {
      hint: `Use a ${name} of the same camera, read-out mode and binning.`,
      data: { frame: name, wanted: [a.width, a.height], found: [b.width, b.height] },
    },
  )
}

/** OR the frame's flags in, in the numbering of `mask`, which is given the planes it lacks. */
function orInto(mask: Mask, from: Mask): void {
  for (const name of from.planes.names) mask.addPlane(name)
  const same = from.planes.names.every((name) => from.planes.bit(name) === mask.planes.bit(name))
  const flags = same ? from.data : from.remapped(mask.planes).data
  const { data } = mask
  for (let i = 0; i < flags.length; i++) data[i]! |= flags[i]!
}

/** I −= s·F, V += s²·V_F, masks joined: bias (s = 1) and dark (s = dark time over the frame's own). In place. */
export function subtractFrame(exposure: MaskedImage, frame: MaskedImage, scale: number, name: string): void {
  assertSameShape(exposure, frame, name)
  addScaled(exposure.image.data, frame.image.data, -scale)
  addScaled(exposure.variance.data, frame.variance.data, scale * scale)
  orInto(exposure.mask, frame.mask)
}

/** I /= F, V ← (V + I²·V_F)/F² with I after the division, masks joined. Pixels with F ≤ 0 or NaN become BAD. In place. */
export function divideByFlat(exposure: MaskedImage, flat: MaskedImage): void {
  assertSameShape(exposure, flat, 'flat')
  const { image, mask, variance } = exposure
  orInto(mask, flat.mask)
  divideFlat(image.data, variance.data, usableFlat(flat.image.data, mask), flat.variance.data)
}

/** The flat with 1 where it cannot divide, those pixels being marked BAD; the very same array where all can. */
function usableFlat(flat: Float32Array, mask: Mask): Float32Array {
  if (flat.every((value) => value > 0)) return flat
  const bad = mask.mask('BAD')
  return flat.map((value, i) => {
    if (value > 0) return value
    mask.data[i]! |= bad
    return 1
  })
}

/**
 * Photon plus read-out noise, per amplifier: V = max(I, 0)/g + (r/g)², with g in e⁻/ADU and r in e⁻.
 * @returns names of amplifiers whose gain was not positive, for which 1 e⁻/ADU was taken
 */
export function fillVariance(exposure: MaskedImage, detector: Detector): readonly string[] {
  const { width: stride, x0: left, y0: bottom, data: counts } = exposure.image
  const variance = exposure.variance.data
  const badGain: string[] = []
  for (const amp of detector.amplifiers) {
    const gain = amp.gain > 0 ? amp.gain : 1
    if (!(amp.gain > 0)) badGain.push(amp.name)
    const floor = (amp.readNoise / gain) ** 2
    const { x0, y0, width, height } = amp.bbox
    for (let y = 0; y < height; y++) {
      const row = (y0 - bottom + y) * stride + x0 - left
      for (let i = row; i < row + width; i++) variance[i] = Math.max(counts[i]!, 0) / gain + floor
    }
  }
  return badGain
}

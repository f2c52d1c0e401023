import { type Detector, Image, Mask, MaskedImage } from '#image'

/**
 * Copy each amplifier's data section to its place on the chip, flipping read-out order away.
 * @param raw the chip as read out, with pre- and overscan
 * @returns the trimmed chip, shape of `detector.bbox`, xy0 of that box
 */
export function assembleCcd(raw: MaskedImage, detector: Detector): MaskedImage {
  const { x0, y0, width } = detector.bbox
  const image = Image.ofBox(detector.bbox)
  const variance = Image.ofBox(detector.bbox)
  const mask = Mask.ofBox(detector.bbox, { planes: raw.mask.planes })
  for (const amp of detector.amplifiers) {
    const from = amp.rawDataBBox
    const to = amp.bbox
    for (let y = 0; y < to.height; y++) {
      const rawY = from.y0 - raw.image.y0 + (amp.rawFlipY ? from.height - 1 - y : y)
      const source = rawY * raw.image.width + from.x0 - raw.image.x0
      const target = (to.y0 - y0 + y) * width + to.x0 - x0
      copyRow(raw.image.data, source, image.data, target, to.width, amp.rawFlipX)
      copyRow(raw.variance.data, source, variance.data, target, to.width, amp.rawFlipX)
      copyRow(raw.mask.data, source, mask.data, target, to.width, amp.rawFlipX)
    }
  }
  return new MaskedImage(image, mask, variance)
}

function copyRow<T extends Float32Array | Int32Array>(
  from: T,
  source: number,
  to: T,
  target: number,
  width: number,
  flip: boolean,
): void {
  if (!flip) to.set(from.subarray(source, source + width), target)
  else for (let x = 0; x < width; x++) to[target + x] = from[source + width - 1 - x]!
}

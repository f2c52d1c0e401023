import type { Footprint, Mask } from '#image'

/** Set a plane on the pixels of footprints (clipped to the mask). */
export function setMaskFromFootprints(mask: Mask, footprints: readonly Footprint[], plane: string): void {
  const bit = mask.mask(plane)
  const { bbox } = mask
  for (const footprint of footprints) {
    const { spans } = footprint.clippedTo(bbox)
    for (let i = 0; i < spans.length; i += 3) {
      const from = mask.index(spans[i + 1]!, spans[i]!)
      const to = from + spans[i + 2]! - spans[i + 1]!
      for (let k = from; k <= to; k++) mask.data[k]! |= bit
    }
  }
}

/** Set a plane on a border of `width` pixels. */
export function setMaskBorder(mask: Mask, width: number, plane: string): void {
  const bit = mask.mask(plane)
  const { width: w, height: h, data } = mask
  for (let y = 0; y < h; y++) {
    const row = y * w
    const whole = y < width || y >= h - width
    for (let x = 0; x < w; x++) {
      if (!whole && x === width && w - width > x) x = w - width
      data[row + x]! |= bit
    }
  }
}

import { Box2I } from '#geom'
import type { Mask, MaskedImage } from '#image'
import { medianOfUnmasked } from './sky.ts'

/** OR a plane over boxes, clipped to the mask. */
export function maskBoxes(mask: Mask, boxes: readonly Box2I[], plane: string): void {
  const bit = mask.mask(plane)
  for (const { x0, y0, width, height } of boxes) {
    const left = Math.max(0, x0 - mask.x0)
    const right = Math.min(mask.width, x0 - mask.x0 + width)
    const top = Math.min(mask.height, y0 - mask.y0 + height)
    for (let y = Math.max(0, y0 - mask.y0); y < top; y++)
      for (let x = left; x < right; x++) mask.data[y * mask.width + x]! |= bit
  }
}

/** Mark non-finite pixels that nothing else explains as UNMASKEDNAN. @returns how many */
export function maskNans({ image, mask }: MaskedImage): number {
  const bit = 1 << mask.addPlane('UNMASKEDNAN')
  let count = 0
  for (let i = 0; i < image.data.length; i++) {
    if (Number.isFinite(image.data[i]!) || mask.data[i]! !== 0) continue
    mask.data[i]! |= bit
    count++
  }
  return count
}

/** Set pixels that are BAD and not interpolated to the median of the good ones. @returns how many, and the value (ADU) */
export function fillBadPixels(exposure: MaskedImage): { readonly count: number; readonly value: number } {
  const { image, mask } = exposure
  const bad = mask.mask('BAD')
  const interpolated = mask.mask('INTRP')
  const value = medianOfUnmasked(exposure, ['BAD'])
  let count = 0
  for (let i = 0; i < image.data.length; i++) {
    if ((mask.data[i]! & (bad | interpolated)) !== bad) continue
    image.data[i] = value
    count++
  }
  return { count, value }
}

/** Mark a border of `margin` pixels. */
export function maskBorder(mask: Mask, margin: number, plane: string): void {
  const { x0, y0, width, height } = mask
  const sides = [
    new Box2I(x0, y0, width, margin),
    new Box2I(x0, y0 + height - margin, width, margin),
    new Box2I(x0, y0, margin, height),
    new Box2I(x0 + width - margin, y0, margin, height),
  ]
  maskBoxes(mask, sides, plane)
}

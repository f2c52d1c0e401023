import type { Box2I } from '#geom'
import type { Mask, MaskedImage } from '#image'

export interface SaturationLevels {
  /** Pixels at or above are SAT; NaN for no limit. ADU. */
  readonly saturation: number
  /** Pixels at or above are SUSPECT; NaN for no limit. ADU. */
  readonly suspect: number
}

/**
 * Mark SAT and SUSPECT in one raw amplifier, overscan included.
 * @returns true when no pixel of `data` is below both levels, i.e. the amplifier is unusable
 */
export function maskSaturation(exposure: MaskedImage, box: Box2I, levels: SaturationLevels): boolean {
  const { image, mask } = exposure
  const sat = mask.mask('SAT')
  const suspect = mask.mask('SUSPECT')
  let usable = 0
  for (let y = box.y0 - image.y0; y < box.y0 - image.y0 + box.height; y++) {
    const row = y * image.width - image.x0
    for (let i = row + box.x0; i < row + box.x0 + box.width; i++) {
      const v = image.data[i]!
      if (v >= levels.saturation) mask.data[i]! |= sat
      if (v >= levels.suspect) mask.data[i]! |= suspect
      if (!(v >= levels.saturation) && !(v >= levels.suspect)) usable++
    }
  }
  return usable === 0
}

/** Columns added on each side of a saturated run of that length (ip_isr 2020): wide trails bleed sideways too. */
const sideColumns = (length: number): number => (length <= 5 ? 0 : length <= 7 ? 1 : length <= 9 ? 3 : 4)

/** Widen each horizontal run of SAT pixels by what its length asks for. */
export function widenSaturationTrails(mask: Mask): void {
  const { width, height, data } = mask
  const sat = mask.mask('SAT')
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; ) {
      if ((data[row + x]! & sat) === 0) {
        x++
        continue
      }
      let end = x
      while (end < width && (data[row + end]! & sat) !== 0) end++
      const extra = sideColumns(end - x)
      for (let k = Math.max(0, x - extra); k < x; k++) data[row + k]! |= sat
      const stop = Math.min(width, end + extra)
      for (let k = end; k < stop; k++) data[row + k]! |= sat
      x = stop
    }
  }
}

/** Grow the pixels that carry `plane` by one to the four neighbours, `times` over. */
export function growPlane(mask: Mask, plane: string, times: number): void {
  const { data } = mask
  const bit = mask.mask(plane)
  let rim: number[] = []
  for (let i = 0; i < data.length; i++) if ((data[i]! & bit) !== 0) rim.push(i)
  for (let step = 0; step < times && rim.length > 0; step++) rim = growOnce(mask, bit, rim)
}

/** Set the flag on the neighbours of `rim` that lack it. @returns the pixels that were set */
function growOnce({ width, height, data }: Mask, bit: number, rim: readonly number[]): number[] {
  const grown: number[] = []
  const add = (i: number) => {
    if ((data[i]! & bit) !== 0) return
    data[i]! |= bit
    grown.push(i)
  }
  for (const i of rim) {
    const x = i % width
    if (x > 0) add(i - 1)
    if (x < width - 1) add(i + 1)
    if (i >= width) add(i - width)
    if (i < width * (height - 1)) add(i + width)
  }
  return grown
}

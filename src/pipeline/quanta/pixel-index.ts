import type { DimensionElement } from '#butler'
import { overlapPairs, RegionList } from '#geom'
import { Csr } from './csr.ts'
import { pixelRegion } from './rows.ts'

/** Some pixels of the sky, found by overlap. */
export class PixelIndex {
  /** Numbers of the pixels, in order. */
  readonly pixels: readonly number[]
  readonly #regions: RegionList

  constructor(element: DimensionElement, pixels: Iterable<number>) {
    this.pixels = [...new Set(pixels)].sort((a, b) => a - b)
    this.#regions = RegionList.fromRegions(this.pixels.map((pixel) => pixelRegion(element, pixel)))
  }

  /** For each region, and one more that is none: places in `pixels` of those that really overlap it. */
  over(regions: RegionList): Csr {
    const { first, second } = overlapPairs(regions, this.#regions)
    const offsets = new Int32Array(regions.length + 2)
    for (const region of first) offsets[region + 1]!++
    for (let i = 0; i <= regions.length; i++) offsets[i + 1]! += offsets[i]!
    return new Csr(offsets, second)
  }
}

import type { DimensionElement } from '#butler'
import type { Region } from '#geom'
import { pixelRegion } from './rows.ts'

interface Entry {
  readonly pixel: number
  readonly region: Region
  readonly center: readonly number[]
  readonly radiusRad: number
}

/**
 * Some pixels of the sky, found by overlap. Those near a region are looked up by the height of their bounding circles above the
 * equator's plane; only they are compared exactly.
 */
export class PixelIndex {
  readonly #entries: readonly Entry[]
  readonly #widest: number

  constructor(element: DimensionElement, pixels: Iterable<number>) {
    this.#entries = Array.from(new Set(pixels), (pixel): Entry => {
      const region = pixelRegion(element, pixel)
      const { center, radius } = circleOf(region)
      return { pixel, region, center, radiusRad: radius }
    }).sort((a, b) => a.center[2]! - b.center[2]!)
    this.#widest = this.#entries.reduce((widest, { radiusRad }) => Math.max(widest, radiusRad), 0)
  }

  /** Numbers of the pixels that really overlap a region, in order. */
  over(region: Region): readonly number[] {
    const { center, radius } = circleOf(region)
    // A step of an angle changes a unit vector's height by no more than the angle.
    const reach = radius + this.#widest + 1e-12
    const found: number[] = []
    for (let i = this.#firstAbove(center[2]! - reach); i < this.#entries.length; i++) {
      const entry = this.#entries[i]!
      if (entry.center[2]! > center[2]! + reach) break
      if (isNear(center, entry.center, radius + entry.radiusRad + 1e-12) && region.overlaps(entry.region))
        found.push(entry.pixel)
    }
    return found.sort((a, b) => a - b)
  }

  #firstAbove(height: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#entries[middle]!.center[2]! < height) low = middle + 1
      else high = middle
    }
    return low
  }
}

function circleOf(region: Region): { readonly center: readonly number[]; readonly radius: number } {
  const circle = region.boundingCircle()
  return { center: circle.center, radius: circle.openingAngle.radians }
}

/** Whether two unit vectors are no further apart than an angle: the chord is at most twice the sine of its half. */
function isNear(a: readonly number[], b: readonly number[], angleRad: number): boolean {
  if (angleRad >= Math.PI) return true
  const chord = 2 * Math.sin(angleRad / 2)
  return (a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2 + (a[2]! - b[2]!) ** 2 <= chord * chord
}

import { decodeRegion, healpixPixel, htmRanges, htmTriangle, type Region } from '#geom'
import { fromBase64 } from '#core'
import { UnimplementedQueryError } from '../errors.ts'
import type { DimensionElement } from './element.ts'

/** The region of a skypix dimension's pixel. */
export function pixelRegion(element: DimensionElement, index: number): Region {
  const { system, level } = element.skypix!
  return system === 'htm' ? htmTriangle(level, index) : healpixPixel(level, index)
}

/** Pixels of a skypix dimension that may touch a region, as the anchor writes them. */
export function pixelsOf(element: DimensionElement, region: Region): readonly number[] {
  const { system, level } = element.skypix!
  if (system !== 'htm')
    throw new UnimplementedQueryError(
      `Pixels of ${element.name} cannot be looked up for regions; htm levels can.`,
    )
  const pixels: number[] = []
  for (const [begin, end] of htmRanges(level, region)) for (let i = begin; i < end; i++) pixels.push(i)
  return pixels
}

const MOST_REGIONS = 20_000
const decoded = new Map<string, Region>()

/** A region from its text in the tables; the same text gives the same object, so that big results decode each once. */
export function regionFromText(base64: string): Region {
  const known = decoded.get(base64)
  if (known !== undefined) return known
  const region = decodeRegion(fromBase64(base64))
  if (decoded.size >= MOST_REGIONS) decoded.clear()
  decoded.set(base64, region)
  return region
}

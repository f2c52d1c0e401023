import {
  Angle,
  boxRegion,
  circleRegion,
  ConvexPolygon,
  LonLatBox,
  type Region,
  regionFromIvoaPos,
  SpherePoint,
} from '#geom'
import { messageOf } from '#core'
import { InvalidQueryError } from '../errors.ts'

/** Right ascension and declination in degrees; right ascensions wrap, declinations beyond a pole are refused. */
export function skyPoint(ra: number, dec: number): SpherePoint {
  if (!(Math.abs(dec) <= 90))
    throw new InvalidQueryError(`Declination ${dec} is not between -90 and 90 degrees.`)
  return SpherePoint.fromDegrees(ra, dec)
}

/** `radius` is the radius in degrees (the anchor takes it twice, by an oversight). */
export const circle = (ra: number, dec: number, radius: number): Region =>
  circleRegion(skyPoint(ra, dec), Angle.fromDegrees(radius))

/** Full widths in degrees of right ascension and declination around the centre; one below zero makes it empty. */
export const box = (ra: number, dec: number, width: number, height: number): Region => {
  const center = skyPoint(ra, dec)
  if (width < 0 || height < 0) return LonLatBox.empty
  return boxRegion(center, Angle.fromDegrees(width), Angle.fromDegrees(height))
}

export function polygon(coordinates: readonly number[]): Region {
  const points: SpherePoint[] = []
  for (let i = 0; i + 1 < coordinates.length; i += 2)
    points.push(skyPoint(coordinates[i]!, coordinates[i + 1]!))
  return guarded(() => ConvexPolygon.convexHull(points))
}

export const ivoaRegion = (text: string): Region => guarded(() => regionFromIvoaPos(text))

function guarded(make: () => Region): Region {
  try {
    return make()
  } catch (error) {
    throw new InvalidQueryError(messageOf(error), { cause: error })
  }
}

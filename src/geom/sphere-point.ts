import { INSPECT } from '#core'
import { Angle, wrapRadians } from './angle.ts'
import { angleBetween, normalize, type Vector3, vectorOf } from './vector3.ts'

/** A direction on the sky: right ascension in [0, 2π) and declination, ICRS unless a text says otherwise. */
export class SpherePoint {
  readonly ra: Angle
  readonly dec: Angle

  constructor(ra: Angle, dec: Angle) {
    this.ra = ra.wrap()
    this.dec = dec
  }

  static fromRadians(ra: number, dec: number): SpherePoint {
    return new SpherePoint(new Angle(ra), new Angle(dec))
  }

  static fromDegrees(ra: number, dec: number): SpherePoint {
    return new SpherePoint(Angle.fromDegrees(ra), Angle.fromDegrees(dec))
  }

  /** Direction of any non-zero vector. */
  static fromVector([x, y, z]: Vector3): SpherePoint {
    return SpherePoint.fromRadians(wrapRadians(Math.atan2(y, x)), Math.atan2(z, Math.hypot(x, y)))
  }

  toVector(): Vector3 {
    return vectorOf(this.ra.radians, this.dec.radians)
  }

  /** Great-circle distance. */
  separation(other: SpherePoint): Angle {
    return new Angle(angleBetween(this.toVector(), other.toVector()))
  }

  /** Direction to another point, measured from east (increasing RA) towards north, as in the stack. */
  bearingTo(other: SpherePoint): Angle {
    const dRa = other.ra.radians - this.ra.radians
    const d1 = this.dec.radians
    const d2 = other.dec.radians
    const east = Math.sin(dRa) * Math.cos(d2)
    const north = Math.cos(d1) * Math.sin(d2) - Math.sin(d1) * Math.cos(d2) * Math.cos(dRa)
    return new Angle(wrapRadians(Math.atan2(north, east)))
  }

  /** The point at `distance` along a great circle that leaves with `bearing` (east = 0, north = 90°). */
  offset(bearing: Angle, distance: Angle): SpherePoint {
    const sinD = Math.sin(distance.radians)
    const [ra, dec] = [this.ra.radians, this.dec.radians]
    const east = Math.cos(bearing.radians) * sinD
    const north = Math.sin(bearing.radians) * sinD
    const forward = Math.cos(distance.radians)
    const r = forward * Math.cos(dec) - north * Math.sin(dec)
    return SpherePoint.fromVector(
      normalize([
        r * Math.cos(ra) - east * Math.sin(ra),
        r * Math.sin(ra) + east * Math.cos(ra),
        forward * Math.sin(dec) + north * Math.cos(dec),
      ]),
    )
  }

  toString(): string {
    return `(${this.ra.degrees.toFixed(10)}, ${this.dec.degrees >= 0 ? '+' : ''}${this.dec.degrees.toFixed(10)})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

import { INSPECT } from '#core'
import { Angle, wrapRadians } from '../angle.ts'
import { SpherePoint } from '../sphere-point.ts'
import { angleBetween, type Vector3, vectorOf } from '../vector3.ts'
import { Circle } from './circle.ts'
import { ASIN_ERROR } from './chord.ts'
import { relate } from './relate.ts'
import { encodeDoubles, type Region, type RegionShape, type Relation, regionText } from './region.ts'

const TWO_PI = 2 * Math.PI
const HALF_PI = Math.PI / 2

/**
 * Longitudes from `lonA` eastwards to `lonB` and latitudes from `latA` to `latB`, radians, ends included. lonA > lonB
 * goes through 0; [0, 2π] is every longitude. Empty is NaN longitudes.
 */
export class LonLatBox implements RegionShape {
  readonly kind = 'box'
  readonly lonA: number
  readonly lonB: number
  readonly latA: number
  readonly latB: number

  constructor(lonA: number, lonB: number, latA: number, latB: number) {
    this.lonA = lonA
    this.lonB = lonB
    this.latA = latA
    this.latB = latB
  }

  static readonly empty: LonLatBox = new LonLatBox(Number.NaN, Number.NaN, Number.NaN, Number.NaN)

  static fromDegrees(lonA: number, lonB: number, latA: number, latB: number): LonLatBox {
    const r = (d: number): number => Angle.fromDegrees(d).radians
    return LonLatBox.fromRadians(r(lonA), r(lonB), r(latA), r(latB))
  }

  /** Any longitudes; latitudes beyond the poles end there. Latitudes the wrong way round make it empty. */
  static fromRadians(lonA: number, lonB: number, latA: number, latB: number): LonLatBox {
    const lat = (v: number): number => Math.max(-HALF_PI, Math.min(HALF_PI, v))
    const lons = lonB - lonA >= TWO_PI ? [0, TWO_PI] : [wrapRadians(lonA), wrapRadians(lonB)]
    const [from, to] = latA <= latB ? lons : [Number.NaN, Number.NaN]
    return new LonLatBox(from!, to!, lat(latA), lat(latB))
  }

  /** A box that surely has every direction within `margin` radians of v. */
  static aroundVector(v: Vector3, margin: number): LonLatBox {
    const lat = Math.atan2(v[2], Math.hypot(v[0], v[1]))
    const lon = wrapRadians(Math.atan2(v[1], v[0]))
    const half = halfWidth(margin, lat)
    return new LonLatBox(
      half >= Math.PI ? 0 : wrapRadians(lon - half),
      half >= Math.PI ? TWO_PI : wrapRadians(lon + half),
      Math.max(-HALF_PI, lat - margin),
      Math.min(HALF_PI, lat + margin),
    )
  }

  get isEmpty(): boolean {
    return !(this.lonA === this.lonA && this.latA <= this.latB)
  }

  get allLongitudes(): boolean {
    return this.lonA === 0 && this.lonB === TWO_PI
  }

  get isFull(): boolean {
    return this.allLongitudes && this.latA <= -HALF_PI && this.latB >= HALF_PI
  }

  containsLongitude(lon: number): boolean {
    return this.lonA <= this.lonB
      ? lon >= this.lonA && lon <= this.lonB
      : lon >= this.lonA || lon <= this.lonB
  }

  containsVector(v: Vector3): boolean {
    const lat = Math.atan2(v[2], Math.hypot(v[0], v[1]))
    return lat >= this.latA && lat <= this.latB && this.containsLongitude(wrapRadians(Math.atan2(v[1], v[0])))
  }

  /** Corners (A, A), (A, B), (B, B), (B, A) of longitude, latitude. */
  get corners(): readonly [Vector3, Vector3, Vector3, Vector3] {
    const { lonA, lonB, latA, latB } = this
    return [vectorOf(lonA, latA), vectorOf(lonA, latB), vectorOf(lonB, latB), vectorOf(lonB, latA)]
  }

  get center(): SpherePoint {
    const width = this.lonA <= this.lonB ? this.lonB - this.lonA : TWO_PI + this.lonB - this.lonA
    return SpherePoint.fromRadians(this.lonA + width / 2, (this.latA + this.latB) / 2)
  }

  boundingCircle(): Circle {
    if (this.isEmpty) return new Circle([1, 0, 0], new Angle(-1))
    const width = this.lonA <= this.lonB ? this.lonB - this.lonA : TWO_PI + this.lonB - this.lonA
    // Wide boxes: a circle about the nearer pole.
    if (width >= Math.PI) {
      const north = Math.abs(this.latB) >= Math.abs(this.latA)
      const radius = north ? HALF_PI - this.latA : HALF_PI + this.latB
      return new Circle([0, 0, north ? 1 : -1], new Angle(radius + 4 * ASIN_ERROR))
    }
    const center = this.center.toVector()
    const radius = Math.max(...this.corners.map((c) => angleBetween(center, c)))
    return new Circle(center, new Angle(radius + 4 * ASIN_ERROR))
  }

  /** The smallest box around both, the shorter way in longitude. */
  expandedTo(other: LonLatBox): LonLatBox {
    if (this.isEmpty) return other
    if (other.isEmpty) return this
    const [lonA, lonB] = joinLongitudes(this, other)
    return new LonLatBox(lonA, lonB, Math.min(this.latA, other.latA), Math.max(this.latB, other.latB))
  }

  withLatitude(lat: number): LonLatBox {
    const inside = Math.max(-HALF_PI, Math.min(HALF_PI, lat))
    return new LonLatBox(this.lonA, this.lonB, Math.min(this.latA, inside), Math.max(this.latB, inside))
  }

  allAround(): LonLatBox {
    return new LonLatBox(0, TWO_PI, this.latA, this.latB)
  }

  relate(other: Region): Relation {
    return relate(this, other)
  }

  overlaps(other: Region): boolean {
    return !this.relate(other).disjoint
  }

  encode(): Uint8Array<ArrayBuffer> {
    return encodeDoubles('b', [this.lonA, this.lonB, this.latA, this.latB])
  }

  toString(): string {
    return regionText('LonLatBox', this.boundingCircle())
  }

  [INSPECT](): string {
    return this.toString()
  }
}

/** `width` by `height`, around a centre, longitudes widened by nothing: the coordinate box. */
export function boxRegion(center: SpherePoint, width: Angle, height: Angle): LonLatBox {
  const [lon, lat] = [center.ra.radians, center.dec.radians]
  const [w, h] = [width.radians / 2, height.radians / 2]
  return LonLatBox.fromRadians(lon - w, lon + w, lat - h, lat + h)
}

/** Half range of longitudes of a circle of `radius` at latitude `lat`. */
function halfWidth(radius: number, lat: number): number {
  if (radius <= 0) return 0
  if (Math.abs(lat) + radius >= HALF_PI - 1e-15) return Math.PI
  const y = Math.sin(radius)
  const x = Math.sqrt(Math.abs(Math.cos(lat - radius) * Math.cos(lat + radius)))
  return Math.atan(Math.abs(y / x))
}

function joinLongitudes(a: LonLatBox, b: LonLatBox): readonly [number, number] {
  const aHas = (lon: number): boolean => a.containsLongitude(lon)
  const bHas = (lon: number): boolean => b.containsLongitude(lon)
  const [aInB, bInA] = [bHas(a.lonA) && bHas(a.lonB), aHas(b.lonA) && aHas(b.lonB)]
  if (a.allLongitudes || b.allLongitudes) return [0, TWO_PI]
  const span = (from: number, to: number): number => (from <= to ? to - from : TWO_PI + to - from)
  if (aInB && bInA) {
    // Each has the other's ends: either equal, or together all the way around.
    return a.lonA === b.lonA && a.lonB === b.lonB ? [a.lonA, a.lonB] : [0, TWO_PI]
  }
  if (aInB) return [b.lonA, b.lonB]
  if (bInA) return [a.lonA, a.lonB]
  if (bHas(a.lonA) || aHas(b.lonB)) return [b.lonA, a.lonB]
  if (bHas(a.lonB) || aHas(b.lonA)) return [a.lonA, b.lonB]
  return span(a.lonA, b.lonB) <= span(b.lonA, a.lonB) ? [a.lonA, b.lonB] : [b.lonA, a.lonB]
}

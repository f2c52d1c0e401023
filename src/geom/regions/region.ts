import { SpherePoint } from '../sphere-point.ts'
import type { Vector3 } from '../vector3.ts'
import type { Circle } from './circle.ts'
import type { CompoundRegion } from './compound.ts'
import type { ConvexPolygon } from './convex-polygon.ts'
import type { Ellipse } from './ellipse.ts'
import type { LonLatBox } from './lon-lat-box.ts'

/** A part of the sphere in one of sphgeom's shapes. Values are immutable. */
export type Region = ConvexPolygon | Circle | LonLatBox | Ellipse | CompoundRegion

/**
 * What is known about two regions A and B. Each true word is certain; all false means that they may or may not touch,
 * and callers must take it as touching, as the stack does.
 */
export interface Relation {
  /** No point is in both. */
  readonly disjoint: boolean
  /** A contains B. */
  readonly contains: boolean
  /** A is within B. */
  readonly within: boolean
}

/** The operations of every shape. */
export interface RegionShape {
  readonly kind: 'polygon' | 'circle' | 'box' | 'ellipse' | 'union' | 'intersection'
  containsVector(v: Vector3): boolean
  /** The smallest circle that is cheap to find; contains the region. */
  boundingCircle(): Circle
  relate(other: Region): Relation
  /** `not disjoint`. */
  overlaps(other: Region): boolean
  /** What it is and where, in a line. */
  toString(): string
  /** sphgeom's bytes: a letter, then little-endian doubles. */
  encode(): Uint8Array<ArrayBuffer>
}

export const INTERSECTS: Relation = { disjoint: false, contains: false, within: false }
export const DISJOINT: Relation = { disjoint: true, contains: false, within: false }
export const CONTAINS: Relation = { disjoint: false, contains: true, within: false }
export const WITHIN: Relation = { disjoint: false, contains: false, within: true }
export const EQUAL: Relation = { disjoint: false, contains: true, within: true }

/** The relation of B to A. */
export const inverse = ({ disjoint, contains, within }: Relation): Relation => ({
  disjoint,
  contains: within,
  within: contains,
})

/** A tag byte and doubles. */
export function encodeDoubles(tag: string, values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + 8 * values.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = tag.charCodeAt(0)
  values.forEach((value, i) => {
    view.setFloat64(1 + 8 * i, value, true)
  })
  return bytes
}

/** `ConvexPolygon of 4 vertices, within 0.21 deg of (320.5, +0.2)`, degrees. */
export function regionText(name: string, { center, openingAngle }: Circle): string {
  const { ra, dec } = SpherePoint.fromVector(center)
  const at = `(${ra.degrees.toFixed(4)}, ${dec.degrees >= 0 ? '+' : ''}${dec.degrees.toFixed(4)})`
  return `${name} within ${Number(openingAngle.degrees.toPrecision(3))} deg of ${at}`
}

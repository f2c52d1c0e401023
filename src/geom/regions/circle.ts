import { INSPECT } from '#core'
import { Angle } from '../angle.ts'
import type { SpherePoint } from '../sphere-point.ts'
import { normalize, squaredChord, type Vector3 } from '../vector3.ts'
import { relate } from './relate.ts'
import { encodeDoubles, type Region, type RegionShape, type Relation, regionText } from './region.ts'

/** All directions within an angle of a centre. A negative angle is empty, π or more is the whole sphere. */
export class Circle implements RegionShape {
  readonly kind = 'circle'
  readonly center: Vector3
  readonly openingAngle: Angle
  readonly squaredChord: number

  constructor(center: Vector3, openingAngle: Angle, squared: number = chordOf(openingAngle.radians)) {
    this.center = center
    this.openingAngle = openingAngle
    this.squaredChord = squared
  }

  get isEmpty(): boolean {
    return !(this.squaredChord >= 0)
  }

  get isFull(): boolean {
    return this.squaredChord >= 4
  }

  containsVector(v: Vector3): boolean {
    return this.isFull || (!this.isEmpty && squaredChord(v, this.center) <= this.squaredChord)
  }

  boundingCircle(): Circle {
    return this
  }

  relate(other: Region): Relation {
    return relate(this, other)
  }

  overlaps(other: Region): boolean {
    return !this.relate(other).disjoint
  }

  encode(): Uint8Array<ArrayBuffer> {
    return encodeDoubles('c', [...this.center, this.squaredChord, this.openingAngle.radians])
  }

  toString(): string {
    return regionText('Circle', this.boundingCircle())
  }

  [INSPECT](): string {
    return this.toString()
  }
}

function chordOf(radians: number): number {
  if (radians < 0) return -1
  if (radians >= Math.PI) return 4
  const s = Math.sin(0.5 * radians)
  return 4 * s * s
}

export const circleRegion = (center: SpherePoint, radius: Angle): Circle =>
  new Circle(normalize(center.toVector()), radius)

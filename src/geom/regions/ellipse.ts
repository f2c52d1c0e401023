import { INSPECT } from '#core'
import { Angle } from '../angle.ts'
import type { Vector3 } from '../vector3.ts'
import { Circle } from './circle.ts'
import { relate } from './relate.ts'
import { encodeDoubles, type Region, type RegionShape, type Relation, regionText } from './region.ts'

/**
 * A spherical ellipse, kept as sphgeom encodes it: the rotation to its own frame (row-major 3 × 3, centre in the last
 * row), the semi-axis angles less 90°, the half distance of the foci, and the tangents of the axes.
 */
export class Ellipse implements RegionShape {
  readonly kind = 'ellipse'
  /** 14 numbers: S[9], a, b, γ, tan a, tan b. */
  readonly numbers: readonly number[]

  constructor(numbers: readonly number[]) {
    this.numbers = numbers
  }

  get center(): Vector3 {
    return [this.numbers[6]!, this.numbers[7]!, this.numbers[8]!]
  }

  /** Semi-axis angles. */
  get alpha(): Angle {
    return new Angle(this.numbers[9]! + Math.PI / 2)
  }

  get beta(): Angle {
    return new Angle(this.numbers[10]! + Math.PI / 2)
  }

  containsVector([x, y, z]: Vector3): boolean {
    const s = this.numbers
    const own = (r: number): number => s[3 * r]! * x + s[3 * r + 1]! * y + s[3 * r + 2]! * z
    const [ex, ey, ez] = [own(0) * s[12]!, own(1) * s[13]!, own(2)]
    // The cone x²/tan²α + y²/tan²β ≤ z²; tan a, tan b are −cot of the semi-axes.
    const inCone = ex * ex + ey * ey <= ez * ez
    return this.alpha.radians <= Math.PI / 2 ? inCone && ez >= 0 : !inCone || ez >= 0
  }

  boundingCircle(): Circle {
    return new Circle(this.center, new Angle(Math.max(this.alpha.radians, this.beta.radians) + 6e-8))
  }

  relate(other: Region): Relation {
    return relate(this, other)
  }

  overlaps(other: Region): boolean {
    return !this.relate(other).disjoint
  }

  encode(): Uint8Array<ArrayBuffer> {
    return encodeDoubles('e', this.numbers)
  }

  toString(): string {
    return regionText('Ellipse', this.boundingCircle())
  }

  [INSPECT](): string {
    return this.toString()
  }
}

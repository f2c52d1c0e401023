import { concatBytes, INSPECT } from '#core'
import { Angle } from '../angle.ts'
import { dot, normalize, plus, type Vector3 } from '../vector3.ts'
import { Circle } from './circle.ts'
import { relate } from './relate.ts'
import { type Region, type RegionShape, type Relation, regionText } from './region.ts'

/** Several regions taken together (`union`) or what they have in common (`intersection`). */
export class CompoundRegion implements RegionShape {
  readonly kind: 'union' | 'intersection'
  readonly operands: readonly Region[]

  constructor(kind: 'union' | 'intersection', operands: readonly Region[]) {
    this.kind = kind
    this.operands = operands
  }

  containsVector(v: Vector3): boolean {
    return this.kind === 'union'
      ? this.operands.some((r) => r.containsVector(v))
      : this.operands.every((r) => r.containsVector(v))
  }

  boundingCircle(): Circle {
    const circles = this.operands.map((r) => r.boundingCircle())
    const first = circles[0]
    if (first === undefined) return new Circle([1, 0, 0], new Angle(this.kind === 'union' ? -1 : Math.PI))
    if (this.kind === 'intersection')
      return circles.reduce((a, b) => (b.openingAngle.radians < a.openingAngle.radians ? b : a))
    return circles.reduce(aroundBoth)
  }

  relate(other: Region): Relation {
    return relate(this, other)
  }

  overlaps(other: Region): boolean {
    return !this.relate(other).disjoint
  }

  encode(): Uint8Array<ArrayBuffer> {
    const tag = new Uint8Array([(this.kind === 'union' ? 'u' : 'i').charCodeAt(0)])
    const parts = this.operands.flatMap((region) => {
      const bytes = region.encode()
      const size = new Uint8Array(8)
      new DataView(size.buffer).setBigUint64(0, BigInt(bytes.length), true)
      return [size, bytes]
    })
    return concatBytes([tag, ...parts])
  }

  toString(): string {
    return regionText(`${this.kind} of ${this.operands.length} regions`, this.boundingCircle())
  }

  [INSPECT](): string {
    return this.toString()
  }
}

/** Operands of the same kind are taken apart, as sphgeom takes them apart: (a ∪ b) ∪ c is a ∪ b ∪ c. */
const compound = (kind: 'union' | 'intersection', operands: readonly Region[]): CompoundRegion =>
  new CompoundRegion(
    kind,
    operands.flatMap((o) => (o.kind === kind && o instanceof CompoundRegion ? o.operands : [o])),
  )

export const unionRegion = (...operands: readonly Region[]): CompoundRegion => compound('union', operands)

export const intersectionRegion = (...operands: readonly Region[]): CompoundRegion =>
  compound('intersection', operands)

/** A circle around two. */
function aroundBoth(a: Circle, b: Circle): Circle {
  const middle = plus(a.center, b.center)
  if (dot(middle, middle) < 1e-12) return new Circle(a.center, new Angle(Math.PI))
  const center = normalize(middle)
  const reach = (c: Circle): number => Math.acos(Math.min(1, dot(center, c.center))) + c.openingAngle.radians
  return new Circle(center, new Angle(Math.max(reach(a), reach(b)) + 6e-8))
}

import { INSPECT } from '#core'
import { Angle } from '../angle.ts'
import { geomError } from '../errors.ts'
import { SpherePoint } from '../sphere-point.ts'
import { cross, dot, norm, normalize, plus, scale, squaredChord, type Vector3 } from '../vector3.ts'
import { Circle } from './circle.ts'
import { ASIN_ERROR, robustCross } from './chord.ts'
import { LonLatBox } from './lon-lat-box.ts'
import { orientation } from './orientation.ts'
import { relate } from './relate.ts'
import { encodeDoubles, type Region, type RegionShape, type Relation, regionText } from './region.ts'

/** A polygon of great-circle arcs, its vertices counter-clockwise seen from outside; smaller than a hemisphere. */
export class ConvexPolygon implements RegionShape {
  readonly kind = 'polygon'
  readonly vertices: readonly Vector3[]

  /** The vertices must be those of a convex polygon in order; `convexHull` makes them from any points. */
  constructor(vertices: readonly Vector3[]) {
    if (vertices.length < 3)
      throw geomError('bad-region', `A polygon needs 3 vertices; there are ${vertices.length}.`)
    this.vertices = vertices
  }

  /**
   * The smallest convex polygon around points that lie in one hemisphere.
   * @throws FirstlightError 'geom/bad-region' when they do not, or all lie on one great circle
   */
  static convexHull(points: readonly (SpherePoint | Vector3)[]): ConvexPolygon {
    return new ConvexPolygon(hull(points.map((p) => (p instanceof SpherePoint ? p.toVector() : p))))
  }

  containsVector(v: Vector3): boolean {
    const { vertices } = this
    let from = vertices[vertices.length - 1]!
    for (const to of vertices) {
      if (orientation(v, from, to) < 0) return false
      from = to
    }
    return true
  }

  /** Mean direction of the area, by fans of triangles. */
  get centroid(): Vector3 {
    let sum: Vector3 = [0, 0, 0]
    const { vertices } = this
    vertices.forEach((b, i) => {
      const a = vertices[(i + vertices.length - 1) % vertices.length]!
      const n = robustCross(a, b)
      const angle = Math.atan2(norm(cross(a, b)), dot(a, b))
      sum = plus(sum, scale(n, angle / norm(n)))
    })
    return normalize(sum)
  }

  boundingCircle(): Circle {
    const center = this.centroid
    const chord = Math.max(...this.vertices.map((v) => squaredChord(center, v)))
    return new Circle(center, new Angle(2 * Math.asin(Math.min(1, Math.sqrt(chord) / 2)) + 2 * ASIN_ERROR))
  }

  /** A box around it, generous by 0.1 mas. */
  boundingBox(): LonLatBox {
    return boundingBox(this.vertices)
  }

  relate(other: Region): Relation {
    return relate(this, other)
  }

  overlaps(other: Region): boolean {
    return !this.relate(other).disjoint
  }

  encode(): Uint8Array<ArrayBuffer> {
    return encodeDoubles('p', this.vertices.flat())
  }

  toString(): string {
    return regionText(`ConvexPolygon of ${this.vertices.length} vertices`, this.boundingCircle())
  }

  [INSPECT](): string {
    return this.toString()
  }
}

/**
 * A triangle that grows by one point after the other. As sphgeom does it: where a polygon begins is part of its bytes.
 * @see lsst.sphgeom.ConvexPolygon, src/ConvexPolygon.cc
 */
function hull(points: readonly Vector3[]): readonly Vector3[] {
  const { triangle, rest } = firstTriangle(points)
  return rest.reduce(withPoint, triangle)
}

/** The first three points that are no arc, counter-clockwise, and what comes after them. */
function firstTriangle(points: readonly Vector3[]) {
  const flat = () => {
    const many =
      points.length < 3 ? `${points.length} points span` : 'The points lie on one great circle: they span'
    return geomError('bad-region', `${many} no polygon.`)
  }
  let a = points[0]
  let b: Vector3 | undefined
  for (const [i, v] of points.entries()) {
    if (a === undefined || same(v, a) || (b !== undefined && same(v, b))) continue
    refuseOpposite(v, a, b)
    if (b === undefined) {
      b = v
      continue
    }
    const turn = orientation(a, b, v)
    if (turn !== 0) return { triangle: turn > 0 ? [a, b, v] : [b, a, v], rest: points.slice(i + 1) }
    // All three on one great circle: the ends of the arc that has them are kept.
    const n = normalize(robustCross(a, b))
    const [ab, av, vb] = [orientation(n, a, b), orientation(n, a, v), orientation(n, v, b)]
    if (av === vb && av === ab) continue
    if (av === vb) throw wholeSphere()
    if (ab === -vb) b = v
    else if (ab === -av) a = v
    else throw wholeSphere()
  }
  throw flat()
}

/** The hull of a hull and one more point: vertices that the point sees go, but for the last of them. */
function withPoint(ring: readonly Vector3[], v: Vector3): readonly Vector3[] {
  const n = ring.length
  const behind = ring.map((vertex, i) => orientation(v, ring[(i + n - 1) % n]!, vertex) > 0)
  if (!behind.includes(false)) return ring
  const first = behind.findIndex((b, i) => !b && behind[(i + n - 1) % n]!)
  const last = behind.findIndex((b, i) => !b && behind[(i + 1) % n]!)
  if (first < 0) throw wholeSphere()
  if (last < first) return [...ring.slice(last, first), v]
  return last === 0 ? [...ring, v] : [...ring.slice(0, first), v, ...ring.slice(last)]
}

const same = (a: Vector3, b: Vector3): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2]

function refuseOpposite(v: Vector3, ...others: readonly (Vector3 | undefined)[]): void {
  if (others.some((o) => o !== undefined && same(v, scale(o, -1)))) throw wholeSphere()
}

const wholeSphere = () =>
  geomError('bad-region', 'The points have no convex hull: they do not lie within one hemisphere.')

const BOX_MARGIN = 5e-10

/** Extremes of vertices and of arcs that bulge over them; a polygon around a pole has every longitude. */
function boundingBox(vertices: readonly Vector3[]): LonLatBox {
  let box = LonLatBox.empty
  let [clockwise, counter] = [false, false]
  let from = vertices[vertices.length - 1]!
  for (const to of vertices) {
    box = box.expandedTo(LonLatBox.aroundVector(to, BOX_MARGIN))
    const turn = Math.sign(from[0] * to[1] - from[1] * to[0])
    clockwise ||= turn < 0
    counter ||= turn > 0
    const n = robustCross(from, to)
    const top: Vector3 = [-n[0] * n[2], -n[1] * n[2], n[0] * n[0] + n[1] * n[1]]
    const atFrom = from[1] * n[0] - from[0] * n[1]
    const atTo = to[1] * n[0] - to[0] * n[1]
    const latitude = Math.atan2(top[2], Math.hypot(top[0], top[1]))
    if (atFrom > 0 && atTo < 0) box = box.withLatitude(latitude + BOX_MARGIN)
    else if (atFrom < 0 && atTo > 0) box = box.withLatitude(-latitude - BOX_MARGIN)
    from = to
  }
  if (!clockwise) return box.withLatitude(Math.PI / 2).allAround()
  if (!counter) return box.withLatitude(-Math.PI / 2).allAround()
  return box
}

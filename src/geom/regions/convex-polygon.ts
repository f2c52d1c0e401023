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
    return new ConvexPolygon(
      hull(points.map((p) => (p instanceof SpherePoint ? normalize(p.toVector()) : p))),
    )
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

/** Monotone chain in the gnomonic plane about the points' mean. @see Andrew 1979 */
function hull(points: readonly Vector3[]): readonly Vector3[] {
  const mean = normalize(points.reduce<Vector3>((s, p) => plus(s, p), [0, 0, 0]))
  const helper: Vector3 = Math.abs(mean[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]
  const east = normalize(cross(helper, mean))
  const north = cross(mean, east)
  if (points.length < 3 || points.some((p) => !(dot(p, mean) > 0)))
    throw geomError(
      'bad-region',
      `${points.length} points have no convex hull: it takes 3 within one hemisphere.`,
    )
  const plane = points
    .map((v) => ({ v, x: dot(v, east) / dot(v, mean), y: dot(v, north) / dot(v, mean) }))
    .sort((a, b) => a.x - b.x || a.y - b.y)
  const chain = (sorted: readonly { v: Vector3 }[]): Vector3[] => {
    const kept: Vector3[] = []
    for (const { v } of sorted) {
      while (kept.length > 1 && orientation(kept[kept.length - 2]!, kept[kept.length - 1]!, v) <= 0)
        kept.pop()
      kept.push(v)
    }
    return kept.slice(0, -1)
  }
  const found = [...chain(plane), ...chain(plane.toReversed())]
  if (found.length < 3)
    throw geomError('bad-region', 'The points lie on one great circle: they span no polygon.')
  // Begin with the earliest given point, as the stack does for points that are a hull already.
  const first = found.indexOf(points.find((p) => found.includes(p)) ?? found[0]!)
  return [...found.slice(first), ...found.slice(0, first)]
}

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

import { angleBetween, scale, squaredChord, type Vector3, vectorOf } from '../vector3.ts'
import { wrapRadians } from '../angle.ts'
import type { Circle } from './circle.ts'
import { ASIN_ERROR, CHORD_ERROR, maxSquaredChord, minSquaredChord, robustCross } from './chord.ts'
import type { CompoundRegion } from './compound.ts'
import type { ConvexPolygon } from './convex-polygon.ts'
import type { LonLatBox } from './lon-lat-box.ts'
import { DETERMINANT_ERROR, orientation } from './orientation.ts'
import {
  CONTAINS,
  DISJOINT,
  EQUAL,
  INTERSECTS,
  inverse,
  type Region,
  type Relation,
  WITHIN,
} from './region.ts'

/**
 * The relation of two regions, as certain as sphgeom's: polygons among themselves and with circles are decided exactly
 * but for rounding, polygons with boxes by the polygon's bounding box, ellipses by their bounding circle.
 */
export function relate(a: Region, b: Region): Relation {
  if (isCompound(a)) return relateCompound(a, b)
  if (isCompound(b)) return inverse(relateCompound(b, a))
  if (a.kind === 'ellipse') return onlyDisjoint(relate(a.boundingCircle(), b))
  if (b.kind === 'ellipse') return onlyDisjoint(relate(a, b.boundingCircle()))
  if (a.kind === 'polygon') return relatePolygon(a, b)
  if (b.kind === 'polygon') return inverse(relatePolygon(b, a))
  if (a.kind === 'box') return b.kind === 'box' ? relateBoxes(a, b) : relateBoxCircle(a, b)
  return b.kind === 'box' ? inverse(relateBoxCircle(b, a)) : relateCircles(a, b)
}

const isCompound = (r: Region): r is CompoundRegion => r.kind === 'union' || r.kind === 'intersection'
const onlyDisjoint = ({ disjoint }: Relation): Relation => (disjoint ? DISJOINT : INTERSECTS)

function relatePolygon(a: ConvexPolygon, b: ConvexPolygon | Circle | LonLatBox): Relation {
  switch (b.kind) {
    case 'polygon':
      return relatePolygons(a.vertices, b.vertices)
    case 'circle':
      return relatePolygonCircle(a, b)
    case 'box': {
      const { disjoint, within } = relateBoxes(a.boundingBox(), b)
      return { disjoint, within, contains: false }
    }
  }
}

function relateCompound(a: CompoundRegion, b: Region): Relation {
  const each = a.operands.map((r) => relate(r, b))
  if (a.kind === 'union')
    return {
      disjoint: each.every((r) => r.disjoint),
      contains: each.some((r) => r.contains),
      within: each.every((r) => r.within),
    }
  return {
    disjoint: each.some((r) => r.disjoint),
    contains: each.every((r) => r.contains),
    within: each.some((r) => r.within),
  }
}

function insideOf(vertices: readonly Vector3[], v: Vector3): boolean {
  let from = vertices[vertices.length - 1]!
  for (const to of vertices) {
    if (orientation(v, from, to) < 0) return false
    from = to
  }
  return true
}

/** Whether an edge of `a` has all of `b` outside, beyond rounding. Nearly all pairs that are apart are told so. */
function separates(a: readonly Vector3[], b: readonly Vector3[]): boolean {
  let [fx, fy, fz] = a[a.length - 1]!
  for (const [tx, ty, tz] of a) {
    const [nx, ny, nz] = [fy * tz - fz * ty, fz * tx - fx * tz, fx * ty - fy * tx]
    let outside = true
    for (let i = 0; outside && i < b.length; i++) {
      const v = b[i]!
      outside = v[0] * nx + v[1] * ny + v[2] * nz < -DETERMINANT_ERROR
    }
    if (outside) return true
    ;[fx, fy, fz] = [tx, ty, tz]
  }
  return false
}

/** Vertices inside each other, then crossing edges. */
export function relatePolygons(a: readonly Vector3[], b: readonly Vector3[]): Relation {
  if (separates(a, b) || separates(b, a)) return DISJOINT
  let [allA, anyA, allB, anyB] = [true, false, true, false]
  for (const v of a) {
    const inside = insideOf(b, v)
    allA &&= inside
    anyA ||= inside
  }
  for (const v of b) {
    const inside = insideOf(a, v)
    allB &&= inside
    anyB ||= inside
  }
  if (allA || allB) return { disjoint: false, contains: allB, within: allA }
  if (anyA || anyB) return INTERSECTS
  let from = a[a.length - 1]!
  for (const to of a) {
    if (crossesAny(from, to, b)) return INTERSECTS
    from = to
  }
  return DISJOINT
}

function crossesAny(p: Vector3, q: Vector3, polygon: readonly Vector3[]): boolean {
  let c = polygon[polygon.length - 1]!
  for (const d of polygon) {
    const pcd = orientation(p, c, d)
    if (pcd !== 0 && pcd === orientation(q, d, c)) {
      const cqp = orientation(c, q, p)
      if (cqp === pcd && orientation(d, p, q) === pcd) return true
    }
    c = d
  }
  return false
}

export function relatePolygonCircle({ vertices }: ConvexPolygon, circle: Circle): Relation {
  if (circle.isEmpty) return { disjoint: true, contains: true, within: false }
  if (circle.isFull) return WITHIN
  const inside = sideOf(vertices, circle)
  if (inside === undefined) return INTERSECTS
  let from = vertices[vertices.length - 1]!
  for (const to of vertices) {
    const n = robustCross(from, to)
    const edge = inside
      ? maxSquaredChord(circle.center, from, to, n) > circle.squaredChord - CHORD_ERROR
      : minSquaredChord(circle.center, from, to, n) < circle.squaredChord + CHORD_ERROR
    if (edge) return INTERSECTS
    from = to
  }
  // The boundaries do not meet. A polygon around the anti-centre of a huge circle has a hole cut by it.
  if (inside) return insideOf(vertices, scale(circle.center, -1)) ? INTERSECTS : WITHIN
  return insideOf(vertices, circle.center) ? CONTAINS : DISJOINT
}

/** True when all points are in the circle, false when none is, undefined when mixed or too close to its rim. */
function sideOf(points: readonly Vector3[], circle: Circle): boolean | undefined {
  let side: boolean | undefined
  for (const v of points) {
    const d = squaredChord(v, circle.center)
    if (Math.abs(d - circle.squaredChord) < CHORD_ERROR) return undefined
    const inside = d < circle.squaredChord
    if (side !== undefined && side !== inside) return undefined
    side = inside
  }
  return side
}

function relateBoxCircle(box: LonLatBox, circle: Circle): Relation {
  if (box.isEmpty) return { disjoint: true, contains: circle.isEmpty, within: true }
  if (circle.isEmpty) return { disjoint: true, contains: true, within: false }
  if (box.isFull) return circle.isFull ? EQUAL : CONTAINS
  if (circle.isFull) return WITHIN
  const inside = sideOf(box.corners, circle)
  if (inside === undefined) return INTERSECTS
  const pole = inside ? scale(circle.center, -1) : circle.center
  if (meridiansMeet(box, circle, inside) || parallelsMeet(box, circle, pole, inside)) return INTERSECTS
  if (inside) return box.containsVector(pole) ? INTERSECTS : WITHIN
  return box.containsVector(pole) ? CONTAINS : DISJOINT
}

function meridiansMeet(box: LonLatBox, circle: Circle, inside: boolean): boolean {
  const [aa, ab, bb, ba] = box.corners
  const edges = [
    [ab, aa, [-Math.sin(box.lonA), Math.cos(box.lonA), 0]],
    [ba, bb, [Math.sin(box.lonB), -Math.cos(box.lonB), 0]],
  ] as const
  return edges.some(([from, to, n]) =>
    inside
      ? maxSquaredChord(circle.center, from, to, n) > circle.squaredChord - CHORD_ERROR
      : minSquaredChord(circle.center, from, to, n) < circle.squaredChord + CHORD_ERROR,
  )
}

/** On a parallel, the point nearest to a direction has its longitude. */
function parallelsMeet(box: LonLatBox, circle: Circle, pole: Vector3, inside: boolean): boolean {
  const lon = wrapRadians(Math.atan2(pole[1], pole[0]))
  if (!box.containsLongitude(lon)) return false
  return [box.latA, box.latB].some((lat) => {
    const d = squaredChord(vectorOf(lon, lat), circle.center)
    return inside ? d > circle.squaredChord - CHORD_ERROR : d < circle.squaredChord + CHORD_ERROR
  })
}

function relateBoxes(a: LonLatBox, b: LonLatBox): Relation {
  if (a.isEmpty) return { disjoint: true, contains: b.isEmpty, within: true }
  if (b.isEmpty) return { disjoint: true, contains: true, within: false }
  const lon = relateLongitudes(a, b)
  const latDisjoint = a.latA > b.latB || b.latA > a.latB
  return {
    disjoint: lon.disjoint || latDisjoint,
    contains: lon.contains && a.latA <= b.latA && a.latB >= b.latB,
    within: lon.within && b.latA <= a.latA && b.latB >= a.latB,
  }
}

function relateLongitudes(a: LonLatBox, b: LonLatBox): Relation {
  const holds = (x: LonLatBox, y: LonLatBox): boolean => {
    if (x.allLongitudes) return true
    if (y.allLongitudes) return false
    const [xWraps, yWraps] = [x.lonA > x.lonB, y.lonA > y.lonB]
    if (xWraps === yWraps) return x.lonA <= y.lonA && x.lonB >= y.lonB
    return xWraps && (x.lonA <= y.lonA || x.lonB >= y.lonB)
  }
  return {
    disjoint: !(
      a.containsLongitude(b.lonA) ||
      a.containsLongitude(b.lonB) ||
      b.containsLongitude(a.lonA) ||
      b.containsLongitude(a.lonB)
    ),
    contains: holds(a, b),
    within: holds(b, a),
  }
}

function relateCircles(a: Circle, b: Circle): Relation {
  if (a.isEmpty) return { disjoint: true, contains: b.isEmpty, within: true }
  if (b.isEmpty) return { disjoint: true, contains: true, within: false }
  if (a.isFull) return b.isFull ? EQUAL : CONTAINS
  if (b.isFull) return WITHIN
  const distance = angleBetween(a.center, b.center)
  const [ra, rb] = [a.openingAngle.radians, b.openingAngle.radians]
  if (distance > ra + rb + 4 * ASIN_ERROR) return DISJOINT
  if (sameCircle(a, b)) return EQUAL
  if (distance + rb + 4 * ASIN_ERROR <= ra) return CONTAINS
  if (distance + ra + 4 * ASIN_ERROR <= rb) return WITHIN
  return INTERSECTS
}

const sameCircle = (a: Circle, b: Circle): boolean =>
  a.squaredChord === b.squaredChord && a.center.every((c, i) => c === b.center[i])

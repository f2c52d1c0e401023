import { geomError } from '../errors.ts'
import { cross, dot, type Vector3 } from '../vector3.ts'
import { midpoint } from './chord.ts'
import { ConvexPolygon } from './convex-polygon.ts'
import { orientation } from './orientation.ts'
import { collectRanges, type IndexRange } from './ranges.ts'
import type { Region } from './region.ts'

/** Deepest level whose indices are exact numbers here (they stay below 2^53). */
export const HTM_MAX_LEVEL = 24

const [X, Y, Z]: readonly [Vector3, Vector3, Vector3] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]
// With negative zeros, as negating a vector gives them: the bytes of triangles are compared and hashed.
const NX: Vector3 = [-1, -0, -0]
const NY: Vector3 = [-0, -1, -0]
const NZ: Vector3 = [-0, -0, -1]

type Triangle = readonly [Vector3, Vector3, Vector3]

/** S0 … S3, N0 … N3: indices 8 … 15. @see Kunszt, Szalay & Thakar 2001 */
const ROOTS: readonly Triangle[] = [
  [X, NZ, Y],
  [Y, NZ, NX],
  [NX, NZ, NY],
  [NY, NZ, X],
  [X, Z, NY],
  [NY, Z, NX],
  [NX, Z, Y],
  [Y, Z, X],
]

function checkLevel(level: number): void {
  if (!(Number.isInteger(level) && level >= 0 && level <= HTM_MAX_LEVEL))
    throw geomError('bad-level', `HTM levels are 0 to ${HTM_MAX_LEVEL}, not ${level}.`)
}

/** Index of the triangle that has a direction, in [8·4^level, 16·4^level). */
export function htmIndex(level: number, v: Vector3): number {
  checkLevel(level)
  const root = rootOf(v)
  let [v0, v1, v2] = ROOTS[root]!
  let index = root + 8
  for (let l = 0; l < level; l++) {
    const [m01, m12, m20] = [midpoint(v0, v1), midpoint(v1, v2), midpoint(v2, v0)]
    index *= 4
    if (orientation(v, m01, m20) >= 0) [v1, v2] = [m01, m20]
    else if (orientation(v, m12, m01) >= 0) {
      ;[v0, v1, v2] = [v1, m12, m01]
      index += 1
    } else if (orientation(v, m20, m12) >= 0) {
      ;[v0, v1, v2] = [v2, m20, m12]
      index += 2
    } else {
      ;[v0, v1, v2] = [m12, m20, m01]
      index += 3
    }
  }
  return index
}

/** Points on the borders go to the triangle that sphgeom gives them to. */
function rootOf([x, y, z]: Vector3): number {
  if (z < 0) {
    if (y > 0) return x > 0 ? 0 : 1
    if (y === 0) return x >= 0 ? 0 : 2
    return x < 0 ? 2 : 3
  }
  if (y > 0) return x > 0 ? 7 : 6
  if (y === 0) return x >= 0 ? 7 : 5
  return x < 0 ? 5 : 4
}

const childrenOf = ([v0, v1, v2]: Triangle): readonly [Triangle, Triangle, Triangle, Triangle] => {
  const [m01, m12, m20] = [midpoint(v0, v1), midpoint(v1, v2), midpoint(v2, v0)]
  return [
    [v0, m01, m20],
    [v1, m12, m01],
    [v2, m20, m12],
    [m12, m20, m01],
  ]
}

/** The triangle of an index. @throws FirstlightError 'geom/bad-level' for an index of another level */
export function htmTriangle(level: number, index: number): ConvexPolygon {
  checkLevel(level)
  if (!(index >= 8 * 4 ** level && index < 16 * 4 ** level))
    throw geomError(
      'bad-level',
      `${index} is no HTM index of level ${level}: they go from ${8 * 4 ** level} to ${16 * 4 ** level - 1}.`,
    )
  let triangle = ROOTS[Math.floor(index / 4 ** level) - 8]!
  for (let l = level - 1; l >= 0; l--) triangle = childrenOf(triangle)[Math.floor(index / 4 ** l) % 4]!
  return new ConvexPolygon(triangle)
}

/** Ranges [begin, end) of the triangles that may touch a region: sphgeom's `HtmPixelization(level).envelope(region)`. */
export function htmRanges(level: number, region: Region): readonly IndexRange[] {
  checkLevel(level)
  const around = enclosing(level, region)
  return collectRanges({ level, region, ...around, children: childrenOf, shape: polygonOf })
}

/** Ranges of the triangles that are surely inside a region. */
export function htmInterior(level: number, region: Region): readonly IndexRange[] {
  checkLevel(level)
  const around = enclosing(level, region)
  return collectRanges({ level, region, ...around, children: childrenOf, shape: polygonOf, interior: true })
}

const polygonOf = (triangle: Triangle): ConvexPolygon => new ConvexPolygon(triangle)

/** How far from the sides of a triangle a polygon must stay to touch no other: far above the rounding of corners. */
const MARGIN = 1e-13

/** The smallest triangle that has a polygon well inside, to begin the search with; all eight for other regions. */
function enclosing(
  level: number,
  region: Region,
): { readonly start: number; readonly roots: readonly (readonly [number, Triangle])[] } {
  const roots = ROOTS.map((t, i) => [i + 8, t] as const)
  if (region.kind !== 'polygon') return { start: 0, roots }
  const { vertices } = region
  let [index, triangle] = roots.find(([, t]) => holds(t, vertices)) ?? []
  if (index === undefined || triangle === undefined) return { start: 0, roots }
  for (let start = 0; ; start++) {
    const children: readonly Triangle[] = start === level ? [] : childrenOf(triangle)
    const inner = children.findIndex((t) => holds(t, vertices))
    if (inner < 0) return { start, roots: [[index, triangle]] }
    index = index * 4 + inner
    triangle = children[inner]!
  }
}

function holds([a, b, c]: Triangle, vertices: readonly Vector3[]): boolean {
  return isLeftOf(a, b, vertices) && isLeftOf(b, c, vertices) && isLeftOf(c, a, vertices)
}

function isLeftOf(from: Vector3, to: Vector3, vertices: readonly Vector3[]): boolean {
  const n = cross(from, to)
  return vertices.every((v) => dot(v, n) > MARGIN)
}

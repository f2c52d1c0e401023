import { cross, dot, minus, norm, normalize, plus, scale, squaredChord, type Vector3 } from '../vector3.ts'

/** Error bound of a squared chord between unit vectors. @see lsst::sphgeom constants */
export const CHORD_ERROR = 2.5e-15
/** Error bound of asin of a value with relative error 2^-53 near 1, radians. */
export const ASIN_ERROR = 1.5e-8

/** (a + b) × (b − a): twice a × b, and accurate for close or opposite vectors; any perpendicular when they coincide. */
export function robustCross(a: Vector3, b: Vector3): Vector3 {
  const n = cross(plus(a, b), minus(b, a))
  if (n[0] !== 0 || n[1] !== 0 || n[2] !== 0) return n
  return Math.abs(a[0]) < Math.abs(a[1]) ? cross(a, [1, 0, 0]) : cross(a, [0, 1, 0])
}

/** Squared chord from v to the nearest point of the arc a → b, n its plane's normal. */
export function minSquaredChord(v: Vector3, a: Vector3, b: Vector3, n: Vector3): number {
  if (dot(cross(v, n), a) > 0 && dot(cross(v, n), b) < 0) {
    const off = dot(v, n) / norm(n)
    const along = norm(cross(v, n)) / norm(n) - 1
    return off * off + along * along
  }
  return Math.min(squaredChord(v, a), squaredChord(v, b))
}

/** Squared chord from v to the farthest point of the arc a → b. */
export const maxSquaredChord = (v: Vector3, a: Vector3, b: Vector3, n: Vector3): number =>
  4 - minSquaredChord(scale(v, -1), a, b, n)

export const midpoint = (a: Vector3, b: Vector3): Vector3 => normalize(plus(a, b))

import type { Vector3 } from '../vector3.ts'

/** Bound on the rounding error of the determinant of three unit vectors. */
const DETERMINANT_ERROR = 1.7e-15

/**
 * The sign of a·(b × c), exact: −1, 0 or 1. Positive when a → b → c turns counter-clockwise seen from outside.
 * Close calls are decided in integers. @see Shewchuk 1997 for the filter; lsst::sphgeom::orientation
 */
export function orientation(a: Vector3, b: Vector3, c: Vector3): -1 | 0 | 1 {
  const d =
    a[0] * (b[1] * c[2] - b[2] * c[1]) +
    a[1] * (b[2] * c[0] - b[0] * c[2]) +
    a[2] * (b[0] * c[1] - b[1] * c[0])
  if (d > DETERMINANT_ERROR) return 1
  if (d < -DETERMINANT_ERROR) return -1
  return exactSign(a, b, c)
}

function exactSign(a: Vector3, b: Vector3, c: Vector3): -1 | 0 | 1 {
  const [ax, ay, az] = a.map(toInteger) as [bigint, bigint, bigint]
  const [bx, by, bz] = b.map(toInteger) as [bigint, bigint, bigint]
  const [cx, cy, cz] = c.map(toInteger) as [bigint, bigint, bigint]
  const d = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
  return d > 0n ? 1 : d < 0n ? -1 : 0
}

const view = new DataView(new ArrayBuffer(8))

/** The double times 2^1074, which is a whole number. */
function toInteger(value: number): bigint {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xfffffffffffffn
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n)
  return bits >> 63n === 1n ? -magnitude : magnitude
}

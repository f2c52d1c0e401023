import type { Vector3 } from '../vector3.ts'
import { signInIntegers } from './integer-sign.ts'

/** Bound on the rounding error of the determinant of three unit vectors. */
export const DETERMINANT_ERROR = 1.7e-15

/**
 * The sign of a·(b × c), exact: −1, 0 or 1. Positive when a → b → c turns counter-clockwise seen from outside.
 * Close calls are decided by sums of doubles without rounding. @see Shewchuk 1997; lsst::sphgeom::orientation
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
  // Regions of a sky map share their corners: most close calls are no calls.
  if (isSame(a, b) || isSame(b, c) || isSame(c, a)) return 0
  if (!(isPlain(a) && isPlain(b) && isPlain(c))) return signInIntegers(a, b, c)
  length = 0
  for (let i = 0; i < 3; i++) {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3]
    addProduct(a[i]!, b[j]!, c[k]!)
    addProduct(-a[i]!, b[k]!, c[j]!)
  }
  // The parts do not overlap: the largest one, which is the last, has the sign of their sum.
  const last = length === 0 ? 0 : parts[length - 1]!
  return last > 0 ? 1 : last < 0 ? -1 : 0
}

const isSame = (a: Vector3, b: Vector3): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2]

/** Components of which three may be multiplied without any part falling below the least double. */
const LEAST_PLAIN = 2 ** -300

const isPlain = (v: Vector3): boolean => isPlainNumber(v[0]) && isPlainNumber(v[1]) && isPlainNumber(v[2])
const isPlainNumber = (x: number): boolean => x === 0 || (Math.abs(x) >= LEAST_PLAIN && Math.abs(x) <= 2)

/** A sum as doubles that do not overlap, smallest first: six products of at most four parts each. */
const parts = new Float64Array(32)
let length = 0

/** 2^27 + 1 splits a double into halves of which products are exact. */
const SPLITTER = 134217729

/** Add x·y·z without rounding: x·y is a double and its error, each of which times z is again two doubles. */
function addProduct(x: number, y: number, z: number): void {
  const high = x * y
  if (high === 0 || z === 0) return
  const low = productError(x, y, high)
  const top = high * z
  add(productError(high, z, top))
  add(top)
  if (low === 0) return
  const bottom = low * z
  add(productError(low, z, bottom))
  add(bottom)
}

/** x·y − product, exact. */
function productError(x: number, y: number, product: number): number {
  const xBig = SPLITTER * x
  const xHigh = xBig - (xBig - x)
  const xLow = x - xHigh
  const yBig = SPLITTER * y
  const yHigh = yBig - (yBig - y)
  const yLow = y - yHigh
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow)
}

/** Grow the sum by one double, dropping parts that are zero. */
function add(value: number): void {
  let rest = value
  let kept = 0
  for (let i = 0; i < length; i++) {
    const part = parts[i]!
    const sum = rest + part
    const virtual = sum - rest
    const error = rest - (sum - virtual) + (part - virtual)
    if (error !== 0) parts[kept++] = error
    rest = sum
  }
  if (rest !== 0) parts[kept++] = rest
  length = kept
}

import type { Vector3 } from '../vector3.ts'

/** The sign of a·(b × c) in integers: for components so small that products of doubles would lose them. */
export function signInIntegers(a: Vector3, b: Vector3, c: Vector3): -1 | 0 | 1 {
  const least = Math.min(leastExponent(a), leastExponent(b), leastExponent(c))
  const [ax, ay, az] = integers(a, least)
  const [bx, by, bz] = integers(b, least)
  const [cx, cy, cz] = integers(c, least)
  const d = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
  return d > 0n ? 1 : d < 0n ? -1 : 0
}

const view = new DataView(new ArrayBuffer(8))

/** Of the components that are not zero, as the bits have it. */
function leastExponent(vector: Vector3): number {
  let least = 2047
  for (const value of vector) {
    if (value === 0) continue
    view.setFloat64(0, value)
    least = Math.min(least, Math.max(1, (view.getUint32(0) >>> 20) & 0x7ff))
  }
  return least
}

const integers = (vector: Vector3, least: number): readonly [bigint, bigint, bigint] => [
  integer(vector[0], least),
  integer(vector[1], least),
  integer(vector[2], least),
]

/** The double times 2^(1075 − least), which is a whole number, as short as it can be. */
function integer(value: number, least: number): bigint {
  if (value === 0) return 0n
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const magnitude = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - least)
  return value < 0 ? -magnitude : magnitude
}

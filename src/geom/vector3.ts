/** Cartesian coordinates; of unit length where a direction on the sphere is meant. */
export type Vector3 = readonly [x: number, y: number, z: number]

export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

export const plus = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
export const minus = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
export const scale = (a: Vector3, s: number): Vector3 => [a[0] * s, a[1] * s, a[2] * s]
export const norm = (a: Vector3): number => Math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])

/**
 * The unit vector along `a`; the zero vector gives NaN, as no direction is right. Scaled by the largest component first,
 * the same operations in the same order as sphgeom, so that pixel corners have the same bits.
 */
export function normalize([x, y, z]: Vector3): Vector3 {
  const [ax, ay, az] = [Math.abs(x), Math.abs(y), Math.abs(z)]
  const m = Math.max(ax, ay, az)
  const [u, v, w] = [x / m, y / m, z / m]
  const rest = ax === m ? v * v + w * w : ay === m ? u * u + w * w : u * u + v * v
  const n = Math.sqrt(1 + rest)
  return [u / n, v / n, w / n]
}

/** Squared length of the chord between two directions. */
export function squaredChord(a: Vector3, b: Vector3): number {
  const dx = a[0] - b[0]
  const dy = a[1] - b[1]
  const dz = a[2] - b[2]
  return dx * dx + dy * dy + dz * dz
}

/** Angle between two directions in radians; exact for tiny and for nearly opposite ones. */
export const angleBetween = (a: Vector3, b: Vector3): number => Math.atan2(norm(cross(a, b)), dot(a, b))

/** Right ascension in [0, 2π) and declination, radians, to a unit vector. */
export function vectorOf(lon: number, lat: number): Vector3 {
  const c = Math.cos(lat)
  return [Math.cos(lon) * c, Math.sin(lon) * c, Math.sin(lat)]
}

/** `v` turned about the unit vector `axis` by `angle` radians, right-handed (Rodrigues' formula). */
export function rotate(v: Vector3, axis: Vector3, angle: number): Vector3 {
  const c = Math.cos(angle)
  return plus(plus(scale(v, c), scale(cross(axis, v), Math.sin(angle))), scale(axis, dot(axis, v) * (1 - c)))
}

import type { Projection } from './projection.ts'

/** Projections given by native longitude φ and latitude θ, whose reference point is (0, 0). */
interface LonLat {
  readonly code: string
  /** [φ, θ] of a plane point; NaN outside. */
  lift(x: number, y: number): readonly [number, number]
  drop(phi: number, theta: number): readonly [number, number]
}

function lonLat(p: LonLat, parameters: Projection['parameters'] = []): Projection {
  return {
    code: p.code,
    theta0: 0,
    parameters,
    toVector(x, y, v) {
      const [phi, theta] = p.lift(x, y)
      const c = Math.cos(theta)
      v[0] = c * Math.cos(phi)
      v[1] = c * Math.sin(phi)
      v[2] = Math.sin(theta)
    },
    fromVector(a, b, c, out) {
      const [x, y] = p.drop(Math.atan2(b, a), Math.atan2(c, Math.hypot(a, b)))
      out[0] = x
      out[1] = y
    },
  }
}

const within = (theta: number): number => (Math.abs(theta) <= Math.PI / 2 ? theta : Number.NaN)

/** Plate carrée. */
export const CAR = lonLat({
  code: 'CAR',
  lift: (x, y) => [x, within(y)],
  drop: (phi, theta) => [phi, theta],
})

/** Cylindrical equal-area, PV2_1 = λ. */
export const makeCea = (lambda: number): Projection =>
  lonLat(
    {
      code: 'CEA',
      lift: (x, y) => [x, Math.asin(lambda * y)],
      drop: (phi, theta) => [phi, Math.sin(theta) / lambda],
    },
    lambda === 1 ? [] : [[1, lambda]],
  )

/** Mercator. */
export const MER = lonLat({
  code: 'MER',
  lift: (x, y) => [x, 2 * Math.atan(Math.exp(y)) - Math.PI / 2],
  drop: (phi, theta) => [phi, Math.log(Math.tan((Math.PI / 2 + theta) / 2))],
})

/** Sanson–Flamsteed. */
export const SFL = lonLat({
  code: 'SFL',
  lift: (x, y) => [Math.abs(x) <= Math.PI * Math.cos(y) + 1e-12 ? x / Math.cos(y) : Number.NaN, within(y)],
  drop: (phi, theta) => [phi * Math.cos(theta), theta],
})

/** Hammer–Aitoff. */
export const AIT = lonLat({
  code: 'AIT',
  lift(x, y) {
    const z2 = 1 - (x / 4) ** 2 - (y / 2) ** 2
    if (z2 < 0.5 - 1e-12) return [Number.NaN, Number.NaN]
    const z = Math.sqrt(z2)
    return [2 * Math.atan2((z * x) / 2, 2 * z2 - 1), Math.asin(y * z)]
  },
  drop(phi, theta) {
    const g = Math.sqrt(2 / (1 + Math.cos(theta) * Math.cos(phi / 2)))
    return [2 * g * Math.cos(theta) * Math.sin(phi / 2), g * Math.sin(theta)]
  },
})

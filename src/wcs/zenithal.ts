import type { Projection } from './projection.ts'

const HALF_PI = Math.PI / 2

/** cos θ and sin θ from the radius in the plane, and back; NaN outside. `rho` is cos θ of the native vector. */
interface Radial {
  readonly code: string
  /** Sets v[0] = cos θ, v[2] = sin θ for plane radius r > 0. */
  lift(r: number, v: Float64Array): void
  /** Plane radius of a native direction (cos θ, sin θ). */
  drop(cosTheta: number, sinTheta: number): number
}

/** Zenithal projections: the radius depends on θ only, the azimuth is kept. */
function zenithal(radial: Radial, parameters: Projection['parameters'] = []): Projection {
  return {
    code: radial.code,
    theta0: HALF_PI,
    parameters,
    toVector(x, y, v) {
      const r = Math.sqrt(x * x + y * y)
      radial.lift(r, v)
      const c = v[0]!
      // At the pole itself any azimuth will do.
      const [ux, uy] = r === 0 ? [0, 1] : [x / r, y / r]
      v[0] = -uy * c
      v[1] = ux * c
    },
    fromVector(a, b, c, out) {
      const rho = Math.sqrt(a * a + b * b)
      const r = radial.drop(rho, c)
      out[0] = rho === 0 ? 0 : (r * b) / rho
      out[1] = rho === 0 ? (r === 0 ? 0 : -r) : (-r * a) / rho
    },
  }
}

/** Gnomonic. Written apart, as it is the one that every pixel goes through. */
export const TAN: Projection = {
  code: 'TAN',
  theta0: HALF_PI,
  parameters: [],
  toVector(x, y, v) {
    const n = 1 / Math.sqrt(1 + x * x + y * y)
    v[0] = -y * n
    v[1] = x * n
    v[2] = n
  },
  fromVector(a, b, c, out) {
    const inside = c > 0
    out[0] = inside ? b / c : Number.NaN
    out[1] = inside ? -a / c : Number.NaN
  },
}

/** Stereographic: r = 2 tan((90° − θ)/2). */
export const STG = zenithal({
  code: 'STG',
  lift(r, v) {
    const t2 = (r * r) / 4
    v[0] = r / (1 + t2)
    v[2] = (1 - t2) / (1 + t2)
  },
  drop: (cosTheta, sinTheta) => (sinTheta <= -1 ? Number.NaN : (2 * cosTheta) / (1 + sinTheta)),
})

/** Orthographic: r = cos θ. */
export const SIN = zenithal({
  code: 'SIN',
  lift(r, v) {
    v[0] = r <= 1 ? r : Number.NaN
    v[2] = Math.sqrt(1 - r * r)
  },
  drop: (cosTheta, sinTheta) => (sinTheta >= 0 ? cosTheta : Number.NaN),
})

/** Zenithal equidistant: r = 90° − θ. */
export const ARC = zenithal({
  code: 'ARC',
  lift(r, v) {
    v[0] = r <= Math.PI ? Math.sin(r) : Number.NaN
    v[2] = r <= Math.PI ? Math.cos(r) : Number.NaN
  },
  drop: (cosTheta, sinTheta) => Math.atan2(cosTheta, sinTheta),
})

/** Zenithal equal-area: r = 2 sin((90° − θ)/2). */
export const ZEA = zenithal({
  code: 'ZEA',
  lift(r, v) {
    v[0] = r <= 2 ? r * Math.sqrt(1 - (r * r) / 4) : Number.NaN
    v[2] = r <= 2 ? 1 - (r * r) / 2 : Number.NaN
  },
  drop: (cosTheta, sinTheta) =>
    sinTheta > -0.5 ? cosTheta * Math.sqrt(2 / (1 + sinTheta)) : Math.sqrt(2 * (1 - sinTheta)),
})

/** Zenithal polynomial: r = Σ PV_m z^m, z = 90° − θ in radians, up to where r stops growing. */
export function makeZpn(coefficients: readonly number[]): Projection {
  const zMax = lastMonotone(coefficients)
  const [rMin, rMax] = [polynomial(coefficients, 0), polynomial(coefficients, zMax)]
  return zenithal(
    {
      code: 'ZPN',
      lift(r, v) {
        const z = r >= rMin && r <= rMax ? rootBetween(coefficients, r, zMax) : Number.NaN
        v[0] = Math.sin(z)
        v[2] = Math.cos(z)
      },
      drop(cosTheta, sinTheta) {
        const z = Math.atan2(cosTheta, sinTheta)
        return z <= zMax ? polynomial(coefficients, z) : Number.NaN
      },
    },
    coefficients.flatMap((c, m) => (c === 0 ? [] : [[m, c] as const])),
  )
}

function polynomial(coefficients: readonly number[], z: number): number {
  let sum = 0
  for (let m = coefficients.length - 1; m >= 0; m--) sum = sum * z + coefficients[m]!
  return sum
}

const slope = (coefficients: readonly number[], z: number): number => {
  let sum = 0
  for (let m = coefficients.length - 1; m > 0; m--) sum = sum * z + m * coefficients[m]!
  return sum
}

/** First zero of the derivative in (0, π], or π. */
function lastMonotone(coefficients: readonly number[]): number {
  const steps = 720
  for (let i = 1; i <= steps; i++) {
    if (slope(coefficients, (Math.PI * i) / steps) > 0) continue
    let [lo, hi] = [(Math.PI * (i - 1)) / steps, (Math.PI * i) / steps]
    for (let k = 0; k < 60; k++) {
      const mid = (lo + hi) / 2
      if (slope(coefficients, mid) > 0) lo = mid
      else hi = mid
    }
    return lo
  }
  return Math.PI
}

/** Newton kept inside [0, zMax] by bisection; r grows over it. */
function rootBetween(coefficients: readonly number[], r: number, zMax: number): number {
  let [lo, hi] = [0, zMax]
  let z = Math.min(r, zMax / 2)
  for (let k = 0; k < 100; k++) {
    const miss = polynomial(coefficients, z) - r
    if (miss > 0) hi = z
    else lo = z
    const newton = z - miss / slope(coefficients, z)
    const next = newton > lo && newton < hi ? newton : (lo + hi) / 2
    if (Math.abs(next - z) < 1e-16) return next
    z = next
  }
  return z
}

import { SpherePoint } from '#geom'

export interface TangentPoint {
  /** East, radians. */
  readonly xi: number
  /** North, radians. */
  readonly eta: number
}

/** Gnomonic projection about `origin`; NaN for the other hemisphere. */
export function toTangent(origin: SpherePoint, p: SpherePoint): TangentPoint {
  const dRa = p.ra.radians - origin.ra.radians
  const [s0, c0] = [Math.sin(origin.dec.radians), Math.cos(origin.dec.radians)]
  const [s, c] = [Math.sin(p.dec.radians), Math.cos(p.dec.radians)]
  const depth = s0 * s + c0 * c * Math.cos(dRa)
  if (depth <= 0) return { xi: Number.NaN, eta: Number.NaN }
  return { xi: (c * Math.sin(dRa)) / depth, eta: (c0 * s - s0 * c * Math.cos(dRa)) / depth }
}

export function toSky(origin: SpherePoint, xi: number, eta: number): SpherePoint {
  const [s0, c0] = [Math.sin(origin.dec.radians), Math.cos(origin.dec.radians)]
  const forward = c0 - eta * s0
  const ra = origin.ra.radians + Math.atan2(xi, forward)
  return SpherePoint.fromRadians(ra, Math.atan2(s0 + eta * c0, Math.hypot(xi, forward)))
}

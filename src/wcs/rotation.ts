import { wcsError } from './errors.ts'

/** Row-major 3 × 3 rotation. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number]

export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const m = (i: number, j: number): number =>
    a[3 * i]! * b[j]! + a[3 * i + 1]! * b[3 + j]! + a[3 * i + 2]! * b[6 + j]!
  return [m(0, 0), m(0, 1), m(0, 2), m(1, 0), m(1, 1), m(1, 2), m(2, 0), m(2, 1), m(2, 2)]
}

export const transpose = (a: Matrix3): Matrix3 => [a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]]

export const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/**
 * From native to celestial vectors, by the celestial longitude and latitude of the native pole and the native longitude
 * of the celestial pole (radians). @see paper II, equations 2 and 5
 */
export function poleRotation(alphaP: number, deltaP: number, phiP: number): Matrix3 {
  const [sa, ca] = [Math.sin(alphaP), Math.cos(alphaP)]
  const [sd, cd] = [Math.sin(deltaP), Math.cos(deltaP)]
  const [sp, cp] = [Math.sin(phiP), Math.cos(phiP)]
  return [
    -sa * sp - ca * cp * sd,
    sa * cp - ca * sp * sd,
    ca * cd,
    ca * sp - sa * cp * sd,
    -ca * cp - sa * sp * sd,
    sa * cd,
    cp * cd,
    sp * cd,
    sd,
  ]
}

export interface PoleOptions {
  /** Celestial coordinates of the reference point, radians. */
  readonly alpha0: number
  readonly delta0: number
  /** Native latitude of the reference point (longitude 0). */
  readonly theta0: number
  /** LONPOLE and LATPOLE, radians. */
  readonly phiP: number
  readonly thetaP: number
}

/** The rotation for a reference point that need not be the pole. @see paper II, §2.4, equations 8–10 */
export function referenceRotation({ alpha0, delta0, theta0, phiP, thetaP }: PoleOptions): Matrix3 {
  if (theta0 === Math.PI / 2) return poleRotation(alpha0, delta0, phiP)
  const deltaP = poleLatitude(delta0, theta0, phiP, thetaP)
  return poleRotation(poleLongitude(alpha0, delta0, theta0, phiP, deltaP), deltaP, phiP)
}

const TINY = 1e-10

function poleLatitude(delta0: number, theta0: number, phiP: number, thetaP: number): number {
  const first = Math.atan2(Math.sin(theta0), Math.cos(theta0) * Math.cos(phiP))
  const w = Math.sqrt(1 - (Math.cos(theta0) * Math.sin(phiP)) ** 2)
  // Every latitude solves it when the pole is on the celestial equator at quadrature: LATPOLE decides.
  if (w < TINY) return thetaP
  const ratio = Math.sin(delta0) / w
  if (Math.abs(ratio) > 1 + TINY)
    throw wcsError(
      'bad-card',
      'CRVAL2 and LONPOLE contradict each other: there is no celestial pole for them.',
    )
  const second = Math.acos(Math.max(-1, Math.min(1, ratio)))
  const valid = [first + second, first - second]
    .map((d) => Math.atan2(Math.sin(d), Math.cos(d)))
    .filter((d) => Math.abs(d) <= Math.PI / 2 + TINY)
    .sort((a, b) => Math.abs(a - thetaP) - Math.abs(b - thetaP))
  const best = valid[0]
  if (best === undefined) throw wcsError('bad-card', 'LONPOLE and LATPOLE leave no celestial pole.')
  return best
}

function poleLongitude(alpha0: number, delta0: number, theta0: number, phiP: number, deltaP: number): number {
  const limit = Math.PI / 2 - TINY
  if (Math.abs(delta0) > limit) return alpha0
  if (deltaP > limit) return alpha0 + phiP - Math.PI
  if (deltaP < -limit) return alpha0 - phiP
  const s = (Math.sin(phiP) * Math.cos(theta0)) / Math.cos(delta0)
  const c = (Math.sin(theta0) - Math.sin(deltaP) * Math.sin(delta0)) / (Math.cos(deltaP) * Math.cos(delta0))
  return alpha0 - Math.atan2(s, c)
}

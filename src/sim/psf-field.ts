import type { Random } from '#math'

/** A Moffat profile: FWHM in pixels and the ellipticity of its isophotes, (a−b)/(a+b) along 0° and 45°. */
export interface MoffatShape {
  readonly fwhm: number
  readonly e1: number
  readonly e2: number
}

export const MOFFAT_BETA = 3.5

/** Core radius α for a FWHM of 1. */
export const MOFFAT_ALPHA = 1 / (2 * Math.sqrt(2 ** (1 / MOFFAT_BETA) - 1))

/** How the PSF of one visit changes over the focal plane; axes are the focal plane's. */
export interface PsfField {
  /** @param u focal-plane x in field radii @param v y in field radii */
  at(u: number, v: number): MoffatShape
}

/**
 * Seeing plus optics: the width grows by up to 6 % towards the edge and tilts by 2 %; ellipticity is a quadratic field, 0.01 rms
 * on the axis, held below 0.05.
 */
export function makePsfField(random: Random, fwhmPx: number): PsfField {
  const tilt = [random.normal(0, 0.01), random.normal(0, 0.01)] as const
  const [p, q] = [sixTerms(random), sixTerms(random)]
  return {
    at(u, v) {
      const r2 = u * u + v * v
      const fwhm = fwhmPx * (1 + 0.06 * r2 + tilt[0] * u + tilt[1] * v)
      const [e1, e2] = [quadratic(p, u, v), quadratic(q, u, v)]
      const limit = Math.min(1, 0.05 / Math.hypot(e1, e2))
      return { fwhm, e1: e1 * limit, e2: e2 * limit }
    },
  }
}

/** The same shape in axes turned by `radians` (a chip's yaw), counter-clockwise. */
export function rotateShape({ fwhm, e1, e2 }: MoffatShape, radians: number): MoffatShape {
  const [c, s] = [Math.cos(2 * radians), Math.sin(2 * radians)]
  return { fwhm, e1: c * e1 + s * e2, e2: -s * e1 + c * e2 }
}

/** Symmetric matrix [xx, xy, yy] with area kept, that turns a circle of radius 1 into the shape's isophote, squared. */
export function shearMatrix(e1: number, e2: number): readonly [number, number, number] {
  const n = 1 / (1 - e1 * e1 - e2 * e2)
  const square = 1 + e1 * e1 + e2 * e2
  return [n * (square + 2 * e1), n * 2 * e2, n * (square - 2 * e1)]
}

type Terms = readonly [number, number, number, number, number, number]

const sixTerms = (random: Random): Terms => [
  random.normal(0, 0.01),
  random.normal(0, 0.008),
  random.normal(0, 0.008),
  random.normal(0, 0.012),
  random.normal(0, 0.012),
  random.normal(0, 0.012),
]

const quadratic = (t: Terms, u: number, v: number): number =>
  t[0] + t[1] * u + t[2] * v + t[3] * u * u + t[4] * u * v + t[5] * v * v

/**
 * Radially symmetric optics: focal-plane radius to tangent-plane radius, both ways.
 * t(r) = scale · r · (1 + k₁ρ² + k₂ρ⁴ + …), ρ = r / norm.
 */
export interface RadialOptics {
  /** Radians a focal-plane pixel on the axis. */
  readonly scale: number
  /** Focal-plane pixels at ρ = 1. */
  readonly norm: number
  readonly coefficients: readonly number[]
}

/** t(r) / r: radians a pixel towards the axis. */
export function radialScale(optics: RadialOptics, r: number): number {
  const u = (r / optics.norm) ** 2
  let sum = 0
  for (let i = optics.coefficients.length - 1; i >= 0; i--) sum = (sum + optics.coefficients[i]!) * u
  return optics.scale * (1 + sum)
}

/** dt/dr: radians a pixel along the radius. */
export function radialDerivative(optics: RadialOptics, r: number): number {
  const u = (r / optics.norm) ** 2
  let sum = 0
  for (let i = optics.coefficients.length - 1; i >= 0; i--)
    sum = (sum + (2 * i + 3) * optics.coefficients[i]!) * u
  return optics.scale * (1 + sum)
}

/** The focal-plane radius whose t(r) is `t`, by Newton's method to 1e-9 pixel; NaN where the optics turn back. */
export function radiusOf(optics: RadialOptics, t: number): number {
  let r = t / optics.scale
  for (let i = 0; i < 30; i++) {
    const step = (radialScale(optics, r) * r - t) / radialDerivative(optics, r)
    r -= step
    if (Math.abs(step) < 1e-9) return r
  }
  return Number.NaN
}

/** Solid angle of a focal-plane pixel relative to one on the axis (in the tangent plane). */
export const relativePixelArea = (optics: RadialOptics, r: number): number =>
  (radialScale(optics, r) * radialDerivative(optics, r)) / optics.scale ** 2

/** Second moments, px²; `ixx` along x. */
export interface Quadrupole {
  readonly ixx: number
  readonly iyy: number
  readonly ixy: number
}

/** (ixx·iyy − ixy²)^¼: the σ of a round Gaussian of the same area, px. */
export const determinantRadius = ({ ixx, iyy, ixy }: Quadrupole): number => (ixx * iyy - ixy * ixy) ** 0.25

/** √((ixx + iyy)/2), px. */
export const traceRadius = ({ ixx, iyy }: Quadrupole): number => Math.sqrt((ixx + iyy) / 2)

/** Distortions e1 = (ixx − iyy)/(ixx + iyy), e2 = 2·ixy/(ixx + iyy). */
export function ellipticity({ ixx, iyy, ixy }: Quadrupole): { readonly e1: number; readonly e2: number } {
  return { e1: (ixx - iyy) / (ixx + iyy), e2: (2 * ixy) / (ixx + iyy) }
}

/** Axes of the ellipse: semi-axes a ≥ b, px, and θ of the major axis from x towards y, radians. */
export function axesOf({ ixx, iyy, ixy }: Quadrupole): {
  readonly a: number
  readonly b: number
  readonly theta: number
} {
  const mean = (ixx + iyy) / 2
  const half = Math.hypot((ixx - iyy) / 2, ixy)
  return {
    a: Math.sqrt(mean + half),
    b: Math.sqrt(Math.max(0, mean - half)),
    theta: Math.atan2(2 * ixy, ixx - iyy) / 2,
  }
}

/** The inverse of `axesOf`. */
export function quadrupoleOfAxes(a: number, b: number, theta: number): Quadrupole {
  const [c, s] = [Math.cos(theta), Math.sin(theta)]
  return {
    ixx: a * a * c * c + b * b * s * s,
    iyy: a * a * s * s + b * b * c * c,
    ixy: (a * a - b * b) * c * s,
  }
}

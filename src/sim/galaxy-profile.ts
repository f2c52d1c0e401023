import { type MoffatShape, shearMatrix } from './psf-field.ts'
import type { Component } from './render.ts'

/** Flux share and variance of a round Gaussian, in units of the half-light radius (of the FWHM for the Moffat). */
type Mixture = readonly (readonly [weight: number, variance: number])[]

/** Exponential disc: 3 % of the profile between 0.1 and 3 half-light radii (our non-negative fit). */
const DISC: Mixture = [
  [0.0026595, 0.0087],
  [0.011866, 0.032773],
  [0.049801, 0.093808],
  [0.18811, 0.26851],
  [0.45566, 0.76859],
  [0.29191, 2.2],
]

/** De Vaucouleurs bulge cut at 8 half-light radii, to 3 %. */
const BULGE: Mixture = [
  [0.0125, 0.0004],
  [0.035432, 0.0031302],
  [0.051555, 0.012383],
  [0.12198, 0.04899],
  [0.16813, 0.19381],
  [0.23288, 0.76673],
  [0.18853, 3.0333],
  [0.18898, 12],
]

/** Moffat with β = 3.5, to 2 % out to 4 FWHM: only galaxies are convolved with it, stars are drawn exactly. */
const MOFFAT: Mixture = [
  [0.14456, 0.1],
  [0.41806, 0.20362],
  [0.30981, 0.4146],
  [0.094253, 0.84419],
  [0.033318, 1.969],
]

export interface GalaxyShape {
  /** Half-light radius along the mean of the axes, pixels. */
  readonly halfLightPx: number
  /** b/a. */
  readonly axisRatio: number
  /** Of the major axis from +x towards +y, radians, in pixel axes. */
  readonly angle: number
  /** Share of the flux in the bulge, whose half-light radius is half the disc's. */
  readonly bulge: number
}

/** The galaxy seen through the PSF, as Gaussians whose shares sum to 1. */
export function galaxyComponents(galaxy: GalaxyShape, psf: MoffatShape): readonly Component[] {
  const disc = profile(DISC, 1 - galaxy.bulge, galaxy.halfLightPx)
  const bulge = galaxy.bulge > 0 ? profile(BULGE, galaxy.bulge, 0.5 * galaxy.halfLightPx) : []
  const [c2, s2] = [Math.cos(2 * galaxy.angle), Math.sin(2 * galaxy.angle)]
  const e = (1 - galaxy.axisRatio) / (1 + galaxy.axisRatio)
  const [gxx, gxy, gyy] = shearMatrix(e * c2, e * s2)
  const [pxx, pxy, pyy] = shearMatrix(psf.e1, psf.e2)
  const beam = psf.fwhm ** 2
  const out: Component[] = []
  for (const [weight, variance] of [...disc, ...bulge])
    for (const [share, v] of MOFFAT)
      out.push([
        weight * share,
        variance * gxx + v * beam * pxx,
        variance * gxy + v * beam * pxy,
        variance * gyy + v * beam * pyy,
      ])
  return out
}

const profile = (mixture: Mixture, share: number, radius: number): Mixture => {
  const sum = mixture.reduce((s, [w]) => s + w, 0)
  return mixture.map(([w, v]) => [(share * w) / sum, v * radius * radius] as const)
}

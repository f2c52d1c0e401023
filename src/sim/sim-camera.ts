import type { Instrument } from '#obs'
import type { SkyDensity } from './sky.ts'

/** How a filter sees the sky. */
export interface SimFilter {
  readonly physical: string
  readonly band: 'g' | 'r' | 'i' | 'z' | 'y'
  /** AB magnitude of one count a second in a calibrated (post-ISR) frame. */
  readonly zeroPoint: number
  /** Counts a second and pixel of sky on the axis. */
  readonly skyRate: number
}

/** What the simulator must know of a camera beyond its instrument description. */
export interface SimCamera {
  readonly instrument: Instrument
  readonly filters: readonly SimFilter[]
  /** Electrons a post-ISR count stands for where the response is 1. */
  readonly electronsPerCount: number
  /** Focal-plane radius (pixels) where vignetting has fallen to 0.7. */
  readonly vignetteRadius: number
  /** Response on the axis; flats are normalised so that their mean over the camera is about 1. */
  readonly axisResponse: number
  /** Arcsec a pixel on the axis. */
  readonly pixelScale: number
  readonly density: SkyDensity
  /** Dark current, e⁻/s. */
  readonly darkRate: number
  /** Charge moved by brighter-fatter per e⁻: Σ|K|; 0 for none. */
  readonly brighterFatter: number
}

/** Counts, flux and magnitude scales of a filter. @throws when the camera has no such filter */
export function simFilter(camera: SimCamera, physical: string): SimFilter {
  const found = camera.filters.find((f) => f.physical === physical)
  if (found === undefined)
    throw new Error(`Broken invariant: ${camera.instrument.name} simulates no filter ${physical}`)
  return found
}

/** Share of the light that is lost at the vignetting radius; the loss grows with the cube of the radius. */
export const VIGNETTING = 0.3

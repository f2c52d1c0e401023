import { HSC, TinyCam } from '#obs'
import type { SimCamera } from './sim-camera.ts'

/** Hyper Suprime-Cam; r and i skies are those of the ci_hsc exposures: 178 ± 7.3 counts in 30 s of r on detector 5. */
export const SIM_HSC: SimCamera = {
  instrument: HSC,
  filters: [
    { physical: 'HSC-G', band: 'g', zeroPoint: 26.9, skyRate: 3.2 },
    { physical: 'HSC-R', band: 'r', zeroPoint: 26.8, skyRate: 7.05 },
    { physical: 'HSC-I', band: 'i', zeroPoint: 26.6, skyRate: 9.5 },
    { physical: 'HSC-Z', band: 'z', zeroPoint: 25.8, skyRate: 9 },
    { physical: 'HSC-Y', band: 'y', zeroPoint: 25.2, skyRate: 14 },
  ],
  electronsPerCount: 3.6,
  vignetteRadius: 17_500,
  axisResponse: 1 / 0.81,
  pixelScale: 0.16878545,
  density: { stars: 3, galaxies: 30 },
  darkRate: 0.0007,
  brighterFatter: 1e-6,
}

/** The small camera of the tests: the same sky through a smaller telescope. */
export const SIM_TINY: SimCamera = {
  instrument: TinyCam,
  filters: [
    { physical: 'Tiny-R', band: 'r', zeroPoint: 26.8, skyRate: 6 },
    { physical: 'Tiny-I', band: 'i', zeroPoint: 26.6, skyRate: 9 },
  ],
  electronsPerCount: 1.6,
  vignetteRadius: 1_400,
  axisResponse: 1,
  pixelScale: 0.2,
  density: { stars: 12, galaxies: 30 },
  darkRate: 0.002,
  brighterFatter: 1e-6,
}

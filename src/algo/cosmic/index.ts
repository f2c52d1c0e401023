/** algo/cosmic: cosmic rays in a single frame, found by being sharper than the PSF. */
export { type CosmicRayOptions, DEFAULT_COSMIC_RAYS, findCosmicRays } from './find-cosmic-rays.ts'

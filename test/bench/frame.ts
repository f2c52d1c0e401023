import { imageHdu, writeFits } from '#fits'
import { aStarField } from '../support/star-field.ts'

export const CCD = { width: 2048, height: 4176 }
export const STARS = 3000

/** One HSC-sized frame: 3000 stars of S/N 8 to 1200 on a flat sky. */
export const benchField = () => aStarField({ ...CCD, count: STARS, fluxes: [600, 400000], seed: 5 })

export const asFits = (data: Float32Array): Uint8Array =>
  writeFits([imageHdu({ width: CCD.width, height: CCD.height, data })])

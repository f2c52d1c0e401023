import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openFits } from '#fits'
import { measureFrame, readFrame } from '#tasks'
import { dataPath } from '../support/data.ts'

interface Reference {
  readonly isophotal: readonly [number, number]
  readonly windowed: readonly [number, number]
  readonly flux: number
  readonly error: number
}

/** Columns of image.cat by its head: X_IMAGE 2, XWIN 4, FLUX_AUTO 16, FLUXERR_AUTO 17; FITS pixels count from 1. */
function readReference(): Reference[] {
  const text = readFileSync(dataPath('real/sextractor-reference/image.cat'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const v = line.trim().split(/\s+/).map(Number)
      return {
        isophotal: [v[1]! - 1, v[2]! - 1],
        windowed: [v[3]! - 1, v[4]! - 1],
        flux: v[15]!,
        error: v[16]!,
      }
    })
}

const reference = readReference()
const measured = (async () => {
  const path = dataPath('real/sextractor-reference/image.fits')
  const { exposure } = await readFrame(await openFits(readFileSync(path), { name: path }))
  return measureFrame(exposure)
})()

/**
 * SExtractor ran without deblending (DEBLEND_MINCONT 1) and gives two positions: the barycentre of the isophote, ours for
 * the footprint, and a windowed one, ours by the maximum of the PSF-smoothed image. A blend is found by its barycentre.
 */
test('97 % of the objects that SExtractor finds at S/N > 10 on an ESO frame are found within 0.5 px', async () => {
  const { sources } = await measured
  const near = ([x, y]: readonly [number, number], xs: Float64Array, ys: Float64Array) =>
    xs.some((v, i) => Math.hypot(v - x, ys[i]! - y) < 0.5)
  const bright = reference.filter(({ flux, error }) => flux > 10 * error)
  expect(bright.length).toBe(34)
  const missed = bright.filter(
    ({ isophotal, windowed }) =>
      !near(windowed, sources.f64('x'), sources.f64('y')) &&
      !near(isophotal, sources.f64('ext_FootprintCentroid_x'), sources.f64('ext_FootprintCentroid_y')),
  )
  expect(1 - missed.length / bright.length).toBeGreaterThanOrEqual(0.97)
})

test('Kron fluxes of isolated objects agree with FLUX_AUTO to 0.05 mag in the median', async () => {
  const { sources } = await measured
  const [x, y] = [sources.f64('x'), sources.f64('y')]
  const [flux, blended] = [sources.f64('kronFlux'), sources.bool('flagBlended')]
  const offsets = reference.flatMap(({ windowed, flux: auto, error }) => {
    const row = x.findIndex((v, i) => Math.hypot(v - windowed[0], y[i]! - windowed[1]) < 0.5)
    return auto > 20 * error && row >= 0 && blended[row] === 0 ? [-2.5 * Math.log10(flux[row]! / auto)] : []
  })
  expect(offsets.length).toBeGreaterThan(8)
  const median = offsets.sort((a, b) => a - b)[offsets.length >> 1]!
  expect(Math.abs(median)).toBeLessThan(0.05)
})

test('the background agrees with SExtractor’s map', async () => {
  const { backgrounds } = await measured
  const file = await openFits(readFileSync(dataPath('real/sextractor-reference/back.fits')))
  const theirs = (await readFrame(file)).exposure.image.data
  const ours = backgrounds.image()!.data
  let [sum, squares] = [0, 0]
  for (let i = 0; i < ours.length; i++) {
    sum += ours[i]! - theirs[i]!
    squares += (ours[i]! - theirs[i]!) ** 2
  }
  const mean = sum / ours.length
  // The sky noise is 66 counts a pixel; cells hold 4096 pixels, and the two clip stars differently.
  expect(Math.abs(mean)).toBeLessThan(0.15 * 66)
  expect(Math.sqrt(squares / ours.length - mean * mean)).toBeLessThan(0.15 * 66)
})

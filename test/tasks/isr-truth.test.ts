import { expect, test } from 'vitest'
import { defaultContext, formatShort, makeLogger } from '#core'
import { clippedStats, median } from '#math'
import { CI_HSC, SIM_HSC, SIM_TINY, TINY_SURVEY } from '#sim'
import { CharacterizeImageConfig, characterizeImage, standaloneContext } from '#tasks'
import { pulls, type Reduced, simulateAndReduce } from '../support/simulated-isr.ts'

/** Cosmic rays are not isr's to remove: 5σ clipping leaves them (and nothing else at that level) out. */
const residuals = (values: Float32Array) => clippedStats(values, { nSigma: 5, nIter: 10 })
const PLANES = ['BAD', 'SAT', 'INTRP', 'SUSPECT', 'EDGE', 'NO_DATA', 'CROSSTALK']

test('isr of the test camera leaves (image − truth)/σ with mean 0 ± 0.02 and width 1.00 ± 0.02', async () => {
  const visit = TINY_SURVEY[0]!
  const reduced = await simulateAndReduce(
    { camera: SIM_TINY, visit, detector: 1, seed: 'truth' },
    '2014-05-01',
  )
  const { mean, stdev } = residuals(pulls(reduced, PLANES, 10))
  expect(Math.abs(mean)).toBeLessThan(0.02)
  expect(Math.abs(stdev - 1)).toBeLessThan(0.02)
})

test('an HSC chip: isr does the same and logs the tutorial’s lines; its stars have their true fluxes and places', {
  timeout: 240_000,
}, async () => {
  const visit = CI_HSC.find((v) => v.id === 903344)!
  const lines: string[] = []
  const log = makeLogger('isr', (record) => lines.push(formatShort(record)))
  const reduced = await simulateAndReduce(
    { camera: SIM_HSC, visit, detector: 5, seed: 'truth' },
    '2013-06-17',
    log,
  )
  const { mean, stdev } = residuals(pulls(reduced, PLANES, 10))
  expect(Math.abs(mean)).toBeLessThan(0.02)
  expect(Math.abs(stdev - 1)).toBeLessThan(0.02)
  const messages = lines.map((line) => line.replace(/[-\d.]+/g, '#'))
  for (const wanted of [
    'isr INFO: Converting exposure to floating point values.',
    'isr INFO: Assembling CCD from amplifiers.',
    'isr INFO: Applying bias correction.',
    'isr INFO: Applying linearizer.',
    'isr INFO: Applying crosstalk correction.',
    'isr.crosstalk INFO: Applying crosstalk correction.',
    'isr INFO: Masking defects.',
    'isr INFO: Masking NAN value pixels.',
    'isr INFO: Widening saturation trails.',
    'isr INFO: Applying dark correction.',
    'isr INFO: Applying flat correction.',
    'isr.fringe INFO: Filter not found in FringeTaskConfig.filters. Skipping fringe correction.',
    'isr INFO: Interpolating masked pixels.',
    'isr INFO: Measuring background level.',
  ])
    expect(messages).toContain(wanted.replace(/[-\d.]+/g, '#'))
  const sky = lines.find((line) => line.includes('Flattened sky level'))!
  const [, level, sigma] = /level: (\d+\.\d+) \+\/- (\d+\.\d+)/.exec(sky)!
  expect(Number(level)).toBeGreaterThan(150)
  expect(Number(level)).toBeLessThan(200)
  expect(Number(sigma)).toBeCloseTo(7.3, 0)
  expectTrueStars(reduced)
})

/** Isolated, unsaturated stars of S/N above 100: PSF fluxes within 1 % of the truth, centroids within 0.05 px. */
function expectTrueStars({ postIsr, truth }: Reduced): void {
  const config = CharacterizeImageConfig.make()
  const { sourceCat } = characterizeImage(
    postIsr,
    { expId: 1n, bits: 32 },
    standaloneContext('characterizeImage', config, defaultContext()),
  )
  const column = (name: string) => sourceCat.f64(name)
  const [x, y] = [column('base_SdssCentroid_x'), column('base_SdssCentroid_y')]
  const [flux, error] = [column('base_PsfFlux_instFlux'), column('base_PsfFlux_instFluxErr')]
  const bad = ['saturated', 'interpolated', 'cr', 'bad', 'edge'].map((name) =>
    sourceCat.bool(`base_PixelFlags_flag_${name}`),
  )
  const near = (i: number, radius: number) =>
    truth.sources.filter((s) => Math.hypot(s.x - x[i]!, s.y - y[i]!) < radius)
  const stars = [...x.keys()].flatMap((i) => {
    const star = near(i, 2).find((s) => s.isStar)
    const alone = star !== undefined && near(i, 25).every((s) => s === star || s.flux < 0.002 * star.flux)
    return alone && flux[i]! > 100 * error[i]! && bad.every((flags) => flags[i] === 0) ? [{ i, star }] : []
  })
  expect(stars.length).toBeGreaterThan(20)
  const total = stars.map(({ i, star }) => flux[i]! / star.flux - 1)
  expect(Math.abs(median(total))).toBeLessThan(0.01)
  // Fluxes are on the scale of the 12-pixel aperture, which misses 0.9 % of a Moffat profile: against the light inside it
  // nine stars of ten are within 1 % and the rest have a faint neighbour.
  const inside = stars.map(({ i, star }) => flux[i]! / (star.flux * withinAperture(star.fwhm, 12)) - 1)
  expect(Math.abs(median(inside))).toBeLessThan(0.003)
  expect(inside.filter((r) => Math.abs(r) < 0.01).length).toBeGreaterThanOrEqual(0.9 * inside.length)
  const offsets = stars.map(({ i, star }) => Math.hypot(x[i]! - star.x, y[i]! - star.y))
  expect(Math.sqrt(offsets.reduce((sum, d) => sum + d * d, 0) / offsets.length)).toBeLessThan(0.05)
}

/** Share of a Moffat profile (β = 3.5, the simulator's) inside a circle, radius and FWHM in pixels. */
function withinAperture(fwhm: number, radius: number): number {
  const alpha = fwhm / (2 * Math.sqrt(2 ** (1 / 3.5) - 1))
  return 1 - (1 + (radius / alpha) ** 2) ** (1 - 3.5)
}

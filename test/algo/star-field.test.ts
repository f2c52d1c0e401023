import { beforeAll, describe, expect, test } from 'vitest'
import {
  applyApCorr,
  cutCandidate,
  detectSources,
  determinePsf,
  findCosmicRays,
  fitBackground,
  measureApCorr,
  measureSources,
  type PsfModel,
  selectStarsBySize,
  subtractBackground,
} from '#algo'
import { GaussianPsf } from '#image'
import type { Catalog } from '#table'
import { aStarField, type Star } from '../support/star-field.ts'
import { nearestTo, summarize } from '../support/statistics.ts'

const FIELDS = ['base_PsfFlux', 'base_GaussianFlux']
/** σ along x and y: 6 % wider from left to right, 2 % narrower at the top and bottom. */
const sigmaAt = (x: number, y: number) =>
  [1.76 + 0.1 * (x / 1000 - 0.5), 1.76 - 0.15 * (y / 900 - 0.5) ** 2] as const

describe('200 stars of S/N 25 to 700, PSF varying over the field and unknown', () => {
  let sources: Catalog
  let stars: readonly Star[]
  let match: number[]
  let model: PsfModel
  let falseCosmicRays: number

  beforeAll(() => {
    const field = aStarField({ count: 200, width: 1000, height: 900, seed: 3, sigmaAt })
    stars = field.stars
    const { maskedImage } = field
    subtractBackground(maskedImage, fitBackground(maskedImage).background)
    const placeholder = new GaussianPsf(11, 1.5)
    falseCosmicRays = findCosmicRays(maskedImage, placeholder, { condition3Fraction: 0.4, keep: true }).count
    const { positive } = detectSources(maskedImage, { sigma: 1.5, includeThresholdMultiplier: 10 })
    const first = measureSources(maskedImage, positive, { psf: placeholder })
    const selected = selectStarsBySize(first, { fluxMin: 4000, sourceFluxField: 'base_PsfFlux_instFlux' })
    const [x, y] = [first.f64('base_SdssCentroid_x'), first.f64('base_SdssCentroid_y')]
    const candidates = [...selected]
      .map((row) => cutCandidate(maskedImage, { row, x: x[row]!, y: y[row]!, footprint: positive[row]! }, 41))
      .filter((c) => c !== undefined)
    model = determinePsf(candidates, maskedImage.bbox)
    const second = measureSources(maskedImage, positive, { psf: model.psf })
    const used = Int32Array.from(model.used, (c) => c.row)
    sources = applyApCorr(second, measureApCorr(second, used, FIELDS, maskedImage.bbox).map, FIELDS)
    match = nearestTo(stars, sources.f64('base_SdssCentroid_x'), sources.f64('base_SdssCentroid_y'), 1)
  })

  const ofMatched = (value: (star: Star, row: number) => number, from = 0) =>
    stars.flatMap((star, k) => (star.flux >= from && match[k]! >= 0 ? [value(star, match[k]!)] : []))
  /** Counts of a star of S/N 100 here: σ_F = √(4πσ²V), V ≈ 54. */
  const SN100 = 100 * Math.sqrt(4 * Math.PI * 1.76 ** 2 * 54) * 1.35

  test('all are found, and no star core is taken for a cosmic ray', () => {
    expect(match.filter((m) => m < 0)).toEqual([])
    expect(sources.numRows).toBe(200)
    expect(falseCosmicRays).toBe(0)
  })

  test('the PSF follows the field: moments within 1 % of truth in the corners', () => {
    expect(model.psf.order).toBe(2)
    expect(model.used.length).toBeGreaterThan(100)
    for (const [x, y] of [
      [60, 60],
      [500, 450],
      [940, 840],
      [60, 840],
    ] as const) {
      const { ixx, iyy, ixy } = model.psf.shapeAt({ x, y })
      const [sx, sy] = sigmaAt(x, y)
      expect(ixx / (sx * sx + 1 / 12)).toBeCloseTo(1, 1.7)
      expect(iyy / (sy * sy + 1 / 12)).toBeCloseTo(1, 1.7)
      expect(Math.abs(ixy)).toBeLessThan(0.03)
    }
  })

  test('PSF fluxes of stars of S/N > 100: within 1 % of truth on average and in scatter as their errors say', () => {
    const flux = sources.f64('base_PsfFlux_instFlux')
    const { mean, median } = summarize(ofMatched((star, row) => flux[row]! / star.flux - 1, SN100))
    expect(Math.abs(mean)).toBeLessThan(0.01)
    expect(Math.abs(median)).toBeLessThan(0.005)
    const error = sources.f64('base_PsfFlux_instFluxErr')
    const pulls = summarize(ofMatched((star, row) => (flux[row]! - star.flux) / error[row]!))
    expect(pulls.stdev).toBeGreaterThan(0.85)
    expect(pulls.stdev).toBeLessThan(1.35)
  })

  test('centroids: 0.05 px at S/N > 100, pulls of unit width', () => {
    const [x, y] = [sources.f64('base_SdssCentroid_x'), sources.f64('base_SdssCentroid_y')]
    const distance = ofMatched((star, row) => Math.hypot(x[row]! - star.x, y[row]! - star.y), SN100)
    expect(Math.max(...distance)).toBeLessThan(0.05)
    const xErr = sources.f64('base_SdssCentroid_xErr')
    const pulls = summarize(ofMatched((star, row) => (x[row]! - star.x) / xErr[row]!))
    expect(Math.abs(pulls.mean)).toBeLessThan(0.3)
    expect(pulls.stdev).toBeGreaterThan(0.85)
    expect(pulls.stdev).toBeLessThan(1.2)
  })

  test('12-pixel apertures hold the whole star', () => {
    const flux = sources.f64('base_CircularApertureFlux_12_0_instFlux')
    const error = sources.f64('base_CircularApertureFlux_12_0_instFluxErr')
    const pulls = summarize(ofMatched((star, row) => (flux[row]! - star.flux) / error[row]!))
    expect(Math.abs(pulls.mean)).toBeLessThan(0.35)
    expect(pulls.stdev).toBeGreaterThan(0.85)
    expect(pulls.stdev).toBeLessThan(1.2)
  })
})

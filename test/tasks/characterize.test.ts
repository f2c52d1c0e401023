import { beforeAll, describe, expect, test } from 'vitest'
import { defaultContext, formatShort, makeLogger } from '#core'
import { BackgroundList, Exposure } from '#image'
import {
  CharacterizeImageConfig,
  type Characterized,
  characterizeImage,
  icSrcSchema,
  standaloneContext,
} from '#tasks'
import { aStarField, type Star } from '../support/star-field.ts'
import { identical, nearestTo, summarize } from '../support/statistics.ts'

const ids = { expId: 180668805n, bits: 32 }
const lines: string[] = []
const makeContext = (config: CharacterizeImageConfig) => {
  const log = makeLogger('characterizeImage', (record) => lines.push(formatShort(record)))
  return standaloneContext('characterizeImage', config, defaultContext({ log }))
}

function hscLike(): CharacterizeImageConfig {
  const config = CharacterizeImageConfig.make()
  const selector = config.measurePsf.value.starSelector.get('objectSize')
  selector.sourceFluxField = 'base_PsfFlux_instFlux'
  selector.fluxMin = 4000
  config.measurePsf.value.reserve.fraction = 0.2
  config.repair.value.cosmicray.cond3_fac2 = 0.4
  return config
}

describe('characterizeImage on a simulated frame with a sky gradient, cosmic rays and a varying PSF', () => {
  let stars: readonly Star[]
  let input: Exposure
  let before: Float32Array
  let result: Characterized
  const cosmicRays: number[] = []

  beforeAll(() => {
    const [width, height] = [800, 770]
    const gradient = (x: number, y: number) => 6 * (x / width - 0.5) + 4 * (y / height - 0.5) ** 2
    const field = aStarField({
      width,
      height,
      count: 110,
      seed: 11,
      sigmaAt: (x) => [1.7 + 0.1 * (x / width), 1.75],
      extra: gradient,
    })
    stars = field.stars
    const { image, variance } = field.maskedImage
    for (let k = 0; k < 30; k++) {
      // Four-pixel tracks of 600 counts, away from the stars' cores.
      const [x, y] = [40 + ((k * 269) % (width - 80)), 40 + ((k * 397) % (height - 80))]
      if (stars.some((s) => Math.hypot(s.x - x, s.y - y) < 25)) continue
      for (let i = 0; i < 4; i++) {
        image.data[(y + (i >> 1)) * width + x + i]! += 600
        variance.data[(y + (i >> 1)) * width + x + i]! += 600 / 3.45
      }
      cosmicRays.push(y * width + x)
    }
    input = new Exposure(field.maskedImage)
    before = image.data.slice()
    result = characterizeImage(input, ids, makeContext(hscLike()))
  })

  test('logs the lines of the tutorial', () => {
    const shape = (line: string) => line.replace(/\d+(\.\d+)?/g, '#').trim()
    const iteration = [
      'characterizeImage WARN: Source catalog detected and measured with placeholder or default PSF',
      'characterizeImage.repair INFO: Identified # cosmic rays.',
      'characterizeImage.detection INFO: Detected # positive peaks in # footprints and # negative peaks in # footprints to # sigma',
      'characterizeImage.detection INFO: Resubtracting the background after object detection',
      'characterizeImage.measurement INFO: Measuring # sources (# parents, # children)',
      'characterizeImage.measurePsf INFO: Measuring PSF',
      'characterizeImage.measurePsf INFO: PSF star selector found # candidates',
      'characterizeImage.measurePsf.reserve INFO: Reserved #/# sources',
      'characterizeImage.measurePsf INFO: Sending # candidates to PSF determiner',
      'characterizeImage.measurePsf INFO: PSF determination using #/# stars.',
      'characterizeImage INFO: iter #; PSF sigma=#, dimensions=(#, #); median background=#',
    ]
    expect(lines.map(shape)).toEqual([
      ...iteration,
      ...iteration,
      'characterizeImage.repair INFO: Identified # cosmic rays.',
      'characterizeImage.measurement INFO: Measuring # sources (# parents, # children)',
      'characterizeImage.measureApCorr INFO: Measuring aperture corrections for # flux fields',
      'characterizeImage.measureApCorr.sourceSelector INFO: Selected #/# sources',
      'characterizeImage.measureApCorr INFO: Aperture correction for base_GaussianFlux: RMS # from #',
      'characterizeImage.measureApCorr INFO: Aperture correction for base_PsfFlux: RMS # from #',
      'characterizeImage.applyApCorr INFO: Applying aperture corrections to # instFlux fields',
    ])
    expect(lines.some((l) => l.includes('PSF sigma=1.7') && l.includes('dimensions=(41, 41)'))).toBe(true)
  })

  test('leaves the input as it was', () => {
    expect(identical(input.image.data, before)).toBe(true)
    expect(input.psf).toBeUndefined()
  })

  test('background and image add up to what came in, but for replaced cosmic rays', () => {
    const background = result.backgroundModel.image()!
    const { image, mask } = result.characterized
    const cr = mask.mask('CR')
    let worst = 0
    for (let i = 0; i < image.data.length; i++)
      if ((mask.data[i]! & cr) === 0)
        worst = Math.max(
          worst,
          Math.abs(image.data[i]! + background.data[i]! - before[i]!) / Math.max(200, before[i]!),
        )
    // Three float32 subtractions of numbers of that size.
    expect(worst).toBeLessThan(1e-6)
    expect(result.backgroundModel).toBeInstanceOf(BackgroundList)
    expect(result.backgroundModel.entries.length).toBe(3)
  })

  test('finds the cosmic rays and takes them out', () => {
    const { mask, image } = result.characterized
    expect(cosmicRays.length).toBeGreaterThan(10)
    const found = cosmicRays.filter((i) => (mask.data[i]! & mask.mask('CR')) !== 0)
    expect(found.length / cosmicRays.length).toBeGreaterThanOrEqual(0.95)
    const left = summarize(found.map((i) => image.data[i]!))
    expect(Math.abs(left.mean)).toBeLessThan(10)
  })

  test('gives every source the exposure’s id, a running number and the stack’s columns', () => {
    const { sourceCat } = result
    expect(sourceCat.i64('id')[0]).toBe((180668805n << 32n) | 1n)
    expect(sourceCat.schema.names).toEqual(icSrcSchema({ config: hscLike() }).names)
    expect(sourceCat.schema.columns.filter((c) => c.doc === undefined)).toEqual([])
    for (const name of [
      'base_SdssCentroid_x',
      'base_SdssShape_xx',
      'slot_PsfFlux_instFlux',
      'calib_psf_used',
    ])
      expect(sourceCat.has(name)).toBe(true)
    expect(sourceCat.schema.get('base_CircularApertureFlux_12_0_instFlux').unit).toBe('count')
    expect(identical(sourceCat.f64('slot_PsfFlux_instFlux'), sourceCat.f64('base_PsfFlux_instFlux'))).toBe(
      true,
    )
  })

  test('PSF fluxes of S/N > 100 within 1 %, centroids within 0.05 px', () => {
    const c = result.sourceCat
    const [x, y] = [c.f64('base_SdssCentroid_x'), c.f64('base_SdssCentroid_y')]
    const [flux, error] = [c.f64('base_PsfFlux_instFlux'), c.f64('base_PsfFlux_instFluxErr')]
    const match = nearestTo(stars, x, y, 1)
    const good = stars.flatMap((star, k) => {
      const row = match[k]!
      return row >= 0 && flux[row]! > 100 * error[row]! ? [{ star, row }] : []
    })
    expect(good.length).toBeGreaterThan(40)
    const ratio = summarize(good.map(({ star, row }) => flux[row]! / star.flux - 1))
    expect(Math.abs(ratio.mean)).toBeLessThan(0.01)
    expect(Math.abs(ratio.median)).toBeLessThan(0.005)
    const off = good.map(({ star, row }) => Math.hypot(x[row]! - star.x, y[row]! - star.y))
    // σ an axis is √2·σ_psf/SNR: 0.025 px at S/N 100.
    expect(Math.sqrt(summarize(off.map((d) => d * d)).mean)).toBeLessThan(0.05)
    const pulls = good.map(({ star, row }) => (x[row]! - star.x) / c.f64('base_SdssCentroid_xErr')[row]!)
    expect(summarize(pulls).stdev).toBeCloseTo(1, 0.7)
    const extended = c.f64('base_ClassificationExtendedness_value')
    expect(good.filter(({ row }) => extended[row] === 0).length / good.length).toBeGreaterThan(0.97)
  })
})

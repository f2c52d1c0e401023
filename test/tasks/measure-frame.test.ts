import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Header, imageHdu, openFits, primaryHdu, tableHdu, writeFits } from '#fits'
import { readExposureFits } from '#formats'
import { Exposure, Image, MaskedImage } from '#image'
import { nodeFiles } from '#platform/node'
import { readParquet } from '#table'
import { measureFrame, readFrame, writeFrameResults } from '#tasks'
import { makeTanWcs } from '#wcs'
import { SpherePoint } from '#geom'
import { aStarField } from '../support/star-field.ts'
import { identical, nearestTo, summarize } from '../support/statistics.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firstlight-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const field = () => aStarField({ width: 360, height: 320, count: 50, seed: 13 })
const wcs = makeTanWcs({
  crpix: { x: 180, y: 160 },
  crval: SpherePoint.fromDegrees(150, 2),
  cd: [-4.7e-5, 0, 0, 4.7e-5],
})

/** A plain FITS image as cameras and pipelines write it. */
function plainFits(
  data: Float32Array,
  width: number,
  height: number,
  cards: Record<string, number | string> = {},
) {
  const header = new Header()
  for (const card of wcs.toFitsCards()) header.setCard(card)
  for (const [key, value] of Object.entries(cards)) header.set(key, value)
  return writeFits([imageHdu({ width, height, data, header })])
}

describe('measureFrame', () => {
  test('finds PSF, stars, fluxes and magnitudes of a plain FITS image, and the files hold them with units', async () => {
    const { maskedImage, stars } = field()
    const { data, width, height } = maskedImage.image
    const bytes = plainFits(data, width, height, { GAIN: 3.45, SATURATE: 60000 })
    const frame = await readFrame(await openFits(bytes, { name: 'stars.fits' }))
    expect(frame.gain).toBe(3.45)
    expect(frame.saturation).toBe(60000)
    const result = measureFrame(frame.exposure, { gain: 3.45, zeroPoint: 27 })
    const paths = await writeFrameResults(nodeFiles, folder, result)
    const sources = await readParquet(await nodeFiles.open(paths.sources))
    expect(sources.schema.get('x').unit).toBe('pixel')
    expect(sources.schema.get('ra').unit).toBe('deg')
    expect(sources.schema.get('psfFlux').unit).toBe('count')
    expect(sources.schema.get('psfMag').unit).toBe('mag')
    expect(sources.column('id')).toBeInstanceOf(BigInt64Array)
    const [x, y, flux] = [sources.f64('x'), sources.f64('y'), sources.f64('psfFlux')]
    const match = nearestTo(stars, x, y, 1)
    expect(match.filter((m) => m < 0)).toEqual([])
    const bright = stars.flatMap((s, k) => (s.flux > 30000 ? [{ s, row: match[k]! }] : []))
    expect(Math.abs(summarize(bright.map(({ s, row }) => flux[row]! / s.flux - 1)).mean)).toBeLessThan(0.01)
    expect(Math.abs(result.summary.fwhm / 2.3548 - Math.sqrt(1.76 ** 2 + 1 / 12))).toBeLessThan(0.05)
    const there = wcs.pixelToSky(x[0]!, y[0]!)
    expect(sources.f64('ra')[0]).toBeCloseTo(there.ra.degrees, 9)
    const mag = sources.f64('psfMag')
    expect(mag[match[0]!]).toBeCloseTo(27 - 2.5 * Math.log10(flux[match[0]!]!), 9)
    const back = await readExposureFits(await nodeFiles.open(paths.exposure))
    expect(identical(back.image.data, result.exposure.image.data)).toBe(true)
    expect(back.psf?.sigmaAt()).toBeCloseTo(result.exposure.psf!.sigmaAt(), 4)
    expect(back.mask.count('DETECTED')).toBeGreaterThan(1000)
  })

  test('a weight map sets the noise in proportion and its zeros are not used', async () => {
    const { maskedImage } = field()
    const { data, width, height } = maskedImage.image
    const weight = new Float32Array(data.length).fill(7)
    weight.fill(0, 0, 100 * width)
    const frame = await readFrame(await openFits(plainFits(data, width, height)), {
      weight: await openFits(plainFits(weight, width, height)),
    })
    const { sources, exposure } = measureFrame(frame.exposure, { relativeVariance: frame.relativeVariance })
    expect(sources.numRows).toBeGreaterThan(25)
    expect(sources.f64('y').every((y) => y > 95)).toBe(true)
    expect(exposure.variance.get(250, 300)).toBeGreaterThan(30)
  })

  test('the exposure’s own PSF and variance are used when it has them', () => {
    const { maskedImage } = field()
    const first = measureFrame(new Exposure(maskedImage), { gain: 3.45 })
    const again = measureFrame(first.exposure, {})
    expect(again.exposure.psf).toBe(first.exposure.psf)
    expect(again.summary.psfStars).toBe(0)
  })
})

describe('bad input gives clear errors and writes nothing', () => {
  test('a truncated file names itself and what is missing', async () => {
    const { data, width, height } = field().maskedImage.image
    const bytes = plainFits(data, width, height).subarray(0, 200000)
    await expect(openFits(bytes, { name: 'cut.fits' })).rejects.toMatchObject({ code: 'fits/truncated' })
  })

  test('a file without an image lists its HDUs', async () => {
    const table = tableHdu({
      name: 'CAT',
      columns: [{ name: 'a', type: 'f64', data: Float64Array.of(1, 2) }],
    })
    const file = await openFits(writeFits([primaryHdu(), table]), { name: 'table.fits' })
    await expect(readFrame(file)).rejects.toMatchObject({
      code: 'measure/no-image',
      hint: expect.stringContaining('CAT') as string,
    })
  })

  test('a weight of another shape is refused with both shapes', async () => {
    const { data, width, height } = field().maskedImage.image
    const weight = await openFits(plainFits(new Float32Array(100), 10, 10), { name: 'w.fits' })
    const wanted = {
      code: 'measure/shape-mismatch',
      message: expect.stringMatching(/10 × 10.*360 × 320/) as string,
    }
    await expect(readFrame(await openFits(plainFits(data, width, height)), { weight })).rejects.toMatchObject(
      wanted,
    )
  })

  test.each([
    ['all NaN', Number.NaN, 'algo/no-good-pixels'],
    ['constant', 5, 'algo/constant-image'],
  ])('an image that is %s', (_name, value, code) => {
    const image = new Image(200, 150).fill(value)
    const run = () => measureFrame(new Exposure(new MaskedImage(image)))
    expect(run).toThrow(expect.objectContaining({ code }) as Error)
    expect(readdirSync(folder)).toEqual([])
  })

  test('pure noise has no PSF stars and hardly any source, and is no error', () => {
    const { maskedImage } = aStarField({ width: 300, height: 300, stars: [], seed: 3 })
    const { sources, summary } = measureFrame(new Exposure(maskedImage))
    expect(sources.numRows).toBeLessThan(3)
    expect(summary.psfStars).toBe(0)
  })

  test('an image smaller than a cell, and one row, are measured or refused, never a crash', () => {
    for (const [width, height] of [
      [20, 20],
      [40, 1],
      [1, 1],
    ] as const) {
      const image = new Image(width, height)
      image.data.forEach((_, i) => (image.data[i] = (i * 7919) % 13))
      try {
        expect(measureFrame(new Exposure(new MaskedImage(image))).sources.numRows).toBeGreaterThanOrEqual(0)
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^algo\//) as string })
      }
    }
  })
})

import { expect, test } from 'vitest'
import { defaultContext, makeLogger } from '#core'
import { openFits } from '#fits'
import { type Exposure } from '#image'
import { clippedStats, median } from '#math'
import { readGenericFrame } from '#obs'
import { openNodeSource } from '#platform/node'
import { makeMasters, reduceFrame } from '#tasks'
import { dataPath } from '../support/data.ts'

const frame = async (path: string): Promise<Exposure> =>
  readGenericFrame(await openFits(await openNodeSource(dataPath(path))), path)

const collect = () => {
  const lines: string[] = []
  return {
    lines,
    context: defaultContext({ log: makeLogger('', (r) => lines.push(`${r.name} ${r.level}: ${r.message}`)) }),
  }
}

test('a phoSim raw of two amplifiers side by side loses its overscans and is joined without a step', async () => {
  const { lines, context } = collect()
  const exposure = reduceFrame(await frame('real/lsst-imsim-raw/raw_v1_fg.fits.gz'), {}, context)
  // Two times 509 light columns of [5:513] out of 513; the first row is not in TRIMSEC.
  expect([exposure.image.width, exposure.image.height]).toEqual([1018, 1999])
  const half = (x0: number) => {
    const values = new Float32Array(509 * 1999)
    for (let y = 0; y < 1999; y++)
      values.set(exposure.image.data.subarray(y * 1018 + x0, y * 1018 + x0 + 509), y * 509)
    return median(values)
  }
  // Raw levels 1155 and 1213 over overscans of 968 and 1023: the sky is 187 and 190 ADU; the rest is the gains' difference.
  expect(half(0)).toBeCloseTo(187, -0.5)
  expect(half(509)).toBeCloseTo(190, -0.5)
  expect(Math.abs(half(0) - half(509))).toBeLessThan(5)
  expect(exposure.wcs).toBeDefined()
  expect(lines).toContain('isr INFO: Assembling CCD from amplifiers.')
})

test('the SAAO frame is trimmed to its TRIMSEC and its overscan level goes', async () => {
  const exposure = reduceFrame(await frame('real/saao-ste3-raw/a8280271.fits'), {}, defaultContext())
  expect([exposure.image.width, exposure.image.height]).toEqual([512, 520])
  // Overscan 214, light near 302 at its edge columns.
  expect(Math.abs(median(exposure.image.data) - 88)).toBeLessThan(15)
})

test('dark and flat bring the Huntsman frame to a flat sky; its variance describes the noise', async () => {
  const masters = makeMasters(
    {
      bias: [await frame('real/huntsman-raw/bias_0.fits.gz')],
      dark: [await frame('real/huntsman-raw/dark_0.fits.gz')],
      flat: [await frame('real/huntsman-raw/flat_0.fits.gz')],
    },
    defaultContext(),
  )
  expect(median(masters.flat!.image.data)).toBeCloseTo(1, 6)
  const exposure = reduceFrame(await frame('real/huntsman-raw/science_0.fits.gz'), masters, defaultContext())
  const { mean, stdev } = clippedStats(exposure.image.data, { nSigma: 3, nIter: 5 })
  // Light 109 less dark 37.
  expect(mean).toBeGreaterThan(60)
  expect(mean).toBeLessThan(90)
  // Photon noise of sky plus the dark frame's own noise; the frame has stars and hot pixels, so 25 %.
  const expected = Math.sqrt(median(exposure.variance.data))
  expect(stdev / expected).toBeGreaterThan(0.75)
  expect(stdev / expected).toBeLessThan(1.6)
  expect(exposure.wcs).toBeDefined()
})

test('a dark as flat is refused before anything is divided by it', async () => {
  const bias = await frame('real/huntsman-raw/bias_0.fits.gz')
  expect(() => makeMasters({ bias: [bias], flat: [bias] }, defaultContext())).toThrowError(
    /flat's median is 0.00 ADU/,
  )
})

import { openFits } from '#fits'
import { HSC } from '#obs'
import { IsrConfig, runIsr } from '#tasks'
import { clippedStats } from '#math'
import { silentLog } from '#core'
import {
  CI_HSC,
  DEFAULT_SEED,
  SIM_HSC,
  brighterFatterKernel,
  defectsAt,
  makeCalib,
  rawFileBytes,
  simulateFrame,
} from '#sim'
import { expect, test } from 'vitest'

const visit = CI_HSC.find((v) => v.id === 903344)!
const spec = { camera: SIM_HSC, visit, detector: 5, seed: DEFAULT_SEED }

test('the tutorial frame 903344/5, reduced, is the scene within its noise, with the sky of the tutorial log', async () => {
  const { raw, truth, sensor } = simulateFrame(spec)
  const calib = (kind: 'bias' | 'dark' | 'flat') =>
    makeCalib({ camera: SIM_HSC, sensor, kind, date: '2013-06-17', filter: 'HSC-R', seed: DEFAULT_SEED })
  const ccdExposure = await HSC.readRaw(await openFits(rawFileBytes(spec, raw)))
  const config = IsrConfig.make()
  // What happens around bright stars is tested with isr; here the sky.
  Object.assign(config, { doBrighterFatter: false, doMeasureBackground: false })
  config.overscan.fitType = 'AKIMA_SPLINE'
  config.overscan.order = 30
  const { image, mask, variance } = runIsr(
    {
      ccdExposure,
      bias: calib('bias'),
      dark: calib('dark'),
      flat: calib('flat'),
      defects: { boxes: defectsAt(sensor, '2013-06-17').map((d) => d.box) },
      bfKernel: { shape: [17, 17], data: brighterFatterKernel(SIM_HSC.brighterFatter) },
    },
    config,
    silentLog,
  )
  const bad = mask.mask('BAD', 'SAT', 'INTRP', 'EDGE', 'SUSPECT')
  const [residuals, sky]: [number[], number[]] = [[], []]
  const expected = truth.image.data
  for (let i = 0; i < expected.length; i += 3) {
    if ((mask.data[i]! & bad) !== 0 || expected[i]! > 400) continue
    residuals.push((image.data[i]! - expected[i]!) / Math.sqrt(variance.data[i]!))
    sky.push(image.data[i]!)
  }
  // Cosmic rays are clipped. The variance is estimated from the pixel itself, which biases the mean by −1/(2gσ) = −0.02.
  const normalised = clippedStats(Float64Array.from(residuals), { nSigma: 6, nIter: 2 })
  expect(Math.abs(normalised.mean + 0.02)).toBeLessThan(0.01)
  expect(Math.abs(normalised.stdev - 1)).toBeLessThan(0.02)
  const level = clippedStats(Float64Array.from(sky), { nSigma: 3, nIter: 3 })
  // Tutorial: 178.161118 +/- 7.345197.
  expect(Math.abs(level.median - 178.16)).toBeLessThan(3)
  expect(Math.abs(level.stdev - 7.345)).toBeLessThan(0.25)
  // Tutorial: 232863 BAD pixels, grown by the brighter-fatter step that is off here.
  expect(Math.abs(mask.count('BAD') - 232_863)).toBeLessThan(25_000)
  expect(truth.sources.filter((s) => s.isStar && s.mag < 22).length).toBeGreaterThan(120)
}, 240_000)

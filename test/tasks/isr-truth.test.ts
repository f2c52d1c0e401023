import { expect, test } from 'vitest'
import { formatShort, makeLogger } from '#core'
import { clippedStats } from '#math'
import { CI_HSC, SIM_HSC, SIM_TINY, TINY_SURVEY } from '#sim'
import { pulls, simulateAndReduce } from '../support/simulated-isr.ts'

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

test('isr of an HSC chip does the same, amplifier by amplifier, and logs the tutorial’s lines', async () => {
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
})

import { expect, test } from 'vitest'
import { fitOverscan } from '#algo'
import { Random } from '#math'

const ROWS = 4176
const COLUMNS = 16

/** A strip whose bias drifts along the rows by a sine of the given amplitude, with read noise. */
function drifting(amplitude: number, noise: number, period: number) {
  const random = new Random('overscan')
  const truth = Float64Array.from(
    { length: ROWS },
    (_, y) => 1200 + amplitude * Math.sin((2 * Math.PI * y) / period),
  )
  const strip = new Float32Array(ROWS * COLUMNS)
  for (let y = 0; y < ROWS; y++)
    for (let x = 0; x < COLUMNS; x++) strip[y * COLUMNS + x] = truth[y]! + noise * random.normal()
  return { truth, strip }
}

const akima = { fitType: 'AKIMA_SPLINE', order: 30, numSigmaClip: 3, maxDeviation: 1000 } as const

test('an Akima spline of 30 knots follows a drift of 5 ADU to 0.15 ADU and has no bias', () => {
  // A period of 1200 rows is 8.6 knots; the knots' own noise is 1.5/√(16·139) = 0.03 ADU.
  const { truth, strip } = drifting(5, 1.5, 1200)
  const { level, sigma } = fitOverscan(strip, COLUMNS, ROWS, akima)
  const residual = level.map((v, y) => v - truth[y]!)
  const mean = residual.reduce((a, b) => a + b) / ROWS
  const rms = Math.sqrt(residual.reduce((a, b) => a + b * b) / ROWS)
  expect(rms).toBeLessThan(0.15)
  expect(Math.abs(mean)).toBeLessThan(0.02)
  expect(sigma).toBeCloseTo(1.5, 1)
})

test('charge trails and hot pixels in the strip do not lift the level', () => {
  const { truth, strip } = drifting(0, 1.5, 1000)
  for (let y = 100; y < 200; y++) strip[y * COLUMNS] = 30000
  for (let y = 0; y < ROWS; y += 7) strip[y * COLUMNS + 3]! += 40
  for (const fitType of ['MEDIAN', 'MEDIAN_PER_ROW', 'AKIMA_SPLINE', 'CHEB', 'MEANCLIP'] as const) {
    const { mean } = fitOverscan(strip, COLUMNS, ROWS, { ...akima, order: 5, fitType })
    expect(Math.abs(mean - truth[0]!), fitType).toBeLessThan(0.2)
  }
})

test('rows at the end without a usable pixel are named, so that they can be marked SUSPECT', () => {
  const { strip } = drifting(0, 1, 1000)
  strip.fill(65535, 0, 3 * COLUMNS)
  expect(fitOverscan(strip, COLUMNS, ROWS, akima).extrapolated).toEqual([0, 1, 2])
})

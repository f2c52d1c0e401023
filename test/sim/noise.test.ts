import { Random } from '#math'
import { NoiseStream } from '#sim'
import { expect, test } from 'vitest'

const stream = (seed: string) => new NoiseStream(new Random(seed))

test('deviates have the moments and tails of a Gaussian', () => {
  const n = 2_000_000
  const values = new Float32Array(n)
  stream('moments').fillNormal(values)
  const moment = (k: number) => values.reduce((s, v) => s + v ** k, 0) / n
  // Five standard errors of each estimate.
  expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n))
  expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
  expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n))
  expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n))
  const beyond = (limit: number) => values.filter((v) => Math.abs(v) > limit).length
  // Two-sided Gaussian tails; the ziggurat's own tail begins at 3.44.
  for (const [limit, share] of [
    [1, 0.3173105],
    [3, 0.0026998],
    [3.6, 0.00031822],
  ] as const)
    expect(Math.abs(beyond(limit) - n * share)).toBeLessThan(5 * Math.sqrt(n * share))
})

test('a filled array holds the numbers that single calls give', () => {
  const [a, b] = [stream('same'), stream('same')]
  const filled = new Float32Array(5000)
  a.fillNormal(filled)
  expect(filled).toEqual(Float32Array.from({ length: 5000 }, () => b.normal()))
  expect(a.bits()).toBe(b.bits())
})

test('streams with other labels are independent', () => {
  const [a, b] = [new Float32Array(200_000), new Float32Array(200_000)]
  stream('one').fillNormal(a)
  stream('two').fillNormal(b)
  const correlation = a.reduce((s, v, i) => s + v * b[i]!, 0) / a.length
  expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(a.length))
})

test.each([0.02, 3, 31, 33, 600])(
  'Poisson deviates with mean %f have that mean, variance and skewness',
  (mean) => {
    const noise = stream(`poisson ${mean}`)
    const n = 200_000
    const values = Float64Array.from({ length: n }, () => noise.poisson(mean))
    const average = values.reduce((s, v) => s + v, 0) / n
    const central = (k: number) => values.reduce((s, v) => s + (v - average) ** k, 0) / n
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / n))
    expect(Math.abs(central(2) / mean - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / mean) / n))
    expect(Math.abs(central(3) / mean - 1)).toBeLessThan(
      5 * Math.sqrt((15 * mean * mean + 25 * mean + 1) / mean / n),
    )
    expect(values.every(Number.isInteger)).toBe(true)
  },
)

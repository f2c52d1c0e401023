import { expect, test } from 'vitest'
import { fitZeroPoint } from '#algo'
import { Random } from '#math'

const ZP = 30.51

function stars(seed: number, count: number, error = 0.02) {
  const random = new Random(seed)
  return {
    differences: Float64Array.from({ length: count }, () => ZP + random.normal(0, error)),
    errors: new Float64Array(count).fill(error),
  }
}

test('fifty stars of 20 mmag: the error it states, √50 smaller, is the error it makes', () => {
  const pulls = Array.from({ length: 200 }, (_, seed) => {
    const { differences, errors } = stars(seed, 50)
    const { value, error } = fitZeroPoint(differences, errors)
    // Clipping leaves out a few of the fifty.
    expect(error * Math.sqrt(50)).toBeGreaterThanOrEqual(0.02)
    expect(error * Math.sqrt(50)).toBeLessThan(0.028)
    return (value - ZP) / error
  })
  const mean = pulls.reduce((a, b) => a + b, 0) / pulls.length
  const width = Math.sqrt(pulls.reduce((s, p) => s + (p - mean) ** 2, 0) / pulls.length)
  // 1/√200 for the mean, 1/√400 for the width; three of each.
  expect(Math.abs(mean)).toBeLessThan(0.22)
  expect(Math.abs(width - 1)).toBeLessThan(0.15)
})

test('a tenth of stars half a magnitude off shift it by less than 3 mmag', () => {
  const { differences, errors } = stars(7, 300, 0.02)
  const clean = fitZeroPoint(differences, errors)
  for (let i = 0; i < 30; i++) differences[i * 10]! += 0.5
  const spoiled = fitZeroPoint(differences, errors)
  expect(Math.abs(spoiled.value - clean.value)).toBeLessThan(0.003)
  expect([...spoiled.used].some((i) => i % 10 === 0 && differences[i]! > ZP + 0.3)).toBe(false)
})

test('what is not finite or has no error is left out; nothing left is an error', () => {
  const { value, used } = fitZeroPoint([30, Number.NaN, 30, 30], [0.1, 0.1, 0.1, 0])
  expect(value).toBe(30)
  expect([...used]).toEqual([0, 2])
  expect(() => fitZeroPoint([Number.NaN], [1])).toThrowError(/No star is left/)
})

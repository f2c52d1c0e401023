import { Box2I } from '#geom'
import { type Canvas, applyBrighterFatter, bleedColumns, brighterFatterKernel, drawMoffat } from '#sim'
import { expect, test } from 'vitest'
import { brighterFatterCorrection } from '#algo'

const frame = (width: number, height: number, level = 0): Canvas => ({
  width,
  height,
  data: new Float32Array(width * height).fill(level),
})
const sum = ({ data }: Canvas) => data.reduce((s, v) => s + v, 0)

test('blooming keeps the charge, fills wells to the brim and stays in its column', () => {
  const image = frame(9, 101, 100)
  image.data[50 * 9 + 4] = 10_000
  const before = sum(image)
  bleedColumns(image, new Box2I(0, 0, 9, 101), 1000)
  expect(sum(image)).toBeCloseTo(before, 0)
  expect(Math.max(...image.data)).toBe(1000)
  // 9000 e⁻ over: ten wells have 900 e⁻ of room each.
  const full = [...image.data.keys()].filter((i) => image.data[i] === 1000)
  expect(full).toHaveLength(11)
  expect(full.every((i) => i % 9 === 4)).toBe(true)
  const rows = full.map((i) => Math.floor(i / 9))
  expect([Math.min(...rows), Math.max(...rows)]).toEqual([45, 55])
})

test('charge that finds no room leaves at the end of the column', () => {
  const image = frame(1, 5, 0)
  image.data[2] = 100_000
  bleedColumns(image, new Box2I(0, 0, 1, 5), 1000)
  expect([...image.data]).toEqual([1000, 1000, 1000, 1000, 1000])
})

test('brighter-fatter widens bright stars, moves no net charge, and the correction of isr undoes it', () => {
  const star = () => {
    const image = frame(101, 101, 600)
    drawMoffat(image, 50.3, 49.8, 2.4e6, { fwhm: 4.2, e1: 0, e2: 0 }, 1e-3)
    return image
  }
  const [truth, seen] = [star(), star()]
  applyBrighterFatter(seen, 1e-6)
  expect(Math.abs(sum(seen) - sum(truth)) / sum(truth)).toBeLessThan(1e-6)
  const peak = 50 * 101 + 50
  const loss = 1 - seen.data[peak]! / truth.data[peak]!
  expect(loss).toBeGreaterThan(0.01)
  expect(loss).toBeLessThan(0.08)
  const kernel = { width: 17, height: 17, data: Float32Array.from(brighterFatterKernel(1e-6)) }
  const { correction } = brighterFatterCorrection(seen.data, seen, kernel, { maxIter: 20, threshold: 1 })
  const left = seen.data.map((v, i) => v + correction[i]! - truth.data[i]!)
  expect(Math.max(...left.map(Math.abs)) / truth.data[peak]!).toBeLessThan(2e-4)
})

test('the kernel is repulsive and its absolute sum is its strength', () => {
  const kernel = brighterFatterKernel(1e-6)
  expect(kernel).toHaveLength(289)
  expect(kernel.every((k) => k <= 0)).toBe(true)
  // What of the wider Gaussian lies outside 17 × 17 is put inside.
  expect(-kernel.reduce((s, k) => s + k, 0)).toBeCloseTo(1e-6, 12)
})

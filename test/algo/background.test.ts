import { describe, expect, test } from 'vitest'
import { detectSources, fitBackground, subtractBackground } from '#algo'
import { BackgroundList } from '#image'
import { aStarField } from '../support/star-field.ts'
import { summarize } from '../support/statistics.ts'

const size = { width: 1024, height: 1024 }
/** 5 % over the frame: a plane and a quadratic. */
const sky = (x: number, y: number) => 5 * (x / 1024 - 0.5) + 4 * (y / 1024 - 0.5) ** 2

describe('background', () => {
  test('an order-6 fit follows a smooth sky to 0.15 counts rms under 7.3 counts of noise', () => {
    const { maskedImage } = aStarField({ ...size, stars: [], extra: sky, seed: 2 })
    const model = fitBackground(maskedImage).background.image()
    const error = summarize(model.data.map((v, i) => v - 178 - sky(i % 1024, Math.floor(i / 1024))))
    expect(Math.abs(error.mean)).toBeLessThan(0.05)
    expect(error.stdev).toBeLessThan(0.15)
  })

  test('with stars masked the sky is not raised by 0.05 counts', () => {
    const { maskedImage } = aStarField({ ...size, count: 150, fluxes: [2000, 200000], seed: 4 })
    const first = fitBackground(maskedImage).background
    subtractBackground(maskedImage, first)
    const { background } = detectSources(maskedImage, { sigma: 1.76, threshold: 5 })
    const total = new BackgroundList([first, background!]).image()!
    // 1/√n of the 10⁶ pixels is 0.007.
    expect(Math.abs(summarize(total.data).mean - 178)).toBeLessThan(0.05)
  })

  test('the order is lowered where the grid has too few cells', () => {
    const { maskedImage } = aStarField({ width: 300, height: 200, stars: [] })
    expect(fitBackground(maskedImage).approxOrder).toBe(1)
    expect(fitBackground(maskedImage, { binSize: 1000 }).approxOrder).toBe(0)
  })

  test('the spline goes through the cells, and cells without a pixel are bridged', () => {
    const { maskedImage } = aStarField({ ...size, stars: [], extra: sky, seed: 6 })
    for (let y = 300; y < 500; y++) maskedImage.image.data.fill(Number.NaN, y * 1024 + 200, y * 1024 + 480)
    const { background } = fitBackground(maskedImage, { approxOrder: undefined, binSize: 64 })
    expect(background.stats.image.data.some(Number.isNaN)).toBe(true)
    const model = background.image()
    const error = summarize(model.data.map((v, i) => v - 178 - sky(i % 1024, Math.floor(i / 1024))))
    expect(error.stdev).toBeLessThan(0.3)
    expect(error.largest).toBeLessThan(2)
  })

  test('no good pixel is an error that says so', () => {
    const { maskedImage } = aStarField({ width: 64, height: 64, stars: [] })
    maskedImage.mask.setPlane('BAD')
    expect(() => fitBackground(maskedImage)).toThrow(/no good pixel/)
  })
})

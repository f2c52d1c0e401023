import { describe, expect, test } from 'vitest'
import { detectSources, findFootprints, growFootprints, splitFootprint } from '#algo'
import { Box2I } from '#geom'
import { Footprint, Image, Mask, MaskedImage } from '#image'
import { aStarField } from '../support/star-field.ts'
import { nearestTo } from '../support/statistics.ts'

const plain = { polarity: 'positive', includeMultiplier: 1, minPixels: 1, border: 0 } as const

function imageOf(rows: readonly string[], origin = { x0: 0, y0: 0 }): Image {
  const data = Float32Array.from(rows.join(''), (c) => (c === '.' ? 0 : Number(c)))
  return new Image(rows[0]!.length, rows.length, { ...origin, data })
}

describe('footprints', () => {
  test('are 8-connected, keep PARENT positions, and hold peaks brightest first', () => {
    const image = imageOf(['........', '.5...5..', '..6.....', '........', '.....4..', '........'], {
      x0: 100,
      y0: 50,
    })
    const found = findFootprints(image, { ...plain, threshold: 4 })
    expect(found.map((f) => [...f.spans])).toEqual([
      [51, 101, 101, 52, 102, 102],
      [51, 105, 105],
      [54, 105, 105],
    ])
    expect(found[0]!.peaks.map(({ ix, iy, value }) => [ix, iy, value])).toEqual([[102, 52, 6]])
  })

  test('a multiplier keeps only those that reach it; too small ones are dropped', () => {
    const image = imageOf(['........', '.55..9..', '........'])
    const found = findFootprints(image, { ...plain, threshold: 4, includeMultiplier: 2 })
    expect(found.length).toBe(1)
    expect(findFootprints(image, { ...plain, threshold: 4, minPixels: 2 }).length).toBe(1)
  })

  test('negative polarity finds dips', () => {
    const image = imageOf(['.....', '..7..', '.....'])
    image.data.forEach((v, i) => (image.data[i] = -v))
    const [dip] = findFootprints(image, { ...plain, polarity: 'negative', threshold: 5 })
    expect(dip!.peaks[0]!.value).toBe(-7)
  })

  test('grown by a disc they join when they touch, with all their peaks', () => {
    const bounds = new Box2I(0, 0, 20, 9)
    const point = (x: number, value: number) =>
      new Footprint(Int32Array.of(4, x, x), [{ id: 1, ix: x, iy: 4, x, y: 4, value }])
    const apart = growFootprints([point(4, 1), point(12, 9)], 3, true, bounds)
    expect(apart.map((f) => f.area)).toEqual([29, 29])
    const joined = growFootprints([point(4, 1), point(10, 9)], 3, true, bounds)
    expect(joined.map((f) => f.area)).toEqual([57])
    expect(joined[0]!.peaks.map((p) => p.value)).toEqual([9, 1])
    expect(growFootprints([point(4, 1)], 2, false, bounds)[0]!.area).toBe(13)
  })
})

describe('splitting at saddles', () => {
  const two = (separation: number, ratio: number) => {
    const stars = [
      { x: 40, y: 40, flux: 50000 },
      { x: 40 + separation, y: 40, flux: 50000 * ratio },
    ]
    const { maskedImage } = aStarField({ width: 96, height: 80, stars, noise: false, subtractSky: true })
    const { positive, smoothed } = detectSources(maskedImage, {
      sigma: 1.76,
      thresholdType: 'value',
      threshold: 5,
      reEstimateBackground: false,
      searchBorder: true,
    })
    expect(positive.length).toBe(1)
    return splitFootprint(smoothed, positive[0]!, { contrast: 0.005, minPixels: 3 })
  }

  test('parts two stars 10 pixels apart, each pixel to one of them', () => {
    const parts = two(10, 0.5)
    expect(parts.map((p) => [p.peaks[0]!.ix, p.peaks[0]!.iy])).toEqual([
      [40, 40],
      [50, 40],
    ])
    const whole = two(10, 0.5).reduce((n, p) => n + p.area, 0)
    expect(parts[0]!.contains({ x: 50, y: 40 })).toBe(false)
    expect(whole).toBe(parts[0]!.area + parts[1]!.area)
  })

  test('leaves a companion alone that holds less than the contrast', () => {
    expect(two(10, 0.001).length).toBe(1)
  })
})

test('at S/N 10 almost every star is found, at 5 sigma noise makes almost nothing', () => {
  const { maskedImage, stars } = aStarField({
    width: 1024,
    height: 1024,
    count: 400,
    // σ_F = √(4πσ²V) = 46 for σ = 1.76 and V = 54.
    fluxes: [470, 470.001],
    seed: 21,
    subtractSky: true,
  })
  const { positive } = detectSources(maskedImage, {
    sigma: 1.79,
    nSigmaToGrow: 0,
    reEstimateBackground: false,
  })
  const [x, y] = [positive.map((f) => f.peaks[0]!.x), positive.map((f) => f.peaks[0]!.y)]
  const found = nearestTo(stars, x, y, 3).filter((k) => k >= 0).length
  expect(found / stars.length).toBeGreaterThan(0.99)
  expect(positive.length - found).toBeLessThan(5)
})

test('objects are marked in the mask, the border as EDGE, and NaN pixels do not spread', () => {
  const { maskedImage } = aStarField({
    width: 200,
    height: 200,
    count: 9,
    fluxes: [2e4, 3e4],
    subtractSky: true,
  })
  maskedImage.image.set(100, 100, Number.NaN)
  const { positive } = detectSources(maskedImage, { sigma: 1.76, reEstimateBackground: false })
  expect(positive.length).toBe(9)
  const { mask } = maskedImage
  expect(mask.count('DETECTED')).toBe(positive.reduce((n, f) => n + f.area, 0))
  expect(mask.get(0, 100) & mask.mask('EDGE')).not.toBe(0)
  expect(mask.count('DETECTED_NEGATIVE')).toBe(0)
})

test('a threshold of a constant image is refused with a hint', () => {
  const blank = new MaskedImage(new Image(64, 64).fill(3))
  expect(() => detectSources(blank, { sigma: 1.5 })).toThrow(/same value/)
  const masked = new MaskedImage(new Image(64, 64), new Mask(64, 64))
  masked.mask.setPlane('BAD')
  expect(() => detectSources(masked, { sigma: 1.5 })).toThrow(/no good pixel/)
})

import { expect, test } from 'vitest'
import { findCosmicRays } from '#algo'
import { GaussianPsf } from '#image'
import { aStarField } from '../support/star-field.ts'
import { uniforms } from '../support/noise.ts'
import { identical } from '../support/statistics.ts'

const psf = new GaussianPsf(21, 1.78)

function withTracks() {
  const field = aStarField({ width: 700, height: 700, count: 120, fluxes: [5000, 200000], seed: 8 })
  const { image, variance } = field.maskedImage
  const next = uniforms(9)
  const tracks: number[][] = []
  while (tracks.length < 60) {
    const [x, y] = [20 + Math.floor(660 * next()), 20 + Math.floor(660 * next())]
    if (field.stars.some((s) => Math.hypot(s.x - x, s.y - y) < 20)) continue
    if (tracks.some((t) => Math.hypot((t[0]! % 700) - x, Math.floor(t[0]! / 700) - y) < 12)) continue
    const pixels = Array.from({ length: 2 + (tracks.length % 5) }, (_, k) => (y + (k >> 1)) * 700 + x + k)
    for (const i of pixels) {
      image.data[i]! += 300 + 400 * next()
      variance.data[i]! += 150
    }
    tracks.push(pixels)
  }
  return { ...field, tracks }
}

test('95 % of the tracks are found, no star core is touched, values come back to the sky', () => {
  const { maskedImage, stars, tracks } = withTracks()
  const clean = aStarField({
    width: 700,
    height: 700,
    count: 120,
    fluxes: [5000, 200000],
    seed: 8,
  }).maskedImage
  const { count } = findCosmicRays(maskedImage, psf, { condition3Fraction: 0.4 })
  const { mask, image } = maskedImage
  const cr = mask.mask('CR')
  const found = tracks.filter((pixels) => pixels.some((i) => (mask.data[i]! & cr) !== 0))
  expect(found.length / tracks.length).toBeGreaterThanOrEqual(0.95)
  expect(count).toBeLessThan(tracks.length + 4)
  const core = stars.filter((s) => (mask.get(Math.round(s.x), Math.round(s.y)) & cr) !== 0)
  expect(core).toEqual([])
  const hits = found.flat().filter((i) => (mask.data[i]! & cr) !== 0)
  const left = hits.reduce((sum, i) => sum + image.data[i]! - clean.image.data[i]!, 0) / hits.length
  expect(Math.abs(left)).toBeLessThan(4)
})

test('keeping marks only, and a limit that is passed restores the image', () => {
  const { maskedImage } = withTracks()
  const before = maskedImage.image.data.slice()
  findCosmicRays(maskedImage, psf, { condition3Fraction: 0.4, keep: true })
  expect(identical(maskedImage.image.data, before)).toBe(true)
  expect(maskedImage.mask.count('CR')).toBeGreaterThan(50)
  expect(maskedImage.mask.count('INTRP')).toBe(0)
  const again = withTracks().maskedImage
  expect(() => findCosmicRays(again, psf, { condition3Fraction: 0.4, maxPixels: 10 })).toThrow(
    'Too many CR pixels (max 10)',
  )
  expect(identical(again.image.data, before)).toBe(true)
})

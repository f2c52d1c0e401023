import { expect, test } from 'vitest'
import { warpImage } from '#algo'
import { Angle, Box2I, SpherePoint } from '#geom'
import { CoaddPsf, GaussianPsf, Image, Mask, MaskedImage } from '#image'
import { Random } from '#math'
import { makeCdMatrix, makeTanSipWcs, makeTanWcs, shiftWcs } from '#wcs'
import { aStarField } from '../support/star-field.ts'
import { summarize } from '../support/statistics.ts'

const at = (degrees: number, scale = 0.168) => ({
  crval: SpherePoint.fromDegrees(150, 2),
  cd: makeCdMatrix(Angle.fromArcseconds(scale), Angle.fromDegrees(degrees)),
})

/** A chip with some distortion, and the sky map's plane it goes to: turned by 20° and 5 % coarser. */
const chip = makeTanSipWcs({
  crpix: { x: 256, y: 256 },
  ...at(0),
  a: [
    [2, 0, 2e-6],
    [1, 1, -1e-6],
  ],
  b: [[0, 2, 1e-6]],
})
const plane = makeTanWcs({ crpix: { x: 1000, y: 1000 }, ...at(20, 0.1764) })
const box = new Box2I(700, 700, 600, 600)

/** Flux and centre of an isolated star, by moments in a window that holds all of it. */
function momentsAt(image: Image, x: number, y: number, half = 14) {
  let [flux, sx, sy] = [0, 0, 0]
  for (let j = Math.round(y) - half; j <= Math.round(y) + half; j++)
    for (let i = Math.round(x) - half; i <= Math.round(x) + half; i++) {
      const v = image.get(i, j)
      flux += v
      sx += v * (i - x)
      sy += v * (j - y)
    }
  return { flux, dx: sx / flux, dy: sy / flux }
}

test.each([
  [3, 1e-3, 0.005],
  [5, 2e-4, 0.002],
] as const)(
  'Lanczos %i keeps the flux of stars to %f and their places to %f px',
  (order, fluxLimit, placeLimit) => {
    const { maskedImage, stars } = aStarField({ noise: false, sky: 0, readNoise: 0, count: 36, seed: 3 })
    const { pixels } = warpImage(maskedImage, chip, box, plane, { order })
    const inner = stars.filter((s) => Math.hypot(s.x - 256, s.y - 256) < 180)
    expect(inner.length).toBeGreaterThan(10)
    for (const star of inner) {
      const { x, y } = plane.skyToPixel(chip.pixelToSky(star.x, star.y))
      const { flux, dx, dy } = momentsAt(pixels.image, x, y)
      expect(Math.abs(flux / star.flux - 1)).toBeLessThan(fluxLimit)
      expect(Math.hypot(dx, dy)).toBeLessThan(placeLimit)
    }
  },
)

test('a constant image becomes the ratio of the pixel areas; what the kernel does not cover is NaN with NO_DATA', () => {
  const flat = new MaskedImage(new Image(512, 512).fill(100))
  const { pixels, filled } = warpImage(flat, chip, box, plane)
  const noData = pixels.mask.mask('NO_DATA')
  let inside = 0
  for (let y = box.y0; y <= box.y1; y += 7)
    for (let x = box.x0; x <= box.x1; x += 7) {
      const value = pixels.image.get(x, y)
      const own = chip.skyToPixel(plane.pixelToSky(x, y))
      const covered = own.x >= 2 && own.y >= 2 && own.x < 509 && own.y < 509
      expect(Number.isNaN(value)).toBe((pixels.mask.get(x, y) & noData) !== 0)
      expect(Number.isNaN(value)).toBe(!covered)
      if (!covered) {
        expect(pixels.variance.get(x, y)).toBe(Number.POSITIVE_INFINITY)
        continue
      }
      inside++
      const ratio = (plane.pixelScaleAt(x, y).radians / chip.pixelScaleAt(own.x, own.y).radians) ** 2
      // Areas are differences over 20 px of a map that bends by 1e-6 px a px².
      expect(Math.abs(value / (100 * ratio) - 1)).toBeLessThan(2e-5)
    }
  expect(inside).toBeGreaterThan(4000)
  expect(filled).toBeGreaterThan(0.8 * 512 * 512 * 0.9)
})

test('shifted by whole pixels in the same plane, everything but the border is the same', () => {
  const random = new Random(1)
  const image = new Image(64, 50)
  image.data.set(Float32Array.from(image.data, () => random.normal()))
  const wcs = makeTanWcs({ crpix: { x: 0, y: 0 }, ...at(0) })
  const { pixels } = warpImage(new MaskedImage(image), wcs, new Box2I(7, -3, 64, 50), shiftWcs(wcs, 7, -3))
  for (let y = 3; y < 46; y++)
    for (let x = 3; x < 60; x++) expect(pixels.image.get(x + 7, y - 3)).toBeCloseTo(image.get(x, y), 4)
})

test('the variance plane is the variance of the warped noise', () => {
  const random = new Random(2)
  const sigma = 3
  const noise = new MaskedImage(new Image(512, 512), new Mask(512, 512), new Image(512, 512).fill(sigma ** 2))
  for (let i = 0; i < noise.image.data.length; i++) noise.image.data[i] = sigma * random.normal()
  const { pixels } = warpImage(noise, chip, box, plane, { order: 3 })
  const pulls: number[] = []
  for (let i = 0; i < pixels.image.data.length; i += 5) {
    const v = pixels.image.data[i]!
    if (!Number.isNaN(v)) pulls.push(v / Math.sqrt(pixels.variance.data[i]!))
  }
  // 45 000 correlated pixels: the width is known to about 1 %.
  expect(Math.abs(summarize(pulls).stdev - 1)).toBeLessThan(0.015)
})

test('flags are those of the four nearest pixels, EDGE those of the whole kernel', () => {
  const input = new MaskedImage(new Image(64, 64))
  input.mask.set(20, 20, input.mask.mask('SAT'))
  input.mask.set(40, 40, input.mask.mask('EDGE'))
  const wcs = makeTanWcs({ crpix: { x: 0, y: 0 }, ...at(0) })
  const { mask } = warpImage(input, wcs, new Box2I(0, 0, 64, 64), shiftWcs(wcs, 0.5, 0.5)).pixels
  const count = (name: string) =>
    mask.data.filter((v) => (v & mask.mask(name)) !== 0 && (v & mask.mask('NO_DATA')) === 0).length
  expect(count('SAT')).toBe(4)
  expect(count('EDGE')).toBe(36)
})

test('the PSF of a warp is what its stars look like; elsewhere there is none', () => {
  const stars = [{ x: 200.3, y: 300.8, flux: 1e5 }]
  const { maskedImage } = aStarField({ noise: false, sky: 0, readNoise: 0, stars, sigmaAt: () => [2, 2] })
  const { pixels } = warpImage(maskedImage, chip, box, plane, { order: 5 })
  const psf = new CoaddPsf(
    [{ id: 1n, psf: new GaussianPsf(41, 2), wcs: chip, bbox: maskedImage.bbox, weight: 1, goodPixels: 1 }],
    plane,
    5,
  )
  const place = plane.skyToPixel(chip.pixelToSky(200.3, 300.8))
  const model = psf.computeImage(place)
  const peak = Math.max(...model.data)
  let worst = 0
  for (let y = -10; y <= 10; y++)
    for (let x = -10; x <= 10; x++) {
      const [i, j] = [Math.round(place.x) + x, Math.round(place.y) + y]
      worst = Math.max(worst, Math.abs(pixels.image.get(i, j) / 1e5 - model.get(i, j)))
    }
  // The star's pixels integrate the Gaussian, the PSF's sample it: σ² differs by 1/12 of 4 px², the peak by 2 %.
  expect(worst / peak).toBeLessThan(0.03)
  expect(psf.sigmaAt(place)).toBeCloseTo(2 / 1.05, 1)
  expect(() => psf.kernelImage({ x: 0, y: 0 })).toThrowError(/No input image covers/)
})

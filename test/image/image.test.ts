import { Box2I } from '#geom'
import {
  axesOf,
  Background,
  BackgroundList,
  determinantRadius,
  ellipticity,
  encodePng,
  Exposure,
  GaussianPsf,
  Image,
  makeDoubleGaussianPsf,
  makeStretch,
  Mask,
  MaskedImage,
  MaskPlanes,
  maskColor,
  maskOutside,
  ndArray,
  PhotoCalib,
  polygonArea,
  polygonContains,
  previewPng,
  quadrupoleOfAxes,
  zscale,
} from '#image'
import { Random } from '#math'
import { unzlibSync } from 'fflate'
import { expect, test } from 'vitest'

test('pixels are addressed in the PARENT frame', () => {
  const image = new Image(4, 3, { x0: 10, y0: 20 })
  image.set(13, 22, 7)
  expect(image.data[11]).toBe(7)
  expect(image.get(13, 22)).toBe(7)
  expect(() => image.get(14, 22)).toThrowError(expect.objectContaining({ code: 'image/outside' }))
  expect(() => new Image(2, 2, { data: new Float32Array(3) })).toThrowError(/need 4 values; 3 were given/)
})

test('a sub-image is a copy, and goes back to where it was', () => {
  const image = new Image(5, 5, { x0: -2, y0: -2, data: Float32Array.from({ length: 25 }, (_, i) => i) })
  const part = image.subimage(new Box2I(-1, 0, 2, 3))
  expect(Array.from(part.data)).toEqual([11, 12, 16, 17, 21, 22])
  part.fill(0)
  expect(image.get(-1, 0)).toBe(11)
  image.assign(part)
  expect(image.get(-1, 0)).toBe(0)
  expect(() => image.subimage(new Box2I(0, 0, 9, 1))).toThrowError(/reaches out of/)
})

test('the nine standard planes have the bits of the stack', () => {
  const mask = new Mask(1, 1)
  const names = ['BAD', 'SAT', 'INTRP', 'CR', 'EDGE', 'DETECTED', 'DETECTED_NEGATIVE', 'SUSPECT', 'NO_DATA']
  expect(names.map((n) => mask.bit(n))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(mask.addPlane('CROSSTALK')).toBe(9)
  expect(mask.addPlane('CROSSTALK')).toBe(9)
  expect(mask.mask('SAT', 'CROSSTALK')).toBe(2 + 512)
  expect(() => mask.bit('DETECTD')).toThrowError(/No mask plane is named 'DETECTD'.*DETECTED/)
  // The newer file layout's names are understood.
  expect(mask.bit('SATURATED')).toBe(1)
})

test('a mask has room for 32 planes and says so', () => {
  let planes = new MaskPlanes()
  for (let i = 9; i < 32; i++) planes = planes.with(`P${i}`)
  expect(1 << planes.bit('P31')).toBe(-2147483648)
  expect(() => planes.with('ONE_MORE')).toThrowError(expect.objectContaining({ code: 'image/planes-full' }))
})

test('masks with other bits are joined by name', () => {
  const mine = new Mask(2, 1)
  mine.addPlane('A')
  const theirs = new Mask(2, 1, {
    planes: new MaskPlanes([
      ['SAT', 9],
      ['A', 1],
      ['B', 0],
    ]),
  })
  theirs.setPlane('SAT')
  theirs.data[1]! |= theirs.mask('B') | theirs.mask('A')
  mine.setPlane('CR')
  mine.or(theirs)
  expect(mine.data[0]).toBe(mine.mask('CR', 'SAT'))
  expect(mine.data[1]).toBe(mine.mask('CR', 'SAT', 'A', 'B'))
  mine.clearPlanes('CR')
  expect(mine.count('CR')).toBe(0)
  expect(mine.count('B')).toBe(1)
})

test('a masked image wants planes of one box', () => {
  expect(() => new MaskedImage(new Image(2, 2), new Mask(2, 2, { x0: 1 }))).toThrowError(/The mask covers/)
  const pixels = MaskedImage.ofBox(new Box2I(5, 5, 4, 4))
  pixels.mask.setPlane('SAT', new Box2I(6, 6, 100, 1))
  expect(pixels.subimage(new Box2I(6, 6, 2, 2)).mask.count('SAT')).toBe(2)
})

test('exposures replace information and share or copy pixels as said', () => {
  const exposure = new Exposure(MaskedImage.ofBox(new Box2I(0, 0, 2, 2)), {
    filter: { band: 'r' },
    unit: 'adu',
  })
  const other = exposure.with({ filter: { band: 'i' }, unit: undefined })
  expect(other.filter).toEqual({ band: 'i' })
  expect('unit' in other).toBe(false)
  expect(other.image).toBe(exposure.image)
  expect(exposure.clone().image).not.toBe(exposure.image)
})

test('calibration turns counts into nanojansky and AB magnitudes and back', () => {
  // Zero point 27: 1 count is magnitude 27, which is 57.54 nJy.
  const calib = PhotoCalib.fromFluxMag0(10 ** (0.4 * 27), 1e6)
  expect(calib.toMagnitude({ value: 1, error: 0 }).value).toBeCloseTo(27, 12)
  expect(calib.mean).toBeCloseTo(57.5439937, 6)
  expect(calib.fromMagnitude(20)).toBeCloseTo(10 ** (0.4 * 7), 8)
  const flux = calib.toNanojansky({ value: 1000, error: 10 })
  expect(flux.error / flux.value).toBeCloseTo(Math.hypot(0.01, calib.error / calib.mean), 12)
  expect(() => new PhotoCalib(0)).toThrowError(expect.objectContaining({ code: 'image/bad-photo-calib' }))
})

test('moments go to axes and back; the ellipticity of a 2:1 ellipse is 0.6', () => {
  const q = quadrupoleOfAxes(2, 1, 0.4)
  const { a, b, theta } = axesOf(q)
  expect([a, b, theta]).toEqual([expect.closeTo(2, 12), expect.closeTo(1, 12), expect.closeTo(0.4, 12)])
  const { e1, e2 } = ellipticity(q)
  expect(Math.hypot(e1, e2)).toBeCloseTo(0.6, 12)
  expect(determinantRadius(q)).toBeCloseTo(Math.SQRT2, 12)
})

test('PSF images sum to 1, and a shifted star has its centroid where it should be', () => {
  for (const psf of [
    new GaussianPsf(25, 2),
    makeDoubleGaussianPsf({ size: 41, sigma1: 2, sigma2: 4, wings: 0.1 }),
  ]) {
    const star = psf.computeImage({ x: 100.3, y: 50.8 })
    let [sum, sx, sy] = [0, 0, 0]
    star.data.forEach((v, i) => {
      sum += v
      sx += v * (star.x0 + (i % star.width))
      sy += v * (star.y0 + Math.floor(i / star.width))
    })
    expect(sum).toBeCloseTo(1, 5)
    // The first moment of a Lanczos-5 kernel is off by up to 0.011 px at such shifts, and so is the plain centroid.
    expect(Math.abs(sx / sum - 100.3)).toBeLessThan(0.015)
    expect(Math.abs(sy / sum - 50.8)).toBeLessThan(0.015)
  }
  expect(new GaussianPsf(25, 2).sigmaAt()).toBeCloseTo(2, 2)
  expect(() => makeDoubleGaussianPsf({ size: 40, sigma1: 2, sigma2: 4, wings: 0.1 })).toThrowError(/odd size/)
})

test('a background of cells of a plane is the plane, and a list sums', () => {
  const stats = MaskedImage.ofBox(new Box2I(0, 0, 6, 5))
  stats.image.data.set(Float32Array.from({ length: 30 }, (_, i) => 100 + (i % 6) * 10 + Math.floor(i / 6)))
  stats.variance.data.fill(1)
  const one = new Background(new Box2I(0, 0, 60, 50), stats, {
    interpolation: 'AKIMA_SPLINE',
    undersample: 'REDUCE_INTERP_ORDER',
  })
  const surface = one.image()
  // Cell centres are at 4.5, 14.5 …: one per pixel along x, a tenth along y.
  expect(surface.get(30, 25)).toBeCloseTo(100 + 30 - 4.5 + (25 - 4.5) / 10, 2)
  expect(new BackgroundList([one, one]).image()!.get(7, 7)).toBeCloseTo(2 * surface.get(7, 7), 3)
})

test('a polygon has an inside, an area and masks the rest', () => {
  const triangle = [
    { x: 0, y: 0 },
    { x: 4, y: 0 },
    { x: 0, y: 4 },
  ]
  expect(polygonArea(triangle)).toBe(8)
  expect(polygonContains(triangle, { x: 1, y: 1 })).toBe(true)
  expect(polygonContains(triangle, { x: 3, y: 3 })).toBe(false)
  const mask = new Mask(5, 5)
  maskOutside(mask, triangle, 'NO_DATA')
  expect(mask.get(4, 4)).toBe(mask.mask('NO_DATA'))
  expect(mask.get(1, 1)).toBe(0)
})

test('zscale gives the limits of astropy’s ZScaleInterval', () => {
  const values = Float32Array.from(
    { length: 900 },
    (_, i) => ((i * 7919) % 997) ** 2 / 5000 + (i % 97 === 0 ? 1e5 : 0),
  )
  const [low, high] = zscale(values, 30)
  // astropy 7: ZScaleInterval().get_limits of the same 900 values.
  expect(low).toBeCloseTo(0.0018, 4)
  expect(high).toBeCloseTo(449.41242, 4)
})

test('zscale ignores NaN and answers something for an image of NaN or of one value', () => {
  expect(zscale(new Float32Array(100).fill(Number.NaN), 10)).toEqual([0, 1])
  expect(zscale(new Float32Array(100).fill(5), 10)).toEqual([5, 5])
})

test('zscale frames the sky of a noisy image with stars', () => {
  const random = new Random('zscale')
  const data = new Float32Array(200 * 200)
  random.fillNormal(data, 1000, 10)
  for (let i = 0; i < 300; i++) data[random.integer(0, data.length - 1)] = 50000
  const [low, high] = zscale(data, 200)
  expect(low).toBeGreaterThan(900)
  expect(low).toBeLessThan(1000)
  expect(high).toBeGreaterThan(1010)
  expect(high).toBeLessThan(1300)
})

test('stretches rise from 0 to 1', () => {
  for (const kind of ['linear', 'sqrt', 'log', 'asinh'] as const) {
    const stretch = makeStretch(kind, [10, 20])
    expect([stretch(9), stretch(20), stretch(Number.NaN)]).toEqual([0, 1, 0])
    expect(stretch(12)).toBeLessThan(stretch(15))
  }
})

function decodePng(png: Uint8Array): { width: number; height: number; channels: number; pixels: Uint8Array } {
  const view = new DataView(png.buffer, png.byteOffset)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const channels = png[25] === 0 ? 1 : png[25] === 2 ? 3 : 4
  const size = view.getUint32(33)
  const raw = unzlibSync(png.subarray(41, 41 + size))
  const pixels = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++)
    for (let i = 0; i < width * channels; i++) {
      const left = i >= channels ? pixels[y * width * channels + i - channels]! : 0
      pixels[y * width * channels + i] = (raw[y * (width * channels + 1) + 1 + i]! + left) & 255
    }
  return { width, height, channels, pixels }
}

test('a preview has the first row at the bottom, and mask planes in colour', () => {
  const image = new Image(4, 2, { data: Float32Array.from([0, 0, 0, 0, 10, 10, 10, 10]) })
  const grey = decodePng(previewPng(image, { limits: [0, 10], stretch: 'linear' }))
  expect(Array.from(grey.pixels)).toEqual([255, 255, 255, 255, 0, 0, 0, 0])
  const mask = new Mask(4, 2)
  mask.set(0, 0, mask.mask('DETECTED'))
  const colour = decodePng(previewPng(image, { limits: [0, 10], stretch: 'linear', mask, opacity: 0.5 }))
  expect(colour.channels).toBe(3)
  // DETECTED is blue.
  expect(Array.from(colour.pixels.subarray(12, 15))).toEqual([0, 0, 128])
  expect(maskColor('DETECTED', 5)).toBe('#0000ff')
})

test('large images are averaged down', () => {
  const { width, height } = decodePng(previewPng(new Image(2048, 1000).fill(3), { maxSize: 256 }))
  expect([width, height]).toEqual([256, 125])
  expect(() => encodePng(2, 2, new Uint8Array(5))).toThrowError(/5 samples/)
})

test('arrays know their shape', () => {
  expect(() => ndArray([2, 3], new Float32Array(5))).toThrowError(/2 × 3 has 6 values, not 5/)
})

import { afterEach, describe, expect, test } from 'vitest'
import {
  addScaled,
  cellStatistics,
  combineRows,
  convolveSeparable,
  correlate2d,
  cubicRows,
  divideFlat,
  dot,
  findSpans,
  isrRows,
  sharpPixels,
  swapBytes,
  useReferenceKernels,
  usingReferenceKernels,
} from '#simd'
import { noise } from '../support/noise.ts'
import { identical } from '../support/statistics.ts'

afterEach(() => useReferenceKernels(false))

/** The same call through WebAssembly and through the twin. */
function both<T>(run: () => T): [T, T] {
  useReferenceKernels(false)
  expect(usingReferenceKernels()).toBe(false)
  const fast = run()
  useReferenceKernels(true)
  return [fast, run()]
}

/** Bit for bit, also inside records of arrays. */
function expectSame(a: object, b: object): void {
  if (ArrayBuffer.isView(a)) expect(identical(a as Float32Array, b as Float32Array)).toBe(true)
  else
    for (const [key, value] of Object.entries(a))
      expectSame(value as object, (b as Record<string, object>)[key]!)
}

const shapes = [
  { width: 1, height: 1 },
  { width: 7, height: 3 },
  { width: 64, height: 65 },
  { width: 131, height: 200 },
]

describe('WebAssembly kernels give the bits of their TypeScript twins', () => {
  test.each(shapes)('separable convolution, $width × $height', (shape) => {
    const src = noise(shape.width * shape.height, 1)
    for (const half of [
      [1],
      [0.5, 0.25],
      Float32Array.from({ length: 12 }, (_, i) => Math.exp((-i * i) / 18)),
    ]) {
      const [fast, twin] = both(() => convolveSeparable(src, shape, half, undefined, [0.4, 0.2, 0.1]))
      expectSame(fast, twin)
    }
  })

  test.each(shapes)('search for pixels above their neighbours, $width × $height', (shape) => {
    const n = shape.width * shape.height
    const image = noise(n, 5)
    const variance = noise(n, 6).map((v) => 0.3 + Math.abs(v))
    if (n > 100) image[50] = Number.NaN
    const [fast, twin] = both(() => sharpPixels(image, variance, shape, 1))
    expectSame(fast, twin)
    if (n > 1000) expect(fast.length).toBeGreaterThan(n / 10)
  })

  test('convolution of a point is the kernel, and zero lies beyond the border', () => {
    const src = new Float32Array(25)
    src[0] = 1
    const out = convolveSeparable(src, { width: 5, height: 5 }, [0.5, 0.25])
    expect([out[0], out[1], out[2], out[5], out[6]]).toEqual([0.25, 0.125, 0, 0.125, 0.0625])
  })

  test('direct correlation with a kernel that has no symmetry', () => {
    const shape = { width: 83, height: 71 }
    const src = noise(shape.width * shape.height, 21)
    const [fast, twin] = both(() => correlate2d(src, shape, noise(7 * 5, 22), 7, 5))
    expectSame(fast, twin)
    const point = new Float32Array(49)
    point[24] = 1
    const out = correlate2d(point, { width: 7, height: 7 }, [1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3)
    expect([out[16], out[17], out[18], out[24], out[32], out[0]]).toEqual([9, 8, 7, 5, 1, 0])
    expect(correlate2d(point, { width: 7, height: 7 }, new Array(81).fill(1), 9, 9)).toEqual(
      new Float32Array(49),
    )
  })

  test('clipped statistics of cells with masks, NaN and stars', () => {
    const shape = { width: 301, height: 270 }
    const image = noise(shape.width * shape.height, 2).map((v, i) => 178 + 7 * v + (i % 97 === 0 ? 5000 : 0))
    const mask = Int32Array.from(image, (_, i) => (i % 13 === 0 ? 5 : i % 17 === 0 ? 2 : 0))
    image[1000] = Number.NaN
    image[5000] = Number.POSITIVE_INFINITY
    const x = [0, 128, 256, 301]
    const y = [0, 10, 135, 270]
    for (const bad of [0, 1]) {
      const [fast, twin] = both(() => cellStatistics(image, mask, shape, x, y, { nSigma: 3, nIter: 3, bad }))
      expectSame(fast, twin)
      expect(Math.abs(fast.mean[4]! - 178)).toBeLessThan(0.3)
      expect(fast.stdev[4]).toBeCloseTo(6.9, 0)
    }
  })

  test('cells without a good pixel are NaN; constant cells are exact', () => {
    const shape = { width: 64, height: 64 }
    const image = new Float32Array(4096).fill(17.25)
    image.fill(Number.NaN, 0, 2048)
    const cells = cellStatistics(image, undefined, shape, [0, 64], [0, 32, 64], { nSigma: 3, nIter: 3 })
    expect([...cells.mean]).toEqual([Number.NaN, 17.25])
    expect([...cells.count]).toEqual([0, 2048])
    expect(cells.stdev[1]).toBe(0)
  })

  test('piecewise cubic rows and sums of basis rows', () => {
    const width = 203
    const height = 150
    const starts = Int32Array.of(0, 30, 99, 203)
    const knots = Float32Array.of(-10, 30.5, 99.5)
    const coeffs = noise(4 * 3 * height, 3).map((v, i) => v / 50 ** (i & 3))
    const [a, b] = both(() => cubicRows({ width, height, starts, knots, coeffs }))
    expectSame(a, b)
    const [c, d] = both(() => combineRows(noise(7 * width, 4), noise(7 * height, 5), 7, width))
    expectSame(c, d)
  })

  test.each(shapes)('spans above a threshold, $width × $height', (shape) => {
    const image = noise(shape.width * shape.height, 6)
    if (image.length > 100) image.fill(Number.NaN, 50, 60)
    const variance = noise(image.length, 7).map((v) => 1 + v * v)
    for (const options of [
      { threshold: 0 },
      { threshold: 1.5 },
      { threshold: 1, polarity: 'negative' as const },
      { threshold: 0.7, variance },
      { threshold: 0.7, variance, polarity: 'negative' as const },
      { threshold: -99 },
    ]) {
      const [fast, twin] = both(() => findSpans(image, shape, options))
      expectSame(fast, twin)
    }
  })

  test('spans name first and last pixel', () => {
    const image = new Float32Array(40)
    image.fill(2, 15, 19)
    expect([...findSpans(image, { width: 20, height: 2 }, { threshold: 2 })]).toEqual([0, 15, 18])
    image.fill(2, 18, 23)
    expect([...findSpans(image, { width: 20, height: 2 }, { threshold: 2 })]).toEqual([0, 15, 19, 1, 0, 2])
  })

  test('raw to image, variance and mask', () => {
    const shape = { width: 45, height: 11 }
    const n = shape.width * shape.height
    const raw = Uint16Array.from(noise(n, 8), (v) => Math.abs(v) * 20000)
    const planes = {
      bias: noise(n, 9),
      biasVariance: noise(n, 10).map(Math.abs),
      flat: noise(n, 11).map((v) => 1 + 0.05 * v),
      flatVariance: noise(n, 12).map((v) => 1e-4 * v * v),
    }
    const common = {
      raw,
      overscan: noise(shape.height, 13).map((v) => 1000 + v),
      gain: 3.45,
      readNoise: 1.5,
      saturation: 50000,
      suspect: 40000,
      satBit: 2,
      suspectBit: 128,
    }
    const { flat, flatVariance, ...noFlat } = planes
    for (const input of [common, { ...common, ...noFlat }, { ...common, ...planes }, { ...common, flat }]) {
      const [fast, twin] = both(() => {
        const out = { image: new Float32Array(n), variance: new Float32Array(n), mask: new Int32Array(n) }
        isrRows(input, shape, out)
        return out
      })
      expectSame(fast, twin)
    }
    const [a, b] = both(() => {
      const image = noise(n, 14)
      const variance = noise(n, 15).map(Math.abs)
      addScaled(image, planes.bias, -0.3)
      divideFlat(image, variance, flat, flatVariance)
      divideFlat(image, variance, flat)
      return { image, variance }
    })
    expectSame(a, b)
  })

  test('dot products and byte order', () => {
    for (const n of [0, 3, 64, 1001]) {
      const [fast, twin] = both(() => dot(noise(n, 16), noise(n, 17)))
      expect(fast).toBe(twin)
    }
    for (const size of [2, 4, 8] as const) {
      const [fast, twin] = both(() => {
        const bytes = Uint8Array.from({ length: 1003 }, (_, i) => (i * 37) & 255)
        swapBytes(bytes, size)
        return bytes
      })
      expectSame(fast, twin)
    }
    const value = new Uint8Array(512)
    new DataView(value.buffer).setFloat32(508, 1.5, false)
    swapBytes(value, 4)
    expect(new DataView(value.buffer).getFloat32(508, true)).toBe(1.5)
  })
})

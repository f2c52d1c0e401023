import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ByteSource, bytesSource } from '#core'
import { imageHdu, type ImageHduOptions, openFits, readImage, readTable, writeFits } from '#fits'
import { dataPath } from '../support/data.ts'

type Compressed = Omit<ImageHduOptions, 'name'>

async function roundTrip(options: Compressed) {
  const file = await openFits(writeFits([imageHdu({ ...options, name: 'SCI' })]))
  return { hdu: file.hdu('SCI'), image: await readImage(file.hdu('SCI')) }
}

const shapes = fc.record({
  width: fc.integer({ min: 1, max: 70 }),
  height: fc.integer({ min: 1, max: 20 }),
  tile: fc.option(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 25 })), {
    nil: undefined,
  }),
})

/** Pixels whose differences are now small, now of the full range of the type: every branch of the Rice code. */
const roughness = fc.constantFrom(0, 1, 3, 100, 2 ** 15, 2 ** 31)

describe('integers', () => {
  const makers = {
    u8: (v: readonly number[]) => Uint8Array.from(v),
    i16: (v: readonly number[]) => Int16Array.from(v),
    u16: (v: readonly number[]) => Uint16Array.from(v),
    i32: (v: readonly number[]) => Int32Array.from(v),
  }

  test.each(['RICE_1', 'GZIP_1', 'GZIP_2'] as const)(
    '%s gives back every pixel in tiles of any shape',
    async (compress) => {
      await fc.assert(
        fc.asyncProperty(
          shapes,
          fc.constantFrom(...Object.values(makers)),
          roughness,
          fc.infiniteStream(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
          async ({ width, height, tile }, make, rough, stream) => {
            let level = 0
            const values = Array.from({ length: width * height }, () => {
              const step = rough === 0 ? 0 : stream.next().value % rough
              level = (level + step) | 0
              return level
            })
            const data = make(values)
            const { image } = await roundTrip({ data, width, height, compress, ...(tile && { tile }) })
            expect(image.data).toEqual(data)
          },
        ),
        { numRuns: 150 },
      )
    },
  )

  test('a cube is cut into tiles of its planes', async () => {
    const data = Int32Array.from({ length: 3 * 5 * 7 }, (_, i) => i * i)
    const { image } = await roundTrip({
      data,
      width: 7,
      height: 5,
      shape: [3, 5, 7],
      compress: 'RICE_1',
      tile: [4, 2],
    })
    expect(image.shape).toEqual([3, 5, 7])
    expect(image.data).toEqual(data)
  })

  test('64-bit integers go with GZIP and are refused for RICE', async () => {
    const data = BigInt64Array.of(2n ** 62n, -1n, 5n)
    expect((await roundTrip({ data, width: 3, height: 1, compress: 'GZIP_2' })).image.data).toEqual(data)
    expect(() => imageHdu({ data, width: 3, height: 1, compress: 'RICE_1' })).toThrow(
      expect.objectContaining({ code: 'fits/cannot-write' }),
    )
  })
})

describe('floats', () => {
  const [width, height] = [200, 60]
  const noise = gaussian(width * height)
  const data = Float32Array.from(noise, (v, i) =>
    i % 97 === 0 ? 0 : i % 101 === 0 ? Number.NaN : 500 + 8 * v,
  )

  test.each(['GZIP_1', 'GZIP_2'] as const)('%s is lossless, NaN included', async (compress) => {
    expect((await roundTrip({ data, width, height, compress })).image.data).toEqual(data)
  })

  test.each([
    [1, 4],
    [2, 4],
    [2, 16],
    [0, 8],
  ] as const)('RICE_1 with dither %d at level %d stays within half a step', async (dither, level) => {
    const { hdu, image } = await roundTrip({
      data,
      width,
      height,
      compress: 'RICE_1',
      quantize: { level, dither, seed: 4711 },
    })
    const steps = (await readTable(hdu, { columns: ['ZSCALE'] })).column('ZSCALE').data as Float64Array
    // The step is the noise of the tile over the level: σ = 8 here, estimated from 200 pixels.
    for (const step of steps) expect((step * level) / 8).toBeGreaterThan(0.5)
    const back = image.data as Float32Array
    let sum = 0
    for (let i = 0; i < data.length; i++) {
      if (Number.isNaN(data[i]!)) expect(back[i]).toBeNaN()
      else {
        const step = steps[Math.floor(i / width)]!
        // Half a step, and the rounding of float32 at 500.
        expect(Math.abs(back[i]! - data[i]!)).toBeLessThanOrEqual(step / 2 + 4e-5)
        sum += back[i]! - data[i]!
      }
      if (dither === 2 && data[i] === 0) expect(back[i]).toBe(0)
    }
    // Dithered rounding has no bias: its mean error is step/√12/√n.
    const meanStep = steps.reduce((a, b) => a + b) / steps.length
    if (dither !== 0)
      expect(Math.abs(sum / data.length)).toBeLessThan((5 * meanStep) / Math.sqrt(12 * data.length))
  })

  test('a fixed step is used as given', async () => {
    const { hdu } = await roundTrip({ data, width, height, compress: 'RICE_1', quantize: { level: -0.25 } })
    const { data: scale } = (await readTable(hdu)).column('ZSCALE')
    expect(new Set(scale as Float64Array)).toEqual(new Set([0.25]))
  })

  test('tiles that quantizing would spoil stay lossless: constant, infinite, of huge range', async () => {
    const odd = new Float32Array(4 * 50)
    for (let i = 0; i < 50; i++) {
      odd[i] = 3.25
      odd[50 + i] = i === 7 ? Number.POSITIVE_INFINITY : i
      odd[100 + i] = i === 3 ? 1e30 : noise[i]!
      odd[150 + i] = Number.NaN
    }
    const { image } = await roundTrip({
      data: odd,
      width: 50,
      height: 4,
      compress: 'RICE_1',
      quantize: { level: 4 },
    })
    expect(image.data).toEqual(odd)
  })

  test('RICE_1 without quantization is refused and says what to do', () => {
    expect(() => imageHdu({ data, width, height, compress: 'RICE_1' })).toThrow(
      /give `quantize`, or use GZIP_2/,
    )
  })
})

describe('the header of a compressed image', () => {
  test('is that of the image', async () => {
    const plain = await openFits(readFileSync(dataPath('real/fits-format/m13.fits')))
    for (const name of ['m13_rice.fits', 'm13_gzip.fits']) {
      const hdu = (await openFits(readFileSync(dataPath(`real/fits-format/${name}`)))).hdus[1]!
      expect(hdu.kind).toBe('compressed-image')
      for (const key of ['BITPIX', 'NAXIS1', 'NAXIS2', 'CTYPE1', 'CRVAL1', 'SURVEY'])
        expect(hdu.header.get(key)).toEqual(plain.hdus[0]!.header.get(key))
      expect(hdu.header.cards.some((c) => /^(Z(BITPIX|NAXIS|TILE|CMPTYPE)|T(FORM|TYPE))/.test(c.key))).toBe(
        false,
      )
      expect((await readImage(hdu)).data).toEqual((await readImage(plain.hdus[0]!)).data)
    }
  })
})

test('a box of a compressed image reads the tiles it touches and no others', async () => {
  const [width, height] = [1000, 1000]
  const data = Int16Array.from(gaussian(width * height), (v) => v * 100)
  const bytes = writeFits([imageHdu({ data, width, height, compress: 'RICE_1', name: 'SCI' })])
  const inner = bytesSource(bytes, 'big.fits')
  let total = 0
  const source: ByteSource = {
    ...inner,
    read: (offset, length) => {
      total += length
      return inner.read(offset, length)
    },
  }
  const hdu = (await openFits(source)).hdu('SCI')
  total = 0
  const box = await readImage(hdu, { x0: 300, y0: 500, width: 10, height: 10 })
  expect(Array.from(box.data as Int16Array)).toEqual(
    Array.from({ length: 100 }, (_, i) => data[(500 + Math.floor(i / 10)) * width + 300 + (i % 10)]),
  )
  expect(total).toBeLessThan(bytes.length / 50)
})

test('the same image gives the same bytes', () => {
  const data = gaussian(5000)
  const once = () => writeFits([imageHdu({ data, width: 100, height: 50, compress: 'GZIP_2' })])
  expect(once()).toEqual(once())
})

/** Reproducible normal deviates. */
function gaussian(n: number): Float32Array {
  let state = 88172645
  const uniform = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
  return Float32Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  )
}

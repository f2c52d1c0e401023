import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ByteSource, bytesSource } from '#core'
import {
  Header,
  type HduData,
  imageHdu,
  openFits,
  type PixelArray,
  primaryHdu,
  readFloatImage,
  readImage,
  tableHdu,
  verifyChecksum,
  writeFits,
} from '#fits'

const reread = async (hdus: readonly HduData[]) => openFits(writeFits(hdus))

/** A source that counts what is read from it. */
function counted(bytes: Uint8Array): ByteSource & { total: number } {
  const inner = bytesSource(bytes, 'counted.fits')
  const source = {
    ...inner,
    total: 0,
    read(offset: number, length: number) {
      source.total += length
      return inner.read(offset, length)
    },
  }
  return source
}

const pixels: fc.Arbitrary<PixelArray> = fc.oneof(
  fc.uint8Array({ minLength: 1 }),
  fc.int8Array({ minLength: 1 }),
  fc.int16Array({ minLength: 1 }),
  fc.uint16Array({ minLength: 1 }),
  fc.int32Array({ minLength: 1 }),
  fc.uint32Array({ minLength: 1 }),
  fc.float32Array({ minLength: 1 }),
  fc.float64Array({ minLength: 1 }),
  fc.bigInt64Array({ minLength: 1 }),
  fc.bigUint64Array({ minLength: 1 }),
)

test('pixels of every type read back bit for bit, unsigned ones through BZERO', async () => {
  await fc.assert(
    fc.asyncProperty(pixels, fc.boolean(), async (data, first) => {
      const image = imageHdu({ data, width: data.length, height: 1, name: 'SCI' })
      const file = await reread(first ? [image] : [primaryHdu(), image])
      const back = await readImage(file.hdu('SCI'))
      expect(back.data).toEqual(data)
      expect(back.data.constructor).toBe(data.constructor)
    }),
  )
})

describe('a box', () => {
  const [width, height] = [3000, 400]
  const data = Float32Array.from({ length: width * height }, (_, i) => i)
  const bytes = writeFits([imageHdu({ data, width, height })])

  test('is the same as cutting the whole image, and only its rows are read', async () => {
    const source = counted(bytes)
    const hdu = (await openFits(source)).hdus[0]!
    source.total = 0
    const box = { x0: 100, y0: 200, width: 50, height: 20 }
    const cut = await readImage(hdu, box)
    const wanted = Float32Array.from(
      { length: 1000 },
      (_, i) => (200 + Math.floor(i / 50)) * width + 100 + (i % 50),
    )
    expect(cut.data).toEqual(wanted)
    expect(cut.shape).toEqual([20, 50])
    expect(source.total).toBeLessThanOrEqual(20 * width * 4)
  })

  test('of no pixels is empty; one that leaves the image is refused with both sizes', async () => {
    const hdu = (await openFits(bytes)).hdus[0]!
    expect((await readImage(hdu, { x0: 3000, y0: 0, width: 0, height: 3 })).data.length).toBe(0)
    await expect(readImage(hdu, { x0: 2990, y0: 0, width: 20, height: 1 })).rejects.toThrow(
      expect.objectContaining({
        code: 'fits/bad-size',
        message: expect.stringContaining('3000 × 400') as string,
      }),
    )
  })

  test('of a cube is cut from every plane', async () => {
    const cube = Int16Array.from({ length: 2 * 3 * 4 }, (_, i) => i)
    const file = await reread([imageHdu({ data: cube, width: 4, height: 3, shape: [2, 3, 4] })])
    const cut = await readImage(file.hdus[0]!, { x0: 1, y0: 2, width: 2, height: 1 })
    expect(cut.shape).toEqual([2, 1, 2])
    expect(Array.from(cut.data as Int16Array)).toEqual([9, 10, 21, 22])
  })
})

describe('scaling', () => {
  const scaled = async (header: Header, data: PixelArray) => {
    const plain = imageHdu({ data, width: data.length, height: 1 })
    const file = await reread([{ ...plain, header: plain.header.copy().appendAll(header.cards) }])
    return file.hdus[0]!
  }

  test('BSCALE and BZERO give floats, BLANK gives NaN', async () => {
    const hdu = await scaled(
      new Header([
        ['BSCALE', 0.5],
        ['BZERO', 10],
        ['BLANK', -1],
      ]),
      Int16Array.of(0, 4, -1),
    )
    expect((await readImage(hdu)).data).toEqual(Float32Array.of(10, 12, Number.NaN))
  })

  test('integers keep BLANK as a number; as floats it is NaN', async () => {
    const hdu = await scaled(new Header([['BLANK', -99]]), Int32Array.of(1, -99))
    const image = await readImage(hdu)
    expect(image.data).toEqual(Int32Array.of(1, -99))
    expect(image.blank).toBe(-99)
    expect((await readFloatImage(hdu)).data).toEqual(Float32Array.of(1, Number.NaN))
  })

  test('BLANK of unsigned integers is in physical units', async () => {
    const data = Uint16Array.of(65535, 7)
    const file = await reread([imageHdu({ data, width: 2, height: 1, blank: 65535 })])
    expect((await readImage(file.hdus[0]!)).blank).toBe(65535)
    expect(file.hdus[0]!.header.get('BLANK')).toBe(32767)
    expect((await readFloatImage(file.hdus[0]!)).data).toEqual(Float32Array.of(Number.NaN, 7))
  })
})

test('headers, names and versions travel; structural cards of the caller do not', async () => {
  const header = new Header([
    ['EXPTIME', 30],
    ['NAXIS1', 999],
    ['BITPIX', 8],
    ['HISTORY', 'made up'],
  ])
  const make = (version: number) =>
    imageHdu({ data: new Float32Array(6), width: 3, height: 2, name: 'SCI', version, header, unit: 'adu' })
  const file = await reread([make(1), make(2)])
  expect(file.hdus.map((h) => [h.kind, h.name, h.version, h.header.get('EXPTIME')])).toEqual([
    ['primary', 'SCI', 1, 30],
    ['image', 'SCI', 2, 30],
  ])
  expect(file.hdu('sci', 2).index).toBe(1)
  expect((await readImage(file.hdu('SCI', 2))).unit).toBe('adu')
  expect(file.hdus[0]!.header.cards[0]).toMatchObject({ key: 'SIMPLE', value: true })
})

test('CHECKSUM and DATASUM are written, and damage is noticed', async () => {
  const bytes = writeFits([
    imageHdu({ data: Float32Array.from({ length: 5000 }, Math.sqrt), width: 100, height: 50 }),
    tableHdu({ columns: [{ name: 'a', type: 'i32', data: Int32Array.of(1, 2, 3) }], name: 'T' }),
  ])
  for (const hdu of (await openFits(bytes)).hdus)
    expect(await verifyChecksum(hdu)).toEqual({ data: 'right', hdu: 'right' })
  const broken = bytes.slice()
  broken[2880 + 1000]! ^= 1
  const [image, table] = (await openFits(broken)).hdus
  expect(await verifyChecksum(image!)).toEqual({ data: 'wrong', hdu: 'wrong' })
  expect(await verifyChecksum(table!)).toEqual({ data: 'right', hdu: 'right' })
})

import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFirstlightError } from '#core'
import { Header, imageHdu, openFits, readImage, readTable, tableHdu, writeFits } from '#fits'
import { dataPath } from '../support/data.ts'

const small = writeFits([
  imageHdu({ data: Float32Array.from({ length: 3000 }, (_, i) => i), width: 60, height: 50, name: 'SCI' }),
  tableHdu({
    name: 'CAT',
    columns: [
      { name: 'id', type: 'i64', data: new BigInt64Array(20) },
      {
        name: 'v',
        type: 'i32',
        data: new Int32Array(20),
        rowOffsets: Float64Array.from({ length: 21 }, (_, i) => i),
      },
    ],
  }),
  imageHdu({
    data: new Int16Array(5000).map((_, i) => i % 77),
    width: 100,
    height: 50,
    compress: 'RICE_1',
    name: 'R',
  }),
  imageHdu({
    data: new Float32Array(5000).map((_, i) => i % 7),
    width: 100,
    height: 50,
    compress: 'GZIP_2',
    name: 'G',
  }),
])

/** Replace the value field of a card in the bytes of a file. */
function withCard(bytes: Uint8Array, key: string, value: string): Uint8Array {
  const copy = bytes.slice()
  for (let at = 0; at < copy.length; at += 80) {
    const name = String.fromCharCode(...copy.subarray(at, at + 8)).trimEnd()
    if (name !== key) continue
    copy.set(new TextEncoder().encode(`= ${value.padStart(20)}`.padEnd(72)), at + 8)
    return copy
  }
  throw new Error(`no card ${key}`)
}

const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!isFirstlightError(error)) throw new Error(`a FirstlightError was wanted, found ${String(error)}`)
  return error
}

describe('a file that is wrong says what, where and what is missing', () => {
  test('text is no FITS file', async () => {
    const error = await failure(
      openFits(new TextEncoder().encode('not a FITS file at all'), { name: 'a.txt' }),
    )
    expect(error.code).toBe('fits/not-fits')
    expect(error.message).toMatch(/^a\.txt: .*begins with "not a FITS"/)
  })

  test('an empty file', async () => {
    expect((await failure(openFits(new Uint8Array()))).code).toBe('fits/truncated')
  })

  test('data cut short: file, HDU, bytes wanted and found', async () => {
    const error = await failure(openFits(small.subarray(0, 2880 + 5000), { name: 'cut.fits' }))
    expect(error.code).toBe('fits/truncated')
    expect(error.message).toBe(
      "cut.fits, HDU 0 'SCI': the header announces 12000 bytes of data, the file has 5000.",
    )
  })

  test('…whose headers can be read when asked for', async () => {
    const file = await openFits(small.subarray(0, 2880 + 5000), { allowTruncated: true })
    expect(file.hdus[0]!.header.get('NAXIS1')).toBe(60)
    expect((await failure(readImage(file.hdus[0]!))).code).toBe('fits/truncated')
  })

  test('a header without END', async () => {
    const error = await failure(openFits(small.subarray(0, 500), { name: 'cut.fits' }))
    expect(error).toMatchObject({ code: 'fits/truncated', data: { card: 'END' } })
  })

  test.each([
    ['BITPIX', '17', 'fits/bad-bitpix'],
    ['BITPIX', "'x'", 'fits/bad-card'],
    ['NAXIS', '-1', 'fits/bad-size'],
    ['NAXIS', '1000', 'fits/bad-size'],
    ['NAXIS', '3', 'fits/missing-card'],
    ['NAXIS1', '-5', 'fits/bad-size'],
    ['NAXIS1', '1.5', 'fits/bad-size'],
    ['NAXIS1', '999999999', 'fits/truncated'],
    ['NAXIS1', '99999999999999999999', 'fits/bad-size'],
  ])('%s = %s', async (key, value, code) => {
    const error = await failure(openFits(withCard(small, key, value), { name: 'f.fits' }))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^f\.fits, HDU 0/)
  })

  test.each([
    ['ZCMPTYPE', "'SQUASH_1'", 'fits/unsupported', /SQUASH_1.*ZCMPTYPE/],
    ['ZNAXIS1', '999999', 'fits/bad-size', /tiles/],
    ['ZTILE1', '0', 'fits/bad-size', /ZTILE1/],
    ['ZBITPIX', '12', 'fits/bad-bitpix', /BITPIX/],
    ['ZVAL2', '8', 'fits/unsupported', /8 bytes a pixel/],
  ])('compressed image with %s = %s', async (key, value, code, message) => {
    const error = await failure(
      openFits(withCard(small, key, value)).then((file) => readImage(file.hdu('R'))),
    )
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  test('the wrong kind of HDU, an HDU that is not there', async () => {
    const file = await openFits(small, { name: 'f.fits' })
    expect((await failure(readImage(file.hdu('CAT')))).code).toBe('fits/wrong-hdu')
    expect((await failure(readTable(file.hdu('SCI')))).code).toBe('fits/wrong-hdu')
    expect(() => file.hdu('MASK')).toThrow(
      expect.objectContaining({
        code: 'fits/no-such-hdu',
        hint: "The HDUs are: 0 'SCI', 1 'CAT', 2 'R', 3 'G'.",
      }),
    )
  })

  test('tile-compressed tables are refused by name', async () => {
    const header = new Header([['ZTABLE', true]])
    const bytes = writeFits([
      tableHdu({ header, columns: [{ name: 'a', type: 'u8', data: Uint8Array.of(1) }], name: 'Z' }),
    ])
    const file = await openFits(bytes)
    expect(await failure(readTable(file.hdu('Z')))).toMatchObject({
      code: 'fits/unsupported',
      data: { feature: 'ZTABLE' },
    })
  })

  test('random groups are listed but not read', async () => {
    const header = new Header([
      ['SIMPLE', true],
      ['BITPIX', 8],
      ['NAXIS', 2],
      ['NAXIS1', 0],
      ['NAXIS2', 4],
      ['GROUPS', true],
      ['PCOUNT', 2],
      ['GCOUNT', 3],
    ])
    const { formatHeader } = await import('#fits')
    const bytes = new Uint8Array(2 * 2880)
    bytes.set(formatHeader(header))
    const file = await openFits(bytes)
    expect(file.hdus[0]).toMatchObject({ kind: 'groups', dataSize: 18 })
    expect(await failure(readImage(file.hdus[0]!))).toMatchObject({
      code: 'fits/unsupported',
      data: { feature: 'random groups' },
    })
  })
})

describe('packed files', () => {
  test('gzip of one and of several members, zeros behind them', async () => {
    const half = 4 * 2880
    const members = [small.subarray(0, half), small.subarray(half)].map((part) => gzipSync(part))
    for (const packed of [
      gzipSync(small),
      Buffer.concat(members),
      Buffer.concat([...members, Buffer.alloc(100)]),
    ])
      expect((await openFits(new Uint8Array(packed))).hdus.length).toBe(4)
  })

  test('damage in a gzip file is noticed by its CRC', async () => {
    const packed = new Uint8Array(gzipSync(small, { level: 0 }))
    packed[5000]! ^= 1
    expect((await failure(openFits(packed, { name: 'f.fits.gz' }))).message).toMatch(
      /^f\.fits\.gz: .*gzip.*CRC/,
    )
    expect((await failure(openFits(packed.subarray(0, 9000)))).code).toBe('fits/corrupt')
  })

  test('bzip2 is read, its damage noticed; xz is refused by name', async () => {
    const packed = new Uint8Array(readFileSync(dataPath('real/sdss-frame/reprojected_sdss_g.fits.bz2')))
    expect((await openFits(packed)).hdus.length).toBe(1)
    packed[20000]! ^= 4
    expect((await failure(openFits(packed))).code).toBe('fits/corrupt')
    expect(await failure(openFits(Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)))).toMatchObject({
      code: 'fits/unsupported',
      data: { feature: 'xz' },
    })
  })
})

test('random damage gives a clear error or data, never a hang, a crash or a bare error', {
  timeout: 60_000,
}, async () => {
  const originals = [
    small,
    ...['real/fits-format/m13_gzip.fits', 'real/fits-format/stddata.fits', 'real/fits-format/ascii.fits'].map(
      (f) => new Uint8Array(readFileSync(dataPath(f))),
    ),
  ]
  const flips = fc.array(fc.record({ at: fc.nat(), bit: fc.nat({ max: 255 }) }), { maxLength: 8 })
  const digits = fc.array(fc.record({ at: fc.nat(), digit: fc.nat({ max: 9 }) }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...originals),
      flips,
      digits,
      fc.option(fc.nat(), { nil: undefined }),
      async (original, bytes, numbers, cut) => {
        const damaged = original.slice(0, cut === undefined ? original.length : cut % original.length)
        if (damaged.length === 0) return
        for (const { at, bit } of bytes) damaged[at % damaged.length]! ^= bit
        changeDigits(damaged, numbers)
        try {
          const file = await openFits(damaged, { allowTruncated: true })
          for (const hdu of file.hdus) {
            await readImage(hdu).catch(expectOurs)
            await readTable(hdu).catch(expectOurs)
          }
        } catch (error) {
          expectOurs(error)
        }
      },
    ),
    { numRuns: 600 },
  )
})

/** Make other numbers of the numbers in the headers: sizes and offsets are where readers fall. */
function changeDigits(bytes: Uint8Array, changes: readonly { at: number; digit: number }[]): void {
  const places: number[] = []
  for (let i = 0; i < Math.min(bytes.length, 60000); i++)
    if (bytes[i]! >= 0x30 && bytes[i]! <= 0x39 && i % 80 > 9 && i % 80 < 31) places.push(i)
  for (const { at, digit } of changes)
    if (places.length > 0) bytes[places[at % places.length]!] = 0x30 + digit
}

function expectOurs(error: unknown): undefined {
  if (!isFirstlightError(error) || !error.code.startsWith('fits/')) throw error
  return undefined
}

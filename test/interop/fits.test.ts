import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  type FitsColumn,
  floatCard,
  Header,
  imageHdu,
  openFits,
  parseHeader,
  type PixelArray,
  primaryHdu,
  readImage,
  readTable,
  tableHdu,
  writeFits,
} from '#fits'
import { areEqual, conversionFactor, parseUnit } from '#units'
import { dataPath } from '../support/data.ts'
import { python } from '../support/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-fits-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const temporary = (name: string) => join(folder, name)

const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const
type TypeName = keyof typeof ARRAYS

const nameOf = (data: PixelArray) =>
  Object.entries(ARRAYS).find(([, array]) => data instanceof array)![0] as TypeName

/** Pixels of one HDU as astropy reads them, in native order. */
function astropyPixels(path: string, hdu: number): { shape: number[]; data: PixelArray } {
  const raw = temporary('pixels.raw')
  const out = python(
    `
import sys, json, warnings, numpy as np
from astropy.io import fits
warnings.simplefilter('ignore')
with fits.open(sys.argv[1]) as file:
    data = np.ascontiguousarray(file[int(sys.argv[2])].data)
data = data.astype(data.dtype.newbyteorder('<'))
data.tofile(sys.argv[3])
print(json.dumps([data.dtype.name, list(data.shape)]))`,
    path,
    String(hdu),
    raw,
  )
  const [type, shape] = JSON.parse(out) as [TypeName, number[]]
  const bytes = new Uint8Array(readFileSync(raw))
  return { shape, data: new ARRAYS[type](bytes.buffer) }
}

describe('we read what astropy reads', () => {
  test.each([
    ['huntsman-raw/science_0.fits.gz', 0],
    ['fits-format/m13.fits', 0],
    ['fits-format/m13_rice.fits', 1],
    ['fits-format/m13_gzip.fits', 1],
    ['fits-format/compressed_image.fits', 1],
    ['fits-format/fixed-1890.fits', 0],
    ['cfht-d3-processed/calexp-849375-12.fits.fz', 1],
    ['cfht-d3-processed/calexp-849375-12.fits.fz', 2],
    ['kids-viking-multiband/r.fits', 1],
    ['vista-video-stack/image_1.fits', 1],
    ['lsst-amp-assembly/e2v_spot.fits.gz', 3],
    ['saao-ste3-raw/a8280271.fits', 0],
  ])('%s, HDU %d: every pixel to the bit', async (name, index) => {
    const path = dataPath(`real/${name}`)
    const { shape, data } = astropyPixels(path, index)
    const image = await readImage((await openFits(readFileSync(path))).hdus[index]!)
    expect(image.shape).toEqual(shape)
    expect(nameOf(image.data)).toBe(nameOf(data))
    expect(differences(image.data, data)).toBe(0)
  })

  test('scaled integers to the rounding of float32, in which astropy computes', async () => {
    const path = dataPath('real/sextractor-reference/image.fits')
    const { data } = astropyPixels(path, 0)
    const image = await readImage((await openFits(readFileSync(path))).hdus[0]!)
    for (let i = 0; i < data.length; i++)
      expect(Math.abs(Number(image.data[i]) / Number(data[i]) - 1)).toBeLessThan(2 ** -22)
  })

  test('every codec of the standard as astropy writes it', async () => {
    const path = temporary('codecs.fits')
    python(
      `
import sys, numpy as np
from astropy.io import fits
rng = np.random.default_rng(3)
flat = rng.normal(100, 10, (41, 63))
stars = np.where(rng.random((41, 63)) > 0.98, flat * 50, flat)
mask = np.zeros((41, 63), 'i4'); mask[5:9, 10:30] = 8; mask[20:25] = 4097; mask[30, ::3] = 4
holes = stars.astype('f4'); holes[3, 5:9] = np.nan; holes[7] = 0
hdus = [fits.PrimaryHDU()]
add = lambda data, codec, **how: hdus.append(fits.CompImageHDU(data, compression_type=codec, **how))
for kind in ('i2', 'i4', 'u1', 'u2'):
    for codec in ('RICE_1', 'GZIP_1', 'GZIP_2'):
        add(stars.astype(kind), codec)
        add(stars.astype(kind), codec, tile_shape=(10, 16))
add(stars.astype('u4') * 400000, 'GZIP_2')
add(mask, 'PLIO_1'); add(mask.astype('i2'), 'PLIO_1', tile_shape=(10, 16))
for scale, smooth in ((0, 0), (3, 0), (5, 1)):
    add(stars.astype('i2'), 'HCOMPRESS_1', hcomp_scale=scale, hcomp_smooth=smooth, tile_shape=(17, 21))
    add(flat.astype('i4') * 1000, 'HCOMPRESS_1', hcomp_scale=scale, hcomp_smooth=smooth)
for codec in ('RICE_1', 'GZIP_1', 'GZIP_2', 'HCOMPRESS_1'):
    for method in (-1, 1, 2):
        data = holes if codec != 'HCOMPRESS_1' else flat.astype('f4')
        add(data, codec, quantize_level=8, quantize_method=method, dither_seed=9999)
        add(data.astype('f8'), codec, quantize_level=-0.01, quantize_method=method, dither_seed=7)
add(holes, 'GZIP_1', quantize_level=0); add(holes, 'GZIP_2', quantize_level=0)
add(rng.normal(0, 1, (3, 20, 30)).astype('f4'), 'RICE_1', tile_shape=(2, 7, 11), quantize_level=4, quantize_method=1, dither_seed=3)
fits.HDUList(hdus).writeto(sys.argv[1])
with fits.open(sys.argv[1]) as file:
    for i, hdu in enumerate(file[1:], 1):
        data = np.ascontiguousarray(hdu.data)
        data.astype(data.dtype.newbyteorder('<')).tofile(f'{sys.argv[1]}.{i}')`,
      path,
    )
    const file = await openFits(readFileSync(path))
    expect(file.hdus.length).toBeGreaterThan(60)
    for (const hdu of file.hdus.slice(1)) {
      const image = await readImage(hdu)
      const bytes = new Uint8Array(readFileSync(`${path}.${hdu.index}`))
      const wanted = new ARRAYS[nameOf(image.data)](bytes.buffer)
      const what = `${hdu.index}: ${String(hdu.storedHeader.get('ZCMPTYPE'))} ${hdu.bitpix} ${String(hdu.storedHeader.get('ZQUANTIZ'))}`
      expect([what, differences(image.data, wanted)]).toEqual([what, 0])
    }
  })

  test('tables: every column of a survey catalogue and of an afw source table', async () => {
    for (const [name, index] of [
      ['real/fits-format/stddata.fits', 2],
      ['real/lsst-afw-fits/deepCoadd_meas_HSC_v2.fits', 1],
    ] as const) {
      const path = dataPath(name)
      const table = await readTable((await openFits(readFileSync(path))).hdus[index]!)
      const sums = JSON.parse(
        python(
          `
import sys, json, warnings, numpy as np
from astropy.io import fits
warnings.simplefilter('ignore')
def facts(column):
    if column.dtype.kind in 'SU':
        return ''.join(str(s) for s in column.ravel())
    if column.dtype == object:
        return float(sum(np.nansum(row.astype('f8')) for row in column))
    values = column.astype('f8')
    return [float(np.nansum(values)), int(np.isnan(values).sum())]
with fits.open(sys.argv[1]) as file:
    data = file[int(sys.argv[2])].data
    print(json.dumps({n: facts(data[n]) for n in data.names}))`,
          path,
          String(index),
        ),
      ) as Record<string, string | number | [number, number]>
      expect(table.columns.map((c) => c.name)).toEqual(Object.keys(sums))
      for (const column of table.columns)
        expect([column.name, facts(column)]).toEqual([column.name, near(sums[column.name]!)])
    }
  })
})

/** How many elements are not the same; NaN is the same as NaN. */
function differences(a: PixelArray, b: PixelArray): number {
  if (a.length !== b.length) return Math.max(a.length, b.length)
  let n = 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) n++
  return n
}

function facts({ data, type, rowOffsets }: FitsColumn): string | number | [number, number] {
  if (type === 'string') return (data as readonly string[]).join('')
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number)
  const sum = numbers.reduce((s, v) => s + (Number.isNaN(v) ? 0 : v), 0)
  return rowOffsets === undefined ? [sum, numbers.filter(Number.isNaN).length] : sum
}

/** Sums in another order agree to the rounding of float64 times their length. */
function near(wanted: string | number | [number, number]): unknown {
  if (typeof wanted === 'string') return wanted
  const closeTo = (v: number) =>
    Number.isFinite(v) ? (expect.closeTo(v, 11 - Math.ceil(Math.log10(Math.abs(v) + 1))) as number) : v
  return typeof wanted === 'number' ? closeTo(wanted) : [closeTo(wanted[0]), wanted[1]]
}

describe('astropy reads what we write', () => {
  const [width, height] = [120, 50]
  const rows = Array.from({ length: width * height }, (_, i) => Math.sin(i) * 50 + (i % 11) * 100)
  const images: Readonly<Record<string, PixelArray>> = {
    U8: Uint8Array.from(rows, Math.abs),
    I8: Int8Array.from(rows),
    I16: Int16Array.from(rows),
    U16: Uint16Array.from(rows, (v) => v + 40000),
    I32: Int32Array.from(rows, (v) => v * 1e6),
    U32: Uint32Array.from(rows, (v) => v * 1e6 + 2e9),
    I64: BigInt64Array.from(rows, (v) => BigInt(Math.round(v * 1e15))),
    U64: BigUint64Array.from(rows, (v) => BigInt(Math.round(v * 1e15 + 9e17)) * 15n),
    F32: Float32Array.from(rows, (v, i) => (i % 13 === 0 ? Number.NaN : v)),
    F64: Float64Array.from(rows),
  }

  function astropyReads(
    path: string,
  ): { name: string; type: TypeName; unit: string | null; checks: [number, number] }[] {
    return JSON.parse(
      python(
        `
import sys, json, numpy as np
from astropy.io import fits
out = []
with fits.open(sys.argv[1]) as file:
    raw = fits.open(sys.argv[1], disable_image_compression=True)
    file.verify('exception')
    for hdu, plain in zip(file, raw):
        if hdu.data is None: continue
        data = np.ascontiguousarray(hdu.data)
        data.astype(data.dtype.newbyteorder('<')).tofile(f'{sys.argv[1]}.{hdu.name}')
        out.append(dict(name=hdu.name, type=data.dtype.name, unit=hdu.header.get('BUNIT'),
                        checks=[plain.verify_datasum(), plain.verify_checksum()]))
print(json.dumps(out))`,
        path,
      ),
    ) as ReturnType<typeof astropyReads>
  }

  test.each([
    ['plain', {}],
    ['RICE_1', { compress: 'RICE_1' }],
    ['GZIP_1', { compress: 'GZIP_1', tile: [50, 20] }],
    ['GZIP_2', { compress: 'GZIP_2' }],
  ] as const)('images of every type, %s: same type, pixels to the bit, right checksums', (name, options) => {
    const path = temporary(`${name}.fits`)
    const wanted = Object.entries(images).filter(
      ([, data]) =>
        name === 'plain' ||
        (data.BYTES_PER_ELEMENT < 8 && name !== 'RICE_1') ||
        (data.BYTES_PER_ELEMENT < 8 && !(data instanceof Float32Array)),
    )
    const hdus = wanted.map(([key, data]) =>
      imageHdu({ data, width, height, name: key, unit: 'adu', ...options }),
    )
    writeFileSync(path, writeFits(hdus))
    const found = astropyReads(path)
    expect(found.map((f) => f.name)).toEqual(wanted.map(([key]) => key))
    for (const { name: key, type, unit, checks } of found) {
      const data = images[key]!
      expect([key, type, unit, checks]).toEqual([key, nameOf(data), 'adu', [1, 1]])
      const bytes = new Uint8Array(readFileSync(`${path}.${key}`))
      expect([key, differences(new ARRAYS[type](bytes.buffer), data)]).toEqual([key, 0])
    }
  })

  test('quantized floats: astropy unpacks the very numbers that we unpack', async () => {
    const data = images['F32'] as Float32Array
    const path = temporary('quantized.fits')
    const hdus = ([0, 1, 2] as const).map((dither) =>
      imageHdu({
        data,
        width,
        height,
        name: `D${dither}`,
        compress: 'RICE_1',
        quantize: { level: 16, dither, seed: 1234 },
        tile: [width, 5],
      }),
    )
    writeFileSync(path, writeFits(hdus))
    const found = astropyReads(path)
    expect(found.length).toBe(3)
    const file = await openFits(readFileSync(path))
    for (const { name } of found) {
      const theirs = new Float32Array(new Uint8Array(readFileSync(`${path}.${name}`)).buffer)
      const ours = (await readImage(file.hdu(name))).data
      expect([name, differences(ours, theirs)]).toEqual([name, 0])
    }
  })

  test('header cards of every kind', () => {
    const path = temporary('header.fits')
    const long = `${"it's a long story & more, ".repeat(9)}end`
    const header = new Header([
      ['OBJECT', 'M 31', 'target'],
      ['LONGSTR', long, 'with a comment'],
      ['ESO DET OUT1 NAME', long],
      ['ESO DET OUT1 GAIN', 0.53, 'e-/adu'],
      floatCard('EQUINOX', 2000),
      ['BIG', 9007199254740993n],
      ['TINY', -1.5e-300],
      ['FLAG', false],
      ['NOTHING', undefined, 'no value'],
      ['CPLX', { re: 1.5, im: -2 }],
      ['HISTORY', 'one line'],
      ['COMMENT', 'x'.repeat(150)],
    ])
    writeFileSync(path, writeFits([primaryHdu(header)]))
    const found = JSON.parse(
      python(
        `
import sys, json
from astropy.io import fits
with fits.open(sys.argv[1]) as file:
    file.verify('exception')
    h = file[0].header
    print(json.dumps([h['OBJECT'], h.comments['OBJECT'], h['LONGSTR'], h['ESO DET OUT1 NAME'], h['ESO DET OUT1 GAIN'], h['EQUINOX'],
      type(h['EQUINOX']).__name__, h['BIG'], h['TINY'], h['FLAG'], h['NOTHING'] is None or isinstance(h['NOTHING'], fits.card.Undefined), str(h['CPLX']),
      list(h['HISTORY']), ''.join(h['COMMENT'])]))`,
        path,
      ).replace('9007199254740993', '"9007199254740993"'),
    ) as unknown[]
    expect(found).toEqual([
      ...['M 31', 'target', long, long, 0.53, 2000, 'float', '9007199254740993', -1.5e-300, false, true],
      ...['(1.5-2j)', ['one line'], 'x'.repeat(150)],
    ])
  })

  test('headers that astropy writes read back here', () => {
    const path = temporary('theirs.hdr')
    python(
      `
import sys
from astropy.io import fits
h = fits.Header()
h['LONGSTR'] = ("it's a long story & more, " * 9 + 'end', 'a comment that is long enough to need a card of its own, for sure, and one more')
h['HIERARCH ESO DET CHIP NAME'] = 'CCD-44'
h['X'] = (1.5, 'half'); h['B'] = True; h['N'] = None; h['C'] = 1.5-2j
h.add_history('made'); h.add_comment('y' * 100)
open(sys.argv[1], 'w').write(h.tostring())`,
      path,
    )
    const header = parseHeader(new Uint8Array(readFileSync(path)))
    expect(header.get('LONGSTR')).toBe(`${"it's a long story & more, ".repeat(9)}end`)
    expect(header.get('ESO DET CHIP NAME')).toBe('CCD-44')
    expect([header.get('X'), header.get('B'), header.get('N'), header.get('C')]).toEqual([
      ...[1.5, true, undefined],
      { re: 1.5, im: -2 },
    ])
    expect(header.all('COMMENT').join('')).toBe('y'.repeat(100))
  })

  test('tables of every column type, in both forms', () => {
    const path = temporary('table.fits')
    const n = 3
    const header = new Header([['TELESCOP', 'Subaru']])
    const id = {
      name: 'id',
      type: 'i64',
      data: BigInt64Array.of(2n ** 62n + 1n, -5n, 0n),
      unit: '',
      doc: 'unique id',
    } as const
    const x = { name: 'x', type: 'f64', data: Float64Array.of(1.5, -0.1, 1e300), unit: 'pixel' } as const
    const name = { name: 'name', type: 'string', data: ['a', '', 'long name'] } as const
    const binary = tableHdu({
      name: 'B',
      header,
      columns: [
        id,
        x,
        name,
        {
          name: 'flags',
          type: 'bit',
          shape: [11],
          data: Uint8Array.from({ length: 11 * n }, (_, i) => i % 2),
        },
        { name: 'ok', type: 'bool', data: Uint8Array.of(1, 0, 1) },
        { name: 'u2', type: 'u16', data: Uint16Array.of(0, 40000, 65535) },
        { name: 'cube', type: 'f32', shape: [2, 3], data: Float32Array.from({ length: 6 * n }, (_, i) => i) },
        { name: 'z', type: 'c128', data: Float64Array.of(1, 2, 3, 4, 5, 6) },
        { name: 'span', type: 'i32', data: Int32Array.of(7, 8, 9), rowOffsets: Float64Array.of(0, 2, 2, 3) },
        { name: 'words', type: 'string', shape: [2], data: ['ab', 'c', 'd', 'e', 'f', 'gh'] },
      ],
    })
    writeFileSync(path, writeFits([binary, tableHdu({ name: 'A', form: 'ascii', columns: [id, x, name] })]))
    const found: unknown = JSON.parse(
      python(
        `
import sys, json
from astropy.io import fits
with fits.open(sys.argv[1]) as file:
    file.verify('exception')
    b, a = file['B'], file['A']
    d = b.data
    print(json.dumps(dict(ids=[str(v) for v in d['id']], x=d['x'].tolist(), name=d['name'].tolist(), unit=b.columns['x'].unit,
      flags=d['flags'].astype(int).tolist(), ok=d['ok'].tolist(), u2=d['u2'].tolist(), cube=d['cube'].tolist(), z=[str(v) for v in d['z']],
      span=[v.tolist() for v in d['span']], words=d['words'].tolist(), doc=b.header['TDOC1'], tel=b.header['TELESCOP'],
      checks=[h.verify_checksum() for h in file], ax=a.data['x'].tolist(), aname=[s.rstrip() for s in a.data['name']])))`,
        path,
      ),
    )
    const bits = Array.from({ length: n }, (_, r) => Array.from({ length: 11 }, (__, i) => (11 * r + i) % 2))
    const cube = (r: number) => [0, 1].map((y) => [0, 1, 2].map((k) => 6 * r + 3 * y + k))
    expect(found).toEqual({
      ids: ['4611686018427387905', '-5', '0'],
      x: [1.5, -0.1, 1e300],
      name: ['a', '', 'long name'],
      unit: 'pixel',
      flags: bits,
      ok: [true, false, true],
      u2: [0, 40000, 65535],
      cube: [cube(0), cube(1), cube(2)],
      z: ['(1+2j)', '(3+4j)', '(5+6j)'],
      span: [[7, 8], [], [9]],
      words: [
        ['ab', 'c'],
        ['d', 'e'],
        ['f', 'gh'],
      ],
      doc: 'unique id',
      tel: 'Subaru',
      checks: [1, 1, 1],
      ax: [1.5, -0.1, 1e300],
      aname: ['a', '', 'long name'],
    })
  })
})

test('units convert as astropy converts them', () => {
  const pairs = [
    ['nJy', 'Jy'],
    ['mJy/beam', 'Jy / beam'],
    ['erg s-1 cm-2 Angstrom-1', 'W m-2 um-1'],
    ['mas/yr', 'deg/d'],
    ['solMass', 'g'],
    ['lyr', 'kpc'],
    ['eV', 'J'],
    ['Ry', 'eV'],
    ['u', 'kg'],
    ['solLum', 'erg/s'],
    ['arcsec2', 'sr'],
    ['pixel**2', 'pix2'],
    ['electron/s', 'electron/h'],
  ] as const
  const theirs = JSON.parse(
    python(
      `
import sys, json
import astropy.units as u
print(json.dumps([u.Unit(a).to(u.Unit(b)) for a, b in json.loads(sys.argv[1])]))`,
      JSON.stringify(pairs),
    ),
  ) as number[]
  // CODATA values of the two agree to their own uncertainty, 1e-9.
  for (const [i, [a, b]] of pairs.entries())
    expect(conversionFactor(parseUnit(a), parseUnit(b)) / theirs[i]!).toBeCloseTo(1, 9)
  expect(areEqual(parseUnit('nJy / electron'), parseUnit('nJy.electron**-1'))).toBe(true)
})

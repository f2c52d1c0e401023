import { fitsError } from '../errors.ts'
import type { Hdu } from '../hdu.ts'
import { axesOf, product } from '../structure.ts'
import { type BinaryColumn, type BinaryTable, binaryTableOf } from '../table-format.ts'
import type { BytePix } from './rice.ts'

export type TileCodec = 'RICE_1' | 'GZIP_1' | 'GZIP_2' | 'PLIO_1' | 'HCOMPRESS_1' | 'NOCOMPRESS'

/** A number of each tile: a column of the table, one value for all, or absent. */
export type PerTile = BinaryColumn | number | undefined

/** What the cards of a compressed image say about its tiles (FITS 4.0 §10.1). Axes slowest first. */
export interface TileTable {
  readonly table: BinaryTable
  readonly codec: TileCodec
  readonly imageShape: readonly number[]
  readonly tileShape: readonly number[]
  /** Tiles along each axis. */
  readonly tileCounts: readonly number[]
  readonly riceBlock: number
  readonly bytePix: BytePix
  readonly smooth: boolean
  readonly dither: 0 | 1 | 2
  readonly seed: number
  readonly scale: PerTile
  readonly zero: PerTile
  readonly blank: PerTile
  readonly compressed: BinaryColumn
  readonly gzipped: BinaryColumn | undefined
  readonly uncompressed: BinaryColumn | undefined
}

const CODECS: Readonly<Record<string, TileCodec>> = {
  RICE_1: 'RICE_1',
  RICE_ONE: 'RICE_1',
  GZIP_1: 'GZIP_1',
  GZIP_2: 'GZIP_2',
  PLIO_1: 'PLIO_1',
  HCOMPRESS_1: 'HCOMPRESS_1',
  NOCOMPRESS: 'NOCOMPRESS',
}

/** @throws 'fits/unsupported' naming an unknown codec, 'fits/bad-size', 'fits/missing-card' */
export function tileTableOf(hdu: Hdu): TileTable {
  const header = hdu.storedHeader
  const table = binaryTableOf(header)
  const find = (name: string) => table.columns.find((c) => c.name.toUpperCase() === name)
  const codec = codecOf(hdu)
  const imageShape = axesOf(header, 'ZNAXIS').toReversed()
  const tileShape = tileShapeOf(hdu, imageShape)
  const tileCounts = imageShape.map((length, axis) => Math.ceil(length / tileShape[axis]!))
  if (product(tileCounts) !== table.numRows)
    throw fitsError(
      'fits/bad-size',
      hdu.where,
      `the image of ${imageShape.join(' × ')} pixels has ${product(tileCounts)} tiles of ${tileShape.join(' × ')}, the table ${table.numRows} rows.`,
    )
  const values = compressionValues(hdu)
  const compressed = find('COMPRESSED_DATA')
  if (compressed === undefined)
    throw fitsError('fits/bad-table', hdu.where, 'the compressed image has no column COMPRESSED_DATA.')
  if (find('NULL_PIXEL_MASK') !== undefined)
    throw fitsError('fits/unsupported', hdu.where, 'compressed masks of undefined pixels are not read.', {
      data: { feature: 'NULL_PIXEL_MASK' },
    })
  const floats = hdu.bitpix < 0
  const quantized = floats && header.getString('ZQUANTIZ', '').trim().toUpperCase() !== 'NONE'
  return {
    table,
    codec,
    imageShape,
    tileShape,
    tileCounts,
    riceBlock: positive(hdu, 'BLOCKSIZE', values.get('BLOCKSIZE') ?? 32, 1 << 16),
    bytePix: bytePixOf(hdu, values.get('BYTEPIX') ?? 4),
    smooth: (values.get('SMOOTH') ?? 0) !== 0,
    dither: floats ? ditherOf(hdu) : 0,
    seed: header.getNumber('ZDITHER0', 1),
    scale: quantized ? (find('ZSCALE') ?? header.getNumber('ZSCALE')) : undefined,
    zero: quantized ? (find('ZZERO') ?? header.getNumber('ZZERO')) : undefined,
    blank: find('ZBLANK') ?? header.getNumber('ZBLANK') ?? (floats ? header.getNumber('BLANK') : undefined),
    compressed,
    gzipped: find('GZIP_COMPRESSED_DATA'),
    uncompressed: find('UNCOMPRESSED_DATA'),
  }
}

function codecOf(hdu: Hdu): TileCodec {
  const name = hdu.storedHeader.requireString('ZCMPTYPE').trim().toUpperCase()
  const codec = CODECS[name]
  if (codec !== undefined) return codec
  throw fitsError(
    'fits/unsupported',
    hdu.where,
    `the tile compression '${name}' (card ZCMPTYPE) is not read.`,
    {
      hint: `Those read are ${Object.keys(CODECS).join(', ')}.`,
      data: { feature: name, card: 'ZCMPTYPE' },
    },
  )
}

/** ZTILEn, one row by default; a tile is never larger than the image. */
function tileShapeOf(hdu: Hdu, imageShape: readonly number[]): number[] {
  const n = imageShape.length
  return imageShape.map((length, axis) => {
    const card = `ZTILE${n - axis}`
    const wanted = hdu.storedHeader.getNumber(card, axis === n - 1 ? length : 1)
    return Math.min(positive(hdu, card, wanted, Number.MAX_SAFE_INTEGER), Math.max(1, length))
  })
}

function positive(hdu: Hdu, card: string, value: number, max: number): number {
  if (Number.isInteger(value) && value > 0 && value <= max) return value
  throw fitsError('fits/bad-size', hdu.where, `${card} is ${value}; a whole number from 1 is needed.`, {
    data: { card, value },
  })
}

function bytePixOf(hdu: Hdu, value: number): BytePix {
  if (value === 1 || value === 2 || value === 4) return value
  throw fitsError('fits/unsupported', hdu.where, `Rice compression of ${value} bytes a pixel is not read.`, {
    data: { feature: `BYTEPIX ${value}` },
  })
}

function ditherOf(hdu: Hdu): 0 | 1 | 2 {
  const method = hdu.storedHeader.getString('ZQUANTIZ', 'NO_DITHER').trim().toUpperCase()
  if (method === 'SUBTRACTIVE_DITHER_1') return 1
  if (method === 'SUBTRACTIVE_DITHER_2') return 2
  if (method === 'NO_DITHER' || method === 'NONE' || method === '') return 0
  throw fitsError(
    'fits/unsupported',
    hdu.where,
    `the quantization '${method}' (card ZQUANTIZ) is not read.`,
    {
      data: { feature: method, card: 'ZQUANTIZ' },
    },
  )
}

/** ZNAMEn and ZVALn. */
function compressionValues(hdu: Hdu): Map<string, number> {
  const values = new Map<string, number>()
  for (let n = 1; n <= 99; n++) {
    const name = hdu.storedHeader.get(`ZNAME${n}`)
    if (typeof name !== 'string') break
    const value = hdu.storedHeader.get(`ZVAL${n}`)
    if (typeof value === 'number') values.set(name.trim().toUpperCase(), value)
  }
  return values
}

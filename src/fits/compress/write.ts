import { gzipSync } from 'fflate'
import { toBigEndian } from '../endian.ts'
import { fitsError } from '../errors.ts'
import type { Header } from '../header.ts'
import type { CompressionType, QuantizeOptions } from '../image-types.ts'
import type { StoredArray, StoredPixels } from '../pixel-format.ts'
import { product } from '../structure.ts'
import type { HduData } from '../write.ts'
import { tableHdu } from '../write-table.ts'
import type { ColumnToWrite } from '../table-types.ts'
import type { ImageHduOptions } from '../image-types.ts'
import { shuffle } from './decode-tile.ts'
import { ditherStart, NULL_VALUE, quantize } from './dither.ts'
import { isCompressionCard } from './image-header.ts'
import { type BytePix, riceBound, riceEncode } from './rice.ts'
import { tileNoise } from './tile-noise.ts'

export type CompressedImageOptions = ImageHduOptions & { readonly compress: CompressionType }

const RICE_BLOCK = 32
/** Integers next to the smallest that mean something else: undefined, exact zero. */
const RESERVED = 10

/**
 * An image as a table of compressed tiles (FITS 4.0 §10.1). A float tile that cannot be quantized without spoiling it
 * (constant, or of too wide a range) is kept losslessly in GZIP_COMPRESSED_DATA.
 * @param header the header of the image as it would stand uncompressed
 */
export function compressedHdu(
  options: CompressedImageOptions,
  shape: readonly number[],
  stored: StoredPixels,
  header: Header,
): HduData {
  check(options, stored)
  const tileShape = tileShapeOf(options, shape)
  const tiles: EncodedTile[] = []
  const encode = tileEncoder(options, stored)
  forEachTile(shape, tileShape, (start, size) => {
    tiles.push(encode(cutTile(stored.values, shape, start, size), size, tiles.length))
  })
  const table = tableHdu({ columns: tileColumns(tiles), numRows: tiles.length })
  return { ...table, header: compressedHeader(options, table.header, header, shape, tileShape, stored) }
}

function check({ compress, quantize: q, name = '' }: CompressedImageOptions, { bitpix }: StoredPixels): void {
  const refuse = (why: string) => fitsError('fits/cannot-write', name, why)
  if (compress === 'RICE_1' && bitpix === 64)
    throw refuse('RICE_1 does not hold 64-bit integers; use GZIP_2.')
  if (compress === 'RICE_1' && bitpix < 0 && q === undefined)
    throw refuse('Floats in RICE_1 must be quantized: give `quantize`, or use GZIP_2, which is lossless.')
  if (q !== undefined && bitpix > 0) throw refuse('Integers are not quantized: leave `quantize` out.')
  if (q !== undefined && (q.level === 0 || !Number.isFinite(q.level)))
    throw refuse(`The quantization level is ${q.level}; give steps per noise (4, 16) or minus the step.`)
  const seed = q?.seed ?? 1
  if (!Number.isInteger(seed) || seed < 1 || seed > 10000)
    throw refuse(`The dither seed is ${seed}; 1 to 10000 is allowed.`)
}

/** Slowest axis first: one row by default. */
function tileShapeOf({ tile }: CompressedImageOptions, shape: readonly number[]): number[] {
  const n = shape.length
  return shape.map((length, axis) => {
    const wanted = axis === n - 1 ? (tile?.[0] ?? length) : axis === n - 2 ? (tile?.[1] ?? 1) : 1
    return Math.max(1, Math.min(length, Math.floor(wanted)))
  })
}

function forEachTile(
  shape: readonly number[],
  tileShape: readonly number[],
  visit: (start: readonly number[], size: readonly number[]) => void,
): void {
  if (product(shape) === 0) return
  const start = shape.map(() => 0)
  for (;;) {
    visit(
      start,
      shape.map((length, axis) => Math.min(tileShape[axis]!, length - start[axis]!)),
    )
    let axis = shape.length - 1
    for (; axis >= 0; axis--) {
      start[axis]! += tileShape[axis]!
      if (start[axis]! < shape[axis]!) break
      start[axis] = 0
    }
    if (axis < 0) return
  }
}

function cutTile(
  values: StoredArray,
  shape: readonly number[],
  start: readonly number[],
  size: readonly number[],
): StoredArray {
  const n = shape.length
  const width = size[n - 1]!
  const rows = product(size) / width
  const from = (row: number): number => {
    let at = start[n - 1]!
    let stride = shape[n - 1]!
    let rest = row
    for (let axis = n - 2; axis >= 0; axis--) {
      at += (start[axis]! + (rest % size[axis]!)) * stride
      rest = Math.floor(rest / size[axis]!)
      stride *= shape[axis]!
    }
    return at
  }
  if (rows === 1) return values.subarray(from(0), from(0) + width)
  const tile = values.slice(0, rows * width)
  for (let row = 0; row < rows; row++)
    tile.set(values.subarray(from(row), from(row) + width) as never, row * width)
  return tile
}

interface EncodedTile {
  readonly bytes: Uint8Array
  readonly form: 'compressed' | 'gzipped'
  readonly scale?: number
  readonly zero?: number
}

type TileEncoder = (values: StoredArray, size: readonly number[], index: number) => EncodedTile

function tileEncoder(options: CompressedImageOptions, { bitpix }: StoredPixels): TileEncoder {
  const encodeIntegers = integerEncoder(options.compress, bitpix < 0 ? 4 : ((bitpix / 8) as BytePix))
  const { quantize: q } = options
  return (values, size, index) => {
    if (values instanceof Float32Array || values instanceof Float64Array) {
      const plan = q === undefined ? undefined : quantization(values, size, q)
      if (plan === undefined) return lossless(values, q === undefined ? options.compress : undefined)
      const integers = new Int32Array(values.length)
      const seed = ditherStart(index, q?.seed ?? 1)
      quantize(values, integers, values.length, { ...plan, dither: q?.dither ?? 2, seed, blank: NULL_VALUE })
      return { form: 'compressed', bytes: encodeIntegers(integers), ...plan }
    }
    return { form: 'compressed', bytes: encodeIntegers(values) }
  }
}

/** Floats as they are; a tile that was to be quantized goes to the column for that, never shuffled. */
function lossless(values: Float32Array | Float64Array, compress: CompressionType | undefined): EncodedTile {
  const size = values.BYTES_PER_ELEMENT
  const plain = toBigEndian(values, size)
  const bytes = gzip(compress === 'GZIP_2' ? shuffle(plain, size) : plain)
  return { form: compress === undefined ? 'gzipped' : 'compressed', bytes }
}

function integerEncoder(compress: CompressionType, bytePix: BytePix): (values: StoredArray) => Uint8Array {
  if (compress !== 'RICE_1')
    return (values) => {
      const plain = toBigEndian(values, values.BYTES_PER_ELEMENT)
      return gzip(compress === 'GZIP_2' ? shuffle(plain, values.BYTES_PER_ELEMENT) : plain)
    }
  let scratch = new Uint8Array(0)
  return (values) => {
    const bound = riceBound(values.length, RICE_BLOCK, bytePix)
    if (scratch.length < bound) scratch = new Uint8Array(bound)
    const integers = values instanceof Int32Array ? values : Int32Array.from(values as Int16Array)
    return scratch.slice(0, riceEncode(integers, integers.length, scratch, RICE_BLOCK, bytePix))
  }
}

/** Without the time of day, so that the same image gives the same bytes. */
const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 4, mtime: 0 })

/** Step and offset of a tile's integers; undefined when it must stay lossless. */
function quantization(
  values: Float32Array | Float64Array,
  size: readonly number[],
  { level, dither = 2 }: QuantizeOptions,
): { scale: number; zero: number } | undefined {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let undefinedPixels = false
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!
    if (Number.isNaN(v)) undefinedPixels = true
    else {
      if (v < min) min = v
      if (v > max) max = v
    }
  }
  if (!Number.isFinite(max - min)) return undefined
  const width = size.at(-1)!
  const scale = level < 0 ? -level : tileNoise(values, width, values.length / width) / level
  const steps = (max - min) / scale
  if (!(scale > 0) || steps > 2 ** 31 - 2 * RESERVED) return undefined
  if (undefinedPixels || dither === 2) return { scale, zero: min - scale * (NULL_VALUE + RESERVED) }
  return { scale, zero: Math.floor(min / scale + 0.5) * scale }
}

function tileColumns(tiles: readonly EncodedTile[]): ColumnToWrite[] {
  const columns = [bytesColumn('COMPRESSED_DATA', tiles, 'compressed')]
  if (tiles.some((t) => t.form === 'gzipped'))
    columns.push(bytesColumn('GZIP_COMPRESSED_DATA', tiles, 'gzipped'))
  if (!tiles.some((t) => t.scale !== undefined)) return columns
  const numbers = (name: string, of: (tile: EncodedTile) => number | undefined): ColumnToWrite => ({
    name,
    type: 'f64',
    data: Float64Array.from(tiles, (t) => of(t) ?? 0),
  })
  return [...columns, numbers('ZSCALE', (t) => t.scale), numbers('ZZERO', (t) => t.zero)]
}

function bytesColumn(name: string, tiles: readonly EncodedTile[], form: EncodedTile['form']): ColumnToWrite {
  const rowOffsets = new Float64Array(tiles.length + 1)
  tiles.forEach((tile, i) => {
    rowOffsets[i + 1] = rowOffsets[i]! + (tile.form === form ? tile.bytes.length : 0)
  })
  const data = new Uint8Array(rowOffsets[tiles.length]!)
  tiles.forEach((tile, i) => {
    if (tile.form === form) data.set(tile.bytes, rowOffsets[i]!)
  })
  return { name, type: 'u8', data, rowOffsets }
}

function compressedHeader(
  options: CompressedImageOptions,
  table: Header,
  image: Header,
  shape: readonly number[],
  tileShape: readonly number[],
  { bitpix }: StoredPixels,
): Header {
  const { compress, quantize: q } = options
  const header = table.copy()
  header.append(['ZIMAGE', true, 'this is a compressed image']).append(['ZTENSION', 'IMAGE'])
  header.append(['ZBITPIX', bitpix]).append(['ZNAXIS', shape.length])
  shape.toReversed().forEach((length, i) => {
    header.append([`ZNAXIS${i + 1}`, length])
  })
  header.append(['ZPCOUNT', 0]).append(['ZGCOUNT', 1])
  tileShape.toReversed().forEach((length, i) => {
    header.append([`ZTILE${i + 1}`, length])
  })
  header.append(['ZCMPTYPE', compress, 'compression of the tiles'])
  if (compress === 'RICE_1')
    header
      .append(['ZNAME1', 'BLOCKSIZE'])
      .append(['ZVAL1', RICE_BLOCK])
      .append(['ZNAME2', 'BYTEPIX'])
      .append(['ZVAL2', bitpix < 0 ? 4 : bitpix / 8])
  if (bitpix < 0) {
    const dither = q?.dither ?? 2
    const method = q === undefined ? 'NONE' : dither === 0 ? 'NO_DITHER' : `SUBTRACTIVE_DITHER_${dither}`
    header.append(['ZQUANTIZ', method, 'how floats became integers'])
    if (q !== undefined) header.append(['ZBLANK', NULL_VALUE, 'integer of undefined pixels'])
    if (q !== undefined && dither !== 0) header.append(['ZDITHER0', q.seed ?? 1, 'seed of the dither'])
  }
  if (!image.has('EXTNAME')) header.append(['EXTNAME', 'COMPRESSED_IMAGE'])
  for (const card of image.cards) if (!isCompressionCard(card.key)) header.append(card)
  return header
}

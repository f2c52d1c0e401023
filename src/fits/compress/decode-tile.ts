import { fromBigEndian } from '../endian.ts'
import { gunzipExactly } from '../gunzip.ts'
import { type Bitpix, type StoredArray, storedView } from '../pixel-format.ts'
import { hcompressDecode } from './hcompress.ts'
import { plioDecode } from './plio.ts'
import { riceDecode } from './rice.ts'
import type { TileTable } from './tile-table.ts'

/** Which column a tile's bytes come from. */
export type TileForm = 'compressed' | 'gzipped' | 'uncompressed'

/** Pixels of a tile: integers to unquantize, or already what the image stores. */
export type TilePixels =
  | { readonly kind: 'integers'; readonly values: Int32Array | Float64Array }
  | { readonly kind: 'stored'; readonly values: StoredArray }

/** Scratch memory that is used again for every tile of an image. */
export interface Scratch {
  readonly integers: Int32Array
  /** Only for HCOMPRESS. */
  readonly doubles: Float64Array
}

export const makeScratch = (tile: TileTable, pixels: number): Scratch => ({
  integers: new Int32Array(pixels),
  doubles: new Float64Array(tile.codec === 'HCOMPRESS_1' ? pixels : 0),
})

/** Unpack one tile of `n` pixels. @throws Error when its bytes are damaged */
export function decodeTile(
  tile: TileTable,
  form: TileForm,
  bytes: Uint8Array,
  n: number,
  bitpix: Bitpix,
  scratch: Scratch,
): TilePixels {
  if (form === 'uncompressed') return { kind: 'stored', values: rawPixels(bytes, n, bitpix) }
  if (form === 'gzipped') return { kind: 'stored', values: rawPixels(gunzipTo(bytes, n, bitpix), n, bitpix) }
  switch (tile.codec) {
    case 'RICE_1':
      riceDecode(bytes, scratch.integers, n, tile.riceBlock, tile.bytePix)
      return { kind: 'integers', values: scratch.integers }
    case 'PLIO_1':
      plioDecode(bytes, scratch.integers.fill(0, 0, n), n)
      return { kind: 'integers', values: scratch.integers }
    case 'HCOMPRESS_1':
      hcompressDecode(bytes, scratch.doubles, n, tile.smooth)
      return { kind: 'integers', values: scratch.doubles }
    case 'NOCOMPRESS':
      return { kind: 'stored', values: rawPixels(bytes, n, bitpix) }
    default:
      return gzipPixels(tile, bytes, n, bitpix)
  }
}

/**
 * GZIP_1 holds big-endian pixels, GZIP_2 the first bytes of all pixels, then the second ones … Quantized pixels are
 * 32-bit integers; others have the width of the image, or 32 bits where CFITSIO widened small integers.
 */
function gzipPixels(tile: TileTable, bytes: Uint8Array, n: number, bitpix: Bitpix): TilePixels {
  const quantized = bitpix < 0 && tile.scale !== undefined
  const widths = quantized ? [4] : bitpix > 0 && bitpix < 32 ? [bitpix / 8, 4] : [Math.abs(bitpix) / 8]
  const plain = gunzipExactly(
    bytes,
    widths.map((width) => n * width),
  )
  const width = n === 0 ? widths[0]! : plain.length / n
  const raw = tile.codec === 'GZIP_2' ? unshuffle(plain, width) : plain
  if (quantized || width * 8 !== Math.abs(bitpix))
    return { kind: 'integers', values: rawPixels(raw, n, 32) as Int32Array }
  return { kind: 'stored', values: rawPixels(raw, n, bitpix) }
}

const gunzipTo = (bytes: Uint8Array, n: number, bitpix: Bitpix): Uint8Array =>
  gunzipExactly(bytes, [(n * Math.abs(bitpix)) / 8])

function rawPixels(bytes: Uint8Array, n: number, bitpix: Bitpix): StoredArray {
  const size = Math.abs(bitpix) / 8
  if (bytes.length !== n * size) throw new Error(`${bytes.length} bytes for ${n} pixels of ${size} bytes`)
  return storedView(fromBigEndian(bytes, size), bitpix)
}

/** Byte k of element i stands at k·n + i; put the bytes of an element together. */
export function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const n = bytes.length / size
  const out = new Uint8Array(bytes.length)
  for (let k = 0, from = 0; k < size; k++)
    for (let to = k, i = 0; i < n; i++, to += size) out[to] = bytes[from++]!
  return out
}

/** The reverse of `unshuffle`. */
export function shuffle(bytes: Uint8Array, size: number): Uint8Array {
  const n = bytes.length / size
  const out = new Uint8Array(bytes.length)
  for (let k = 0, to = 0; k < size; k++)
    for (let from = k, i = 0; i < n; i++, from += size) out[to++] = bytes[from]!
  return out
}

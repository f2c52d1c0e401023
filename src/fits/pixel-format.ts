import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import type { PixelArray } from './image-types.ts'

export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64

export const isBitpix = (value: number): value is Bitpix => [8, 16, 32, 64, -32, -64].includes(value)

/** Stored elements of an image or column as native typed array: what BITPIX says, before BSCALE and BZERO. */
export type StoredArray = Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array

/** How stored pixels become physical ones. */
export interface PixelFormat {
  readonly bitpix: Bitpix
  readonly bytes: number
  readonly scale: number
  readonly zero: number
  /** BLANK as stored; integers only. */
  readonly blank: bigint | undefined
  /** `as-is`, `flip-sign` (unsigned convention) or `linear`. */
  readonly rule: 'as-is' | 'flip-sign' | 'linear'
}

/** From BITPIX, BSCALE, BZERO and BLANK of an image header. */
export function pixelFormat(header: Header, bitpix: number): PixelFormat {
  if (!isBitpix(bitpix)) throw badBitpix(bitpix, header.where)
  const scale = header.getNumber('BSCALE', 1)
  const zero = header.getNumber('BZERO', 0)
  const blank = bitpix > 0 ? blankOf(header) : undefined
  return { bitpix, bytes: Math.abs(bitpix) / 8, scale, zero, blank, rule: scalingRule(bitpix, scale, zero) }
}

export const badBitpix = (bitpix: number, where: string) =>
  fitsError('fits/bad-bitpix', where, `card BITPIX is ${bitpix}; it can be 8, 16, 32, 64, -32 or -64.`, {
    data: { card: 'BITPIX', value: bitpix },
  })

/** A BLANK that is no integer means nothing (some writers leave NaN or a float there). */
function blankOf(header: Header): bigint | undefined {
  const value = header.get('BLANK')
  if (typeof value === 'bigint') return value
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined
}

/** The BZERO that turns a signed integer of these bits into an unsigned one (8 bits: the other way round). */
export const signFlip = (bitpix: number): number => (bitpix === 8 ? -128 : 2 ** (bitpix - 1))

export function scalingRule(bitpix: number, scale: number, zero: number): PixelFormat['rule'] {
  if (scale === 1 && zero === 0) return 'as-is'
  return bitpix > 0 && scale === 1 && zero === signFlip(bitpix) ? 'flip-sign' : 'linear'
}

/** A typed-array view of native-order bytes. */
export function storedView(buffer: ArrayBuffer, bitpix: Bitpix): StoredArray {
  if (bitpix === 8) return new Uint8Array(buffer)
  if (bitpix === 16) return new Int16Array(buffer)
  if (bitpix === 32) return new Int32Array(buffer)
  if (bitpix === 64) return new BigInt64Array(buffer)
  return bitpix === -32 ? new Float32Array(buffer) : new Float64Array(buffer)
}

/** Zeroed stored elements. */
export const makeStored = (bitpix: Bitpix, n: number): StoredArray =>
  storedView(new ArrayBuffer((n * Math.abs(bitpix)) / 8), bitpix)

/** Apply BSCALE, BZERO and, where the result is float, BLANK. May reuse the memory of `stored`. */
export function toPhysical(stored: StoredArray, format: PixelFormat): PixelArray {
  if (format.rule === 'as-is') return stored
  if (format.rule === 'flip-sign') return flipSign(stored)
  const out =
    Math.abs(format.bitpix) < 32 || format.bitpix === -32
      ? new Float32Array(stored.length)
      : new Float64Array(stored.length)
  scaleInto(stored, format, out)
  return out
}

/** Physical values as float, undefined pixels NaN. `out` and `stored` have one length. */
export function scaleInto(stored: StoredArray, format: PixelFormat, out: Float32Array | Float64Array): void {
  const { scale, zero, blank } = format
  if (stored instanceof BigInt64Array) {
    const nothing = blank ?? null
    for (let i = 0; i < stored.length; i++)
      out[i] = stored[i] === nothing ? Number.NaN : Number(stored[i]) * scale + zero
    return
  }
  if (blank === undefined) {
    for (let i = 0; i < stored.length; i++) out[i] = stored[i]! * scale + zero
    return
  }
  const nothing = Number(blank)
  for (let i = 0; i < stored.length; i++) {
    const v = stored[i]!
    out[i] = v === nothing ? Number.NaN : v * scale + zero
  }
}

/** The unsigned convention: adding 2^(n-1) to a two's-complement integer turns its highest bit round. */
export function flipSign(stored: StoredArray): PixelArray {
  if (stored instanceof Uint8Array) {
    const a = new Uint8Array(stored.buffer, stored.byteOffset, stored.length)
    for (let i = 0; i < a.length; i++) a[i] = a[i]! ^ 0x80
    return new Int8Array(a.buffer, a.byteOffset, a.length)
  }
  if (stored instanceof Int16Array) {
    const a = new Uint16Array(stored.buffer, stored.byteOffset, stored.length)
    for (let i = 0; i < a.length; i++) a[i] = a[i]! ^ 0x8000
    return a
  }
  if (stored instanceof Int32Array) {
    const a = new Uint32Array(stored.buffer, stored.byteOffset, stored.length)
    for (let i = 0; i < a.length; i++) a[i] = (a[i]! ^ 0x80000000) >>> 0
    return a
  }
  if (stored instanceof BigInt64Array) {
    const halves = new Uint32Array(stored.buffer, stored.byteOffset, 2 * stored.length)
    for (let i = 1; i < halves.length; i += 2) halves[i] = (halves[i]! ^ 0x80000000) >>> 0
    return new BigUint64Array(stored.buffer, stored.byteOffset, stored.length)
  }
  return stored
}

/** Pixels as FITS stores them. */
export interface StoredPixels {
  readonly bitpix: Bitpix
  readonly values: StoredArray
  /** BZERO of the unsigned convention. */
  readonly zero: number | bigint | undefined
}

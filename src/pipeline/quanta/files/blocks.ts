import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { uuidBytes, uuidText } from '../uuid.ts'

/**
 * Columns of a graph file as bytes. Integers are written as zigzag varints of their differences, which makes runs and small steps
 * one byte each, then deflated where that is worth while.
 */
export function packIntegers(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 5)
  let at = 0
  let last = 0
  for (let i = 0; i < values.length; i++) {
    const step = values[i]! - last
    last = values[i]!
    let left = ((step << 1) ^ (step >> 31)) >>> 0
    while (left >= 0x80) {
      bytes[at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    bytes[at++] = left
  }
  return pack(bytes.subarray(0, at))
}

/** The inverse of `packIntegers`; values must fit 32 bits. Throws a RangeError when the bytes hold another number of values. */
export function unpackIntegers(packed: Uint8Array, count: number): Int32Array {
  const bytes = unpack(packed)
  const values = new Int32Array(count)
  let at = 0
  let last = 0
  for (let i = 0; i < count; i++) {
    let left = 0
    let shift = 0
    let byte = 0
    do {
      if (at >= bytes.length) throw new RangeError(`${i} of ${count} integers`)
      byte = bytes[at++]!
      left |= (byte & 0x7f) << shift
      shift += 7
    } while (byte >= 0x80)
    last = (last + ((left >>> 1) ^ -(left & 1))) | 0
    values[i] = last
  }
  if (at !== bytes.length) throw new RangeError(`more than ${count} integers`)
  return values
}

/** UUIDs as 16 bytes each, deflated. */
export function packIds(ids: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * 16)
  ids.forEach((id, n) => {
    bytes.set(uuidBytes(id), 16 * n)
  })
  return pack(bytes)
}

export function unpackIds(packed: Uint8Array): readonly string[] {
  const bytes = unpack(packed)
  return Array.from({ length: bytes.length / 16 }, (_, n) => uuidText(bytes, 16 * n))
}

/** Below this, deflating takes longer than it saves. */
const WORTHWHILE = 200

/** Bytes behind one that says whether they are deflated. */
export function pack(bytes: Uint8Array): Uint8Array {
  const content = bytes.length < WORTHWHILE ? bytes : deflateSync(bytes, { level: 1 })
  const packed = new Uint8Array(1 + content.length)
  packed[0] = content === bytes ? 0 : 1
  packed.set(content, 1)
  return packed
}

export const unpack = (packed: Uint8Array): Uint8Array =>
  packed[0] === 0 ? packed.subarray(1) : inflateSync(packed.subarray(1))

export const packText = (text: string): Uint8Array => pack(strToU8(text))
export const unpackText = (packed: Uint8Array): string => strFromU8(unpack(packed))

/** Bytes as they are: coordinates on the sky hardly get smaller. */
export function packPlain(bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(1 + bytes.length)
  packed.set(bytes, 1)
  return packed
}

import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { uuidBytes, uuidText } from '../uuid.ts'

/** First byte of a block: how the rest is written. */
const PLAIN = 0
const DEFLATED = 1
const RUNS = 2

/**
 * A column of a graph file as bytes: zigzag varints of the differences of its integers. Where they come in runs, as in numbers
 * that are counted or repeated, each run is its length and its difference; else each is written, deflated where that is worth while.
 */
export function packIntegers(values: ArrayLike<number>): Uint8Array {
  const runs = countRuns(values)
  const isInRuns = 4 * runs < values.length
  const bytes = new Uint8Array(1 + (isInRuns ? 10 * runs : 5 * values.length))
  const end = isInRuns ? writeRuns(bytes, values) : writeEach(bytes, values)
  if (!isInRuns) return pack(bytes.subarray(1, end))
  bytes[0] = RUNS
  return bytes.slice(0, end)
}

function countRuns(values: ArrayLike<number>): number {
  let runs = 0
  let last = 0
  let step = Number.NaN
  for (let i = 0; i < values.length; i++) {
    const own = values[i]! - last
    if (own !== step) runs++
    step = own
    last = values[i]!
  }
  return runs
}

function writeEach(bytes: Uint8Array, values: ArrayLike<number>): number {
  let at = 1
  let last = 0
  for (let i = 0; i < values.length; i++) {
    at = writeVarint(bytes, at, zigzag(values[i]! - last))
    last = values[i]!
  }
  return at
}

function writeRuns(bytes: Uint8Array, values: ArrayLike<number>): number {
  let at = 1
  let last = 0
  for (let i = 0; i < values.length; ) {
    const step = values[i]! - last
    let length = 0
    while (i < values.length && values[i]! - last === step) {
      last = values[i++]!
      length++
    }
    at = writeVarint(bytes, at, length)
    at = writeVarint(bytes, at, zigzag(step))
  }
  return at
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0
const unzigzag = (value: number): number => (value >>> 1) ^ -(value & 1)

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let left = value
  while (left >= 0x80) {
    bytes[at++] = (left & 0x7f) | 0x80
    left >>>= 7
  }
  bytes[at++] = left
  return at
}

/** Reads varints one after the other. */
class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  next(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      if (this.#at >= this.#bytes.length) throw new RangeError('integers that are cut off')
      const byte = this.#bytes[this.#at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }
}

/** The inverse of `packIntegers`; values must fit 32 bits. Throws a RangeError when the bytes hold another number of values. */
export function unpackIntegers(packed: Uint8Array, count: number): Int32Array {
  const isInRuns = packed[0] === RUNS
  const reader = new VarintReader(isInRuns ? packed.subarray(1) : unpack(packed))
  const values = new Int32Array(count)
  let last = 0
  for (let i = 0; i < count; ) {
    const length = isInRuns ? reader.next() : 1
    if (length === 0 || length > count - i)
      throw new RangeError(`a run of ${length} where ${count - i} are left`)
    const step = unzigzag(reader.next())
    for (const end = i + length; i < end; i++) {
      last = (last + step) | 0
      values[i] = last
    }
  }
  if (!reader.isAtEnd) throw new RangeError(`more than ${count} integers`)
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

/** Below this, deflating takes longer than it saves: most of a graph's two hundred blocks are short. */
const WORTHWHILE = 1000

/** Bytes behind one that says whether they are deflated. */
export function pack(bytes: Uint8Array): Uint8Array {
  const content = bytes.length < WORTHWHILE ? bytes : deflateSync(bytes, { level: 1 })
  const packed = new Uint8Array(1 + content.length)
  packed[0] = content === bytes ? PLAIN : DEFLATED
  packed.set(content, 1)
  return packed
}

export const unpack = (packed: Uint8Array): Uint8Array =>
  packed[0] === PLAIN ? packed.subarray(1) : inflateSync(packed.subarray(1))

export const packText = (text: string): Uint8Array => pack(strToU8(text))
export const unpackText = (packed: Uint8Array): string => strFromU8(unpack(packed))

/** Bytes as they are: coordinates on the sky hardly get smaller. */
export function packPlain(bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(1 + bytes.length)
  packed.set(bytes, 1)
  return packed
}

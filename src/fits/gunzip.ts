import { Gunzip, gunzipSync } from 'fflate'
import { concatBytes, crc32 } from '#core'

/** Unpack gzip data (RFC 1952): several members, zero padding behind them. @throws Error on damage or a wrong CRC-32 */
export function gunzip(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const done: Uint8Array[] = []
  let current: Uint8Array[] = []
  const close = (trailerFits: (crc: number, size: number) => boolean) => {
    const member = concatBytes(current)
    if (!trailerFits(crc32(member), member.length))
      throw new Error('wrong CRC-32 or length, or data cut short')
    done.push(member)
    current = []
  }
  const stream = new Gunzip((part) => void current.push(part))
  stream.onmember = (offset) => close((crc, size) => hasTrailer(packed, offset, crc, size))
  let failure: unknown
  try {
    stream.push(packed, true)
  } catch (error) {
    failure = error
  }
  try {
    close((crc, size) => endsWithTrailer(packed, crc, size))
  } catch (error) {
    throw failure ?? error
  }
  return done.length === 1 ? (done[0] as Uint8Array<ArrayBuffer>) : concatBytes(done)
}

/** Unpack one gzip member whose size must be among these. @throws Error on damage */
export function gunzipExactly(packed: Uint8Array, sizes: readonly number[]): Uint8Array {
  if (packed.length < 18) throw new Error('the gzip data are cut short')
  const size = uint32(packed, packed.length - 4)
  if (!sizes.includes(size)) throw new Error(`gzip data of ${size} bytes, ${sizes.join(' or ')} were wanted`)
  const bytes = gunzipSync(packed, { out: new Uint8Array(size) })
  if (bytes.length !== size) throw new Error(`unpacked to ${bytes.length} bytes, ${size} were wanted`)
  if (!hasTrailer(packed, packed.length, crc32(bytes), size)) throw new Error('wrong CRC-32')
  return bytes
}

/** CRC-32 and length stand just before `end`. */
function hasTrailer(packed: Uint8Array, end: number, crc: number, size: number): boolean {
  return end >= 18 && uint32(packed, end - 8) === crc && uint32(packed, end - 4) === size % 2 ** 32
}

/** The trailer ends the data but for zero padding; its own last bytes may be zero. */
function endsWithTrailer(packed: Uint8Array, crc: number, size: number): boolean {
  let last = packed.length
  while (last > 0 && packed[last - 1] === 0) last--
  for (let end = last; end <= Math.min(packed.length, last + 8); end++)
    if (hasTrailer(packed, end, crc, size)) return true
  return false
}

const uint32 = (b: Uint8Array, at: number): number =>
  (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0

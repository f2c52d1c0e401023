const POLYNOMIAL = 0xedb88320

/** Eight tables of 256: table k gives the effect of a byte that k more bytes follow. */
const TABLES = makeTables()

/** CRC-32 as ZIP, gzip (RFC 1952 §8) and PNG have it, eight bytes a step; `before` continues a sum. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const t = TABLES
  let crc = ~before
  let i = 0
  for (; i + 8 <= bytes.length; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    crc =
      t[0x700 + (low & 255)]! ^
      t[0x600 + ((low >>> 8) & 255)]! ^
      t[0x500 + ((low >>> 16) & 255)]! ^
      t[0x400 + (low >>> 24)]! ^
      t[0x300 + bytes[i + 4]!]! ^
      t[0x200 + bytes[i + 5]!]! ^
      t[0x100 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) crc = t[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function makeTables(): Int32Array {
  const t = new Int32Array(8 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1
    t[n] = c
  }
  for (let n = 256; n < t.length; n++) {
    const previous = t[n - 256]!
    t[n] = t[previous & 255]! ^ (previous >>> 8)
  }
  return t
}

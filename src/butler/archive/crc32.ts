const POLYNOMIAL = 0xedb88320
const SLICES = 8

/** Tables for eight bytes at a time: table k gives the effect of a byte that k more bytes follow. */
const TABLES: readonly Uint32Array[] = makeTables()

/** CRC-32 as ZIP and gzip have it; `before` continues a sum. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as readonly Uint32Array[] & { 7: Uint32Array }
  let crc = ~before
  let i = 0
  for (const end = bytes.length - 7; i < end; i += SLICES) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    crc =
      t7[low & 255]! ^
      t6![(low >>> 8) & 255]! ^
      t5![(low >>> 16) & 255]! ^
      t4![low >>> 24]! ^
      t3![bytes[i + 4]!]! ^
      t2![bytes[i + 5]!]! ^
      t1![bytes[i + 6]!]! ^
      t0![bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0![(crc ^ bytes[i]!) & 255]!
  return ~crc >>> 0
}

function makeTables(): readonly Uint32Array[] {
  const tables = Array.from({ length: SLICES }, () => new Uint32Array(256))
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1
    tables[0]![n] = c
  }
  for (let k = 1; k < SLICES; k++)
    for (let n = 0; n < 256; n++) {
      const before = tables[k - 1]![n]!
      tables[k]![n] = (before >>> 8) ^ tables[0]![before & 255]!
    }
  return tables
}

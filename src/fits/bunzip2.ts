/** Unpack bzip2 data, several streams one behind the other too. @throws Error on damage or a wrong CRC */
export function bunzip2(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = new BitReader(packed)
  const out = new Output()
  do {
    if (bits.take(24) !== 0x425a68) throw new Error('this is no bzip2 data')
    const level = bits.take(8) - 0x30
    if (level < 1 || level > 9) throw new Error('impossible bzip2 block size')
    readStream(bits, level * 100_000, out)
    bits.align()
  } while (bits.bytesLeft() >= 14)
  return out.finish()
}

function readStream(bits: BitReader, blockSize: number, out: Output): void {
  let streamCrc = 0
  for (;;) {
    const magic = bits.take(24) * 2 ** 24 + bits.take(24)
    const crc = bits.take32()
    if (magic === 0x177245385090) {
      if (crc !== streamCrc >>> 0) throw new Error('wrong CRC of the bzip2 stream')
      return
    }
    if (magic !== 0x314159265359) throw new Error('damaged bzip2 block header')
    const blockCrc = readBlock(bits, blockSize, out)
    if (blockCrc !== crc) throw new Error('wrong CRC of a bzip2 block')
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ blockCrc
  }
}

/** One block: Huffman codes → move to front → Burrows-Wheeler transform → runs. The CRC of what came out. */
function readBlock(bits: BitReader, blockSize: number, out: Output): number {
  if (bits.take(1) !== 0) throw new Error('randomized bzip2 blocks are not read')
  const origin = bits.take(24)
  const symbols = usedBytes(bits)
  const { selectors, tables } = readTables(bits, symbols.length + 2)
  const { block, counts } = moveToFront(bits, symbols, selectors, tables, blockSize)
  if (origin >= block.length) throw new Error('damaged bzip2 block')
  const next = inverseOrder(block, counts)
  return writeRuns(block, next, origin, out)
}

function usedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.take(16)
  const used: number[] = []
  for (let i = 0; i < 16; i++) {
    if (((ranges >> (15 - i)) & 1) === 0) continue
    const present = bits.take(16)
    for (let k = 0; k < 16; k++) if (((present >> (15 - k)) & 1) === 1) used.push(16 * i + k)
  }
  if (used.length === 0) throw new Error('a bzip2 block without symbols')
  return Uint8Array.from(used)
}

const MAX_CODE = 20

/** A canonical Huffman code: symbols by length, first code and first place of each length. */
interface Table {
  readonly limit: Int32Array
  readonly base: Int32Array
  readonly symbols: Uint16Array
  readonly shortest: number
}

function readTables(bits: BitReader, alphabet: number): { selectors: Uint8Array; tables: readonly Table[] } {
  const count = bits.take(3)
  const selectorCount = bits.take(15)
  if (count < 2 || count > 6 || selectorCount === 0) throw new Error('damaged bzip2 code tables')
  const order = [0, 1, 2, 3, 4, 5]
  const selectors = new Uint8Array(selectorCount)
  for (let i = 0; i < selectorCount; i++) {
    let at = 0
    while (bits.take(1) === 1) if (++at >= count) throw new Error('damaged bzip2 selectors')
    const [picked] = order.splice(at, 1)
    order.unshift(picked!)
    selectors[i] = picked!
  }
  return { selectors, tables: Array.from({ length: count }, () => readTable(bits, alphabet)) }
}

function readTable(bits: BitReader, alphabet: number): Table {
  const lengths = new Uint8Array(alphabet)
  let length = bits.take(5)
  for (let i = 0; i < alphabet; i++) {
    while (bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1
    if (length < 1 || length > MAX_CODE) throw new Error('damaged bzip2 code lengths')
    lengths[i] = length
  }
  const symbols = Uint16Array.from(lengths.keys()).sort((a, b) => lengths[a]! - lengths[b]! || a - b)
  const limit = new Int32Array(MAX_CODE + 2).fill(-1)
  const base = new Int32Array(MAX_CODE + 2)
  let code = 0
  let place = 0
  for (let n = 1; n <= MAX_CODE; n++) {
    const here = lengths.reduce((sum, l) => sum + (l === n ? 1 : 0), 0)
    base[n] = place - code
    code += here
    place += here
    limit[n] = here > 0 ? code - 1 : -1
    code <<= 1
  }
  return { limit, base, symbols, shortest: lengths[symbols[0]!]! }
}

function moveToFront(
  bits: BitReader,
  used: Uint8Array,
  selectors: Uint8Array,
  tables: readonly Table[],
  blockSize: number,
): { block: Uint8Array; counts: Int32Array } {
  const order = used.slice()
  const end = used.length + 1
  const block = new Uint8Array(blockSize)
  const counts = new Int32Array(256)
  let n = 0
  let run = 0
  let weight = 1
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? 255]
    if (table === undefined) throw new Error('the bzip2 block does not end')
    for (let k = 0; k < 50; k++) {
      const symbol = bits.code(table)
      if (symbol <= 1) {
        run += weight << symbol
        weight <<= 1
        if (run > blockSize) throw new Error('a bzip2 run beyond its block')
        continue
      }
      if (run > 0) {
        if (n + run > blockSize) throw new Error('a bzip2 run beyond its block')
        block.fill(order[0]!, n, n + run)
        counts[order[0]!]! += run
        n += run
        run = 0
        weight = 1
      }
      if (symbol === end) return { block: block.subarray(0, n), counts }
      if (n >= blockSize) throw new Error('a bzip2 block of too many bytes')
      const byte = order[symbol - 1]!
      order.copyWithin(1, 0, symbol - 1)
      order[0] = byte
      block[n++] = byte
      counts[byte]!++
    }
  }
}

/** For each place of the sorted rotations, the place of the next byte. */
function inverseOrder(block: Uint8Array, counts: Int32Array): Int32Array {
  const starts = new Int32Array(256)
  for (let b = 1; b < 256; b++) starts[b] = starts[b - 1]! + counts[b - 1]!
  const next = new Int32Array(block.length)
  for (let i = 0; i < block.length; i++) next[starts[block[i]!]!++] = i
  return next
}

/** Four equal bytes are followed by a count of further ones. */
function writeRuns(block: Uint8Array, next: Int32Array, origin: number, out: Output): number {
  let crc = -1
  let same = 0
  let last = -1
  let at = next[origin]!
  for (let i = 0; i < block.length; i++, at = next[at]!) {
    const byte = block[at]!
    if (same === 4) {
      for (let k = 0; k < byte; k++) {
        out.put(last)
        crc = (crc << 8) ^ CRC[((crc >>> 24) ^ last) & 255]!
      }
      same = 0
      last = -1
      continue
    }
    same = byte === last ? same + 1 : 1
    last = byte
    out.put(byte)
    crc = (crc << 8) ^ CRC[((crc >>> 24) ^ byte) & 255]!
  }
  return ~crc >>> 0
}

/** CRC-32 with the highest bit first. */
const CRC: Int32Array = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n << 24
  for (let k = 0; k < 8; k++) c = c < 0 ? (c << 1) ^ 0x04c11db7 : c << 1
  return c
})

class BitReader {
  readonly #src: Uint8Array
  #at = 0
  #bits = 0
  #held = 0

  constructor(src: Uint8Array) {
    this.#src = src
  }

  /** Up to 24 bits. */
  take(count: number): number {
    while (this.#held < count) {
      const byte = this.#src[this.#at++]
      if (byte === undefined) throw new Error('the bzip2 data end too early')
      this.#bits = (this.#bits << 8) | byte
      this.#held += 8
    }
    this.#held -= count
    const value = (this.#bits >>> this.#held) & ((1 << count) - 1)
    this.#bits &= (1 << this.#held) - 1
    return value
  }

  take32(): number {
    return this.take(16) * 65536 + this.take(16)
  }

  code(table: Table): number {
    let length = table.shortest
    let code = this.take(length)
    while (code > table.limit[length]!) {
      if (++length > MAX_CODE) throw new Error('damaged bzip2 code')
      code = (code << 1) | this.take(1)
    }
    return table.symbols[code + table.base[length]!]!
  }

  align(): void {
    this.#held -= this.#held % 8
  }

  bytesLeft(): number {
    return this.#src.length - this.#at + this.#held / 8
  }
}

class Output {
  #bytes = new Uint8Array(1 << 20)
  #length = 0

  put(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const bigger = new Uint8Array(2 * this.#length)
      bigger.set(this.#bytes)
      this.#bytes = bigger
    }
    this.#bytes[this.#length++] = byte
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }
}

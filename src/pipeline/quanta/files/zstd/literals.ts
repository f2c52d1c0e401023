import { type HuffmanTable, readHuffman, readHuffmanTable } from './huffman.ts'

/** Literals of a block, the Huffman table that later blocks may use again, and where the section ends. */
export interface Literals {
  readonly bytes: Uint8Array
  readonly table: HuffmanTable | undefined
  readonly end: number
}

const RAW = 0
const REPEATED = 1
const COMPRESSED = 2

/** @see RFC 8878, 3.1.1.3.1 */
export function readLiterals(block: Uint8Array, known: HuffmanTable | undefined): Literals {
  const head = block[0] ?? 0
  const kind = head & 3
  const form = (head >> 2) & 3
  if (kind === RAW || kind === REPEATED) {
    const width = form === 1 ? 2 : form === 3 ? 3 : 1
    const size = width === 1 ? head >> 3 : integerAt(block, 0, width) >> 4
    const at = width
    if (kind === REPEATED)
      return { bytes: new Uint8Array(size).fill(block[at] ?? 0), table: known, end: at + 1 }
    return { bytes: block.subarray(at, at + size), table: known, end: at + size }
  }
  const bits = form < 2 ? 10 : form === 2 ? 14 : 18
  const width = form < 2 ? 3 : form + 2
  const sizes = Math.floor(integerAt(block, 0, width) / 16)
  const size = sizes % 2 ** bits
  const end = width + Math.floor(sizes / 2 ** bits)
  let at = width
  let table = known
  if (kind === COMPRESSED) [table, at] = readHuffmanTable(block, at)
  if (table === undefined || end > block.length) throw new RangeError('literals without a table, or cut off')
  const bytes = new Uint8Array(size)
  if (form === 0) readHuffman(table, block.subarray(at, end), bytes, 0, size)
  else readFour(table, block, at, end, bytes)
  return { bytes, table, end }
}

/** Four streams, each of a quarter; the lengths of the first three stand before them. */
function readFour(
  table: HuffmanTable,
  block: Uint8Array,
  start: number,
  end: number,
  bytes: Uint8Array,
): void {
  const quarter = (bytes.length + 3) >> 2
  let at = start + 6
  for (let i = 0; i < 4; i++) {
    const stop = i === 3 ? end : at + integerAt(block, start + 2 * i, 2)
    const from = i * quarter
    readHuffman(table, block.subarray(at, stop), bytes, from, i === 3 ? bytes.length - from : quarter)
    at = stop
  }
}

/** Little endian, up to six bytes. */
export function integerAt(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

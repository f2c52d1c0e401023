import { BackwardBits } from './bits.ts'
import { FseState, type FseTable, readFseTable } from './fse.ts'

/** Decoding table of a Huffman code: symbol and length by the next `most` bits. @see RFC 8878, 4.2 */
export interface HuffmanTable {
  readonly most: number
  readonly symbols: Uint8Array
  readonly lengths: Uint8Array
}

const MOST_BITS = 11

/** A table from its description; also where that ends. */
export function readHuffmanTable(bytes: Uint8Array, start: number): readonly [HuffmanTable, number] {
  const head = bytes[start] ?? 0
  if (head < 128) {
    const end = start + 1 + head
    const [table, at] = readFseTable(bytes, start + 1, 6)
    return [huffmanTable(readWeights(new BackwardBits(bytes.subarray(at, end)), table)), end]
  }
  const count = head - 127
  const weights = Array.from({ length: count }, (_, i) => {
    const pair = bytes[start + 1 + (i >> 1)] ?? 0
    return i % 2 === 0 ? pair >> 4 : pair & 15
  })
  return [huffmanTable(weights), start + 1 + ((count + 1) >> 1)]
}

/** Two states take turns until the bits are used up. */
function readWeights(input: BackwardBits, table: FseTable): number[] {
  const states = [new FseState(table, input), new FseState(table, input)] as const
  const weights: number[] = []
  for (let turn: 0 | 1 = 0; weights.length < 255; turn = turn === 0 ? 1 : 0) {
    weights.push(states[turn].symbol)
    states[turn].update()
    if (input.left < 0) {
      weights.push(states[turn === 0 ? 1 : 0].symbol)
      return weights
    }
  }
  throw new RangeError('a damaged Huffman table')
}

/** The last weight is what is missing to a power of two. */
function huffmanTable(given: readonly number[]): HuffmanTable {
  const sum = given.reduce((total, weight) => total + (weight > 0 ? 1 << (weight - 1) : 0), 0)
  const most = 32 - Math.clz32(sum)
  const missing = (1 << most) - sum
  if (sum === 0 || most > MOST_BITS || (missing & (missing - 1)) !== 0)
    throw new RangeError('a damaged Huffman table')
  const weights = [...given, 32 - Math.clz32(missing)]
  const symbols = new Uint8Array(1 << most)
  const lengths = new Uint8Array(1 << most)
  let at = 0
  for (let weight = 1; weight <= most; weight++)
    weights.forEach((own, symbol) => {
      if (own !== weight) return
      const width = 1 << (weight - 1)
      symbols.fill(symbol, at, at + width)
      lengths.fill(most + 1 - weight, at, at + width)
      at += width
    })
  return { most, symbols, lengths }
}

/** Decode `count` symbols of one stream into a place. */
export function readHuffman(
  { most, symbols, lengths }: HuffmanTable,
  stream: Uint8Array,
  into: Uint8Array,
  start: number,
  count: number,
): void {
  const input = new BackwardBits(stream)
  const mask = (1 << most) - 1
  let state = input.read(most)
  for (let i = start; i < start + count; i++) {
    into[i] = symbols[state]!
    const length = lengths[state]!
    state = ((state << length) & mask) | input.read(length)
  }
  if (input.left !== -most) throw new RangeError('a damaged Huffman stream')
}

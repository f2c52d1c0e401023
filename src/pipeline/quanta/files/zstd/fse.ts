import { type BackwardBits, ForwardBits } from './bits.ts'

/** Decoding table of a finite state entropy code. @see RFC 8878, 4.1 */
export interface FseTable {
  readonly log: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
  readonly bases: Uint16Array
}

const highest = (value: number): number => 31 - Math.clz32(value)

/** The table of a distribution: how many states of 2^log each symbol has; -1 for less than one. */
export function fseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  const next = counts.map((count) => Math.abs(count))
  let high = size
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol
  })
  const step = (size >> 1) + (size >> 3) + 3
  let at = 0
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol
      do at = (at + step) & (size - 1)
      while (at >= high)
    }
  })
  const bits = new Uint8Array(size)
  const bases = new Uint16Array(size)
  for (let state = 0; state < size; state++) {
    const own = next[symbols[state]!]!++
    bits[state] = log - highest(own)
    bases[state] = (own << bits[state]!) - size
  }
  return { log, symbols, bits, bases }
}

/** The table of a code that is one symbol only. */
export const singleTable = (symbol: number): FseTable => ({
  log: 0,
  symbols: Uint8Array.of(symbol),
  bits: new Uint8Array(1),
  bases: new Uint16Array(1),
})

/** A table from its description; also where that ends. */
export function readFseTable(bytes: Uint8Array, start: number, mostLog: number): readonly [FseTable, number] {
  const input = new ForwardBits(bytes, start)
  const log = input.read(4) + 5
  if (log > mostLog) throw new RangeError(`an entropy table of 2^${log}`)
  const counts: number[] = []
  let left = 1 << log
  while (left > 0) {
    const width = highest(left + 1) + 1
    let value = input.read(width)
    const lower = (1 << (width - 1)) - 1
    const threshold = (1 << width) - 1 - (left + 1)
    if ((value & lower) < threshold) {
      input.unread(1)
      value &= lower
    } else if (value > lower) value -= threshold
    left -= Math.abs(value - 1)
    counts.push(value - 1)
    if (value === 1) {
      let zeros = 3
      while (zeros === 3) {
        zeros = input.read(2)
        for (let i = 0; i < zeros; i++) counts.push(0)
      }
    }
    if (left < 0 || counts.length > 256) throw new RangeError('a damaged entropy table')
  }
  return [fseTable(counts, log), input.byte]
}

/** One state of a decoder. */
export class FseState {
  readonly #table: FseTable
  readonly #input: BackwardBits
  #state: number

  constructor(table: FseTable, input: BackwardBits) {
    this.#table = table
    this.#input = input
    this.#state = input.read(table.log)
  }

  get symbol(): number {
    return this.#table.symbols[this.#state]!
  }

  update(): void {
    const { bases, bits } = this.#table
    this.#state = bases[this.#state]! + this.#input.read(bits[this.#state]!)
  }
}

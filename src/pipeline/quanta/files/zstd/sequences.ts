import { BackwardBits } from './bits.ts'
import { FseState, type FseTable, fseTable, readFseTable, singleTable } from './fse.ts'

/** Codes of literal lengths, offsets and match lengths. */
export interface SequenceTables {
  readonly literals: FseTable
  readonly offsets: FseTable
  readonly matches: FseTable
}

const less = (count: number): readonly number[] => new Array<number>(count).fill(-1)
const each = (value: number, count: number): readonly number[] => new Array<number>(count).fill(value)

/** @see RFC 8878, 3.1.1.3.2.2 */
const DEFAULTS: SequenceTables = {
  literals: fseTable([4, 3, ...each(2, 11), 1, 1, 1, ...each(2, 9), 3, 2, 1, 1, 1, 1, 1, ...less(4)], 6),
  offsets: fseTable([...each(1, 6), 2, 2, 2, ...each(1, 15), ...less(5)], 5),
  matches: fseTable([1, 4, 3, ...each(2, 6), ...each(1, 37), ...less(7)], 6),
}

/** Bits that follow a code, and the least length it stands for. @see RFC 8878, 3.1.1.3.2.1 */
const LITERAL_BITS = [...each(0, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
const MATCH_BITS = [...each(0, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
const LITERAL_BASES = [...Array(16).keys(), 16, 18, 20, 22, 24, 28, 32, 40, ...[48, 64], ...powers(7, 16)]
const MATCH_BASES = [
  ...Array.from({ length: 32 }, (_, code) => code + 3),
  ...[35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99],
  ...powers(7, 16).map((power) => power + 3),
]

function powers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i))
}

export interface Sequence {
  readonly literals: number
  /** As coded: 1 to 3 stand for offsets that were used before. */
  readonly offset: number
  readonly match: number
}

/** The tables that a description of a block's sequences gives, and where it ends. */
function readTables(
  block: Uint8Array,
  start: number,
  known: Partial<SequenceTables>,
): readonly [SequenceTables, number] {
  const modes = block[start] ?? 0
  let at = start + 1
  const table = (name: keyof SequenceTables, mode: number, mostLog: number): FseTable => {
    if (mode === 0) return DEFAULTS[name]
    if (mode === 1) return singleTable(block[at++] ?? 0)
    if (mode === 3) {
      const own = known[name]
      if (own === undefined) throw new RangeError('sequences that repeat a table there was not')
      return own
    }
    const [own, end] = readFseTable(block, at, mostLog)
    at = end
    return own
  }
  const literals = table('literals', modes >> 6, 9)
  const offsets = table('offsets', (modes >> 4) & 3, 8)
  const matches = table('matches', (modes >> 2) & 3, 9)
  return [{ literals, offsets, matches }, at]
}

/** The sequences of a block, and the tables that later blocks may use again. */
export function readSequences(
  block: Uint8Array,
  start: number,
  known: Partial<SequenceTables>,
): { readonly sequences: readonly Sequence[]; readonly tables: Partial<SequenceTables> } {
  const first = block[start] ?? 0
  if (first === 0) return { sequences: [], tables: known }
  const second = block[start + 1] ?? 0
  const third = block[start + 2] ?? 0
  const [count, head] =
    first < 128
      ? [first, start + 1]
      : first < 255
        ? [((first - 128) << 8) + second, start + 2]
        : [second + (third << 8) + 0x7f00, start + 3]
  const [tables, at] = readTables(block, head, known)
  const input = new BackwardBits(block.subarray(at))
  const literals = new FseState(tables.literals, input)
  const offsets = new FseState(tables.offsets, input)
  const matches = new FseState(tables.matches, input)
  const sequences: Sequence[] = []
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      literals.update()
      matches.update()
      offsets.update()
    }
    const code = offsets.symbol
    if (code > 31) throw new RangeError(`an offset of ${code} bits`)
    const offset = 2 ** code + input.read(code)
    const match = lengthOf(matches.symbol, MATCH_BASES, MATCH_BITS, input)
    const literal = lengthOf(literals.symbol, LITERAL_BASES, LITERAL_BITS, input)
    sequences.push({ offset, match, literals: literal })
  }
  if (input.left !== 0) throw new RangeError('sequences that do not end where they should')
  return { sequences, tables }
}

function lengthOf(
  code: number,
  bases: readonly number[],
  bits: readonly number[],
  input: BackwardBits,
): number {
  const base = bases[code]
  if (base === undefined) throw new RangeError(`the length code ${code}`)
  return base + input.read(bits[code]!)
}

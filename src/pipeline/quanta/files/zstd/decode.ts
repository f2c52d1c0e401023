import { readFseTable } from './fse.ts'
import { type HuffmanTable, readHuffmanTable } from './huffman.ts'
import { integerAt, readLiterals } from './literals.ts'
import { readSequences, type Sequence, type SequenceTables } from './sequences.ts'

/** What frames may refer to: content before their first byte, and codes for their first block. */
export interface ZstdDictionary {
  readonly content: Uint8Array
  readonly huffman: HuffmanTable | undefined
  readonly tables: Partial<SequenceTables>
  readonly offsets: readonly [number, number, number]
}

const NO_DICTIONARY: ZstdDictionary = {
  content: new Uint8Array(),
  huffman: undefined,
  tables: {},
  offsets: [1, 4, 8],
}
const DICTIONARY_MAGIC = 0xec30a437
const FRAME_MAGIC = 0xfd2fb528

/** A dictionary from its bytes; without its magic number they are content only. @see RFC 8878, 5 */
export function readZstdDictionary(bytes: Uint8Array): ZstdDictionary {
  if (integerAt(bytes, 0, 4) !== DICTIONARY_MAGIC) return { ...NO_DICTIONARY, content: bytes }
  const [huffman, afterHuffman] = readHuffmanTable(bytes, 8)
  const [offsets, afterOffsets] = readFseTable(bytes, afterHuffman, 8)
  const [matches, afterMatches] = readFseTable(bytes, afterOffsets, 9)
  const [literals, at] = readFseTable(bytes, afterMatches, 9)
  return {
    content: bytes.subarray(at + 12),
    huffman,
    tables: { offsets, matches, literals },
    offsets: [integerAt(bytes, at, 4), integerAt(bytes, at + 4, 4), integerAt(bytes, at + 8, 4)],
  }
}

/** The bytes of one Zstandard frame that tells its size. Throws a RangeError when it is damaged. @see RFC 8878 */
export function decodeZstd(frame: Uint8Array, dictionary: ZstdDictionary = NO_DICTIONARY): Uint8Array {
  if (integerAt(frame, 0, 4) !== FRAME_MAGIC) throw new RangeError('no Zstandard frame')
  const { size, start } = readHeader(frame)
  const decoder = new Decoder(size, dictionary)
  for (let at = start; ; ) {
    const head = integerAt(frame, at, 3)
    const length = head >> 3
    const kind = (head >> 1) & 3
    at += 3
    const end = at + (kind === REPEATED ? 1 : length)
    if (end > frame.length || kind === 3) throw new RangeError('a Zstandard frame that is cut off or damaged')
    if (kind === RAW) decoder.append(frame.subarray(at, end))
    else if (kind === REPEATED) decoder.append(new Uint8Array(Math.min(length, size + 1)).fill(frame[at]!))
    else decoder.block(frame.subarray(at, end))
    at = end
    if ((head & 1) === 1) return decoder.done()
  }
}

const RAW = 0
const REPEATED = 1
/** More than any block of a graph file has; damaged sizes shall not take all memory. */
const MOST_BYTES = 2 ** 31

function readHeader(frame: Uint8Array): { readonly size: number; readonly start: number } {
  const descriptor = frame[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const width = sizeFlag === 0 ? (isSingle ? 1 : 0) : 2 ** sizeFlag
  const idWidth = [0, 1, 2, 4][descriptor & 3]!
  const at = 5 + (isSingle ? 0 : 1) + idWidth
  if (width === 0) throw new RangeError('a Zstandard frame that does not tell its size')
  const size = integerAt(frame, at, width) + (width === 2 ? 256 : 0)
  if (size > MOST_BYTES) throw new RangeError(`a Zstandard frame of ${size} bytes`)
  return { size, start: at + width }
}

/** The output of a frame in the making. */
class Decoder {
  readonly #size: number
  readonly #dictionary: Uint8Array
  #output: Uint8Array
  #length = 0
  #huffman: HuffmanTable | undefined
  #tables: Partial<SequenceTables>
  #offsets: [number, number, number]

  constructor(size: number, { content, huffman, tables, offsets }: ZstdDictionary) {
    this.#size = size
    this.#dictionary = content
    this.#output = new Uint8Array(Math.min(size, 1 << 20))
    this.#huffman = huffman
    this.#tables = tables
    this.#offsets = [...offsets]
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#output.set(bytes, this.#length)
    this.#length += bytes.length
  }

  block(block: Uint8Array): void {
    const literals = readLiterals(block, this.#huffman)
    this.#huffman = literals.table
    const { sequences, tables } = readSequences(block, literals.end, this.#tables)
    this.#tables = tables
    let at = 0
    for (const sequence of sequences) {
      const end = at + sequence.literals
      if (end > literals.bytes.length) throw new RangeError('sequences of more literals than there are')
      this.append(literals.bytes.subarray(at, end))
      at = end
      this.#copy(this.#offsetOf(sequence), sequence.match)
    }
    this.append(literals.bytes.subarray(at))
  }

  done(): Uint8Array {
    if (this.#length !== this.#size) throw new RangeError(`${this.#length} of ${this.#size} bytes`)
    return this.#output
  }

  #reserve(count: number): void {
    const wanted = this.#length + count
    if (wanted > this.#size) throw new RangeError(`more than ${this.#size} bytes`)
    if (wanted <= this.#output.length) return
    const wider = new Uint8Array(Math.min(this.#size, Math.max(wanted, 2 * this.#output.length)))
    wider.set(this.#output)
    this.#output = wider
  }

  #offsetOf({ offset, literals }: Sequence): number {
    const [first, second, third] = this.#offsets
    if (offset > 3) {
      this.#offsets = [offset - 3, first, second]
      return offset - 3
    }
    const which = offset + (literals === 0 ? 1 : 0)
    if (which === 1) return first
    if (which === 2) {
      this.#offsets = [second, first, third]
      return second
    }
    const own = which === 3 ? third : first - 1
    this.#offsets = [own, first, second]
    return own
  }

  /** Bytes from before, which may be those that are just being written; or from the dictionary. */
  #copy(offset: number, count: number): void {
    this.#reserve(count)
    const dictionary = this.#dictionary
    if (offset <= 0 || offset > this.#length + dictionary.length)
      throw new RangeError(`an offset of ${offset}`)
    for (let i = 0; i < count; i++) {
      const from = this.#length - offset
      this.#output[this.#length++] = from >= 0 ? this.#output[from]! : dictionary[dictionary.length + from]!
    }
  }
}

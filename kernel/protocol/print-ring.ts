import type { FromExecution, RunId } from './threads.ts'

/**
 * What cells print goes from their thread to the socket thread through shared memory: a message for each line costs ten
 * times the line. A stream of UTF-8, in which a mark (0xFF, the run, the stream's name) says whose text follows.
 * Messages carry how far the stream had come when they were posted, so that the order of prints and displays holds.
 */

/** Bytes on the way at most; a thread that prints faster waits. */
const RING_BYTES = 1 << 20
const HEAD_BYTES = 16
const MARK = 0xff
const MARK_BYTES = 6
const NAMES = ['stdout', 'stderr'] as const

/** Positions in the stream, wrapped at 32 bits, and how many messages were posted. */
const [WRITTEN, READ, WOKEN, POSTED] = [0, 1, 2, 3]

export interface Print {
  readonly run: RunId
  readonly name: 'stdout' | 'stderr'
  readonly text: string
}

/** How far prints and messages had come when a message was posted. */
export interface Progress {
  readonly printed: number
  readonly posted: number
}

/** A message of the execution thread, and what had been printed before it. */
export interface Posted {
  readonly message: FromExecution
  readonly progress: Progress
}

export const makePrintRing = (): SharedArrayBuffer => new SharedArrayBuffer(HEAD_BYTES + RING_BYTES)

const parts = (shared: SharedArrayBuffer) => ({
  head: new Int32Array(shared, 0, HEAD_BYTES / 4),
  ring: new Uint8Array(shared, HEAD_BYTES),
})

/** The printing side. A termination at any point leaves it whole: a position moves after its bytes are there. */
export class PrintWriter {
  readonly #head: Int32Array
  readonly #ring: Uint8Array
  readonly #wake: () => void
  readonly #encoder = new TextEncoder()
  /** A piece with its mark before it is copied; three bytes are the most a UTF-16 unit takes. */
  readonly #piece = new Uint8Array(MARK_BYTES + 3 * PIECE_CHARS)
  #marked = ''

  /** @param wake tells the reader that there is something; called once until the reader has read all */
  constructor(shared: SharedArrayBuffer, wake: () => void) {
    ;({ head: this.#head, ring: this.#ring } = parts(shared))
    this.#wake = wake
  }

  /** To be called just before each message is posted, and sent with it. */
  progress(): Progress {
    return { posted: Atomics.add(this.#head, POSTED, 1) + 1, printed: Atomics.load(this.#head, WRITTEN) }
  }

  write({ run, name, text }: Print): void {
    for (let at = 0; at < text.length; ) {
      const end = pieceEnd(text, at)
      this.#writePiece(run, name, at === 0 && end === text.length ? text : text.slice(at, end))
      at = end
    }
    if (Atomics.exchange(this.#head, WOKEN, 1) === 0) this.#wake()
  }

  #writePiece(run: RunId, name: Print['name'], text: string): void {
    const owner = `${run}:${name}`
    const from = this.#marked === owner ? MARK_BYTES : 0
    if (from === 0) putMark(this.#piece, run, name)
    const { written } = this.#encoder.encodeInto(text, this.#piece.subarray(MARK_BYTES))
    this.#put(this.#piece.subarray(from, MARK_BYTES + written))
    this.#marked = owner
  }

  #put(bytes: Uint8Array): void {
    const at = Atomics.load(this.#head, WRITTEN)
    this.#waitForSpace(at, bytes.length)
    const begin = at & (RING_BYTES - 1)
    const first = Math.min(bytes.length, RING_BYTES - begin)
    this.#ring.set(first === bytes.length ? bytes : bytes.subarray(0, first), begin)
    if (first < bytes.length) this.#ring.set(bytes.subarray(first), 0)
    Atomics.store(this.#head, WRITTEN, (at + bytes.length) | 0)
  }

  #waitForSpace(at: number, wanted: number): void {
    for (;;) {
      const read = Atomics.load(this.#head, READ)
      if (RING_BYTES - ((at - read) | 0) >= wanted) return
      if (Atomics.exchange(this.#head, WOKEN, 1) === 0) this.#wake()
      Atomics.wait(this.#head, READ, read, 1000)
    }
  }
}

const PIECE_CHARS = 32 * 1024

/** Never between the two halves of a character. */
function pieceEnd(text: string, at: number): number {
  const end = Math.min(text.length, at + PIECE_CHARS)
  const last = text.charCodeAt(end - 1)
  return end < text.length && last >= 0xd800 && last < 0xdc00 ? end - 1 : end
}

function putMark(bytes: Uint8Array, run: RunId, name: Print['name']): void {
  bytes[0] = MARK
  new DataView(bytes.buffer).setInt32(1, run, true)
  bytes[5] = NAMES.indexOf(name)
}

/** The publishing side. */
export class PrintReader {
  readonly #head: Int32Array
  readonly #ring: Uint8Array
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #owner: Omit<Print, 'text'> = { run: 0, name: 'stdout' }
  /** Messages that have arrived. */
  #received = 0

  constructor(shared: SharedArrayBuffer) {
    ;({ head: this.#head, ring: this.#ring } = parts(shared))
  }

  /** What was printed before a message was posted. */
  before({ printed, posted }: Progress): Print[] {
    this.#received = posted
    return this.#upTo(printed)
  }

  /** All that was printed; nothing while a message is on its way, which may have to stand in between. */
  all(): Print[] {
    Atomics.store(this.#head, WOKEN, 0)
    const written = Atomics.load(this.#head, WRITTEN)
    return Atomics.load(this.#head, POSTED) === this.#received ? this.#upTo(written) : []
  }

  /** All there is, of a thread that has ended. */
  rest(): Print[] {
    return this.#upTo(Atomics.load(this.#head, WRITTEN))
  }

  get hasMore(): boolean {
    return Atomics.load(this.#head, WRITTEN) !== Atomics.load(this.#head, READ)
  }

  #upTo(end: number): Print[] {
    const read = Atomics.load(this.#head, READ)
    const count = (end - read) | 0
    if (count <= 0) return []
    const begin = read & (RING_BYTES - 1)
    const bytes = new Uint8Array(count)
    const first = Math.min(count, RING_BYTES - begin)
    bytes.set(this.#ring.subarray(begin, begin + first))
    bytes.set(this.#ring.subarray(0, count - first), first)
    Atomics.store(this.#head, READ, end)
    Atomics.notify(this.#head, READ)
    return this.#parse(bytes)
  }

  #parse(bytes: Uint8Array): Print[] {
    const prints: Print[] = []
    for (let at = 0; at < bytes.length; ) {
      if (bytes[at] === MARK) {
        this.#owner = markAt(bytes, at)
        at += MARK_BYTES
      }
      const next = bytes.indexOf(MARK, at)
      const end = next < 0 ? bytes.length : next
      if (end > at) prints.push({ ...this.#owner, text: this.#decoder.decode(bytes.subarray(at, end)) })
      at = end
    }
    return prints
  }
}

const markAt = (bytes: Uint8Array, at: number): Omit<Print, 'text'> => ({
  run: new DataView(bytes.buffer).getInt32(at + 1, true),
  name: NAMES[bytes[at + 5] ?? 0] ?? 'stdout',
})

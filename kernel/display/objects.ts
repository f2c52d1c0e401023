/** What views may fetch from, by an id that an output cell carries. */
interface Held {
  readonly value: object
  readonly bytes: number
}

/** Bytes of shown objects kept for views; the least recently used go first, the newest always stays. */
const MOST_BYTES = 2 * 1024 ** 3

/** Objects on display. An output whose object has gone shows its preview. */
export class ShownObjects {
  readonly #most: number
  readonly #held = new Map<string, Held>()
  #bytes = 0

  constructor(most = MOST_BYTES) {
    this.#most = most
  }

  /** @param bytes size of what the object keeps alive. @returns the id for the output cell. */
  keep(value: object, bytes: number): string {
    const id = crypto.randomUUID()
    this.#held.set(id, { value, bytes })
    this.#bytes += bytes
    for (const [old, held] of this.#held) {
      if (this.#bytes <= this.#most || old === id) break
      this.#held.delete(old)
      this.#bytes -= held.bytes
    }
    return id
  }

  get(id: string): object | undefined {
    const held = this.#held.get(id)
    if (held === undefined) return undefined
    this.#held.delete(id)
    this.#held.set(id, held)
    return held.value
  }
}

/** The session's one store. */
export const shownObjects = new ShownObjects()

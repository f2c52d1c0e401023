/** Bits of bytes from front to back, least significant first. */
export class ForwardBits {
  readonly #bytes: Uint8Array
  #bit: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#bit = 8 * at
  }

  read(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++, this.#bit++)
      value |= (((this.#bytes[this.#bit >> 3] ?? 0) >> (this.#bit & 7)) & 1) << i
    return value
  }

  unread(count: number): void {
    this.#bit -= count
  }

  /** Where the next whole byte is. */
  get byte(): number {
    return (this.#bit + 7) >> 3
  }
}

/** Bits of bytes from back to front, as entropy coders write them: the highest set bit of the last byte is only a mark. */
export class BackwardBits {
  readonly #bytes: Uint8Array
  /** Bits that are left; below zero when more were read than there are, which are zeros. */
  left: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    const last = bytes[bytes.length - 1] ?? 0
    if (last === 0) throw new RangeError('a bit stream without end mark')
    this.left = 8 * (bytes.length - 1) + 31 - Math.clz32(last)
  }

  /** At most 31 bits. */
  read(count: number): number {
    this.left -= count
    const from = this.left
    let value = 0
    for (let byte = from >> 3; 8 * byte < from + count; byte++) {
      const shift = 8 * byte - from
      const own = byte < 0 ? 0 : (this.#bytes[byte] ?? 0)
      value += shift >= 0 ? own * 2 ** shift : own >> -shift
    }
    return count === 0 ? 0 : value % 2 ** count
  }
}

/** Pixel indices in ascending order, to which later ones may be added while it is read; each comes once. */
export class IndexQueue {
  readonly #planned: Int32Array
  readonly #added: number[] = []
  #at = 0
  #last = -1

  /** @param planned ascending */
  constructor(planned: Int32Array) {
    this.#planned = planned
  }

  next(): number | undefined {
    while (this.#at < this.#planned.length || this.#added.length > 0) {
      const planned = this.#planned[this.#at] ?? Number.POSITIVE_INFINITY
      const added = this.#added[0] ?? Number.POSITIVE_INFINITY
      const index = Math.min(planned, added)
      if (planned === index) this.#at++
      if (added === index) this.#added.shift()
      if (index === this.#last) continue
      this.#last = index
      return index
    }
    return undefined
  }

  /** @param index above the one that came last */
  add(index: number): void {
    let k = this.#added.length
    while (k > 0 && this.#added[k - 1]! > index) k--
    if (this.#added[k - 1] !== index) this.#added.splice(k, 0, index)
  }
}

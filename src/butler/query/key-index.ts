/**
 * A set of keys, each a few small integers, numbered in the order in which they are added: columns of integers and a hash table
 * over them, all in typed arrays, so that millions cost some tens of bytes each and no objects.
 */
export class KeyIndex {
  readonly width: number
  #columns: Int32Array<ArrayBuffer>[]
  #slots = new Int32Array(16).fill(-1)
  #size = 0

  constructor(width: number) {
    this.width = width
    this.#columns = Array.from({ length: width }, () => new Int32Array(8))
  }

  get size(): number {
    return this.#size
  }

  /** The `k`-th integers of all keys. */
  column(k: number): Int32Array {
    return this.#columns[k]!.subarray(0, this.#size)
  }

  at(row: number, k: number): number {
    return this.#columns[k]![row]!
  }

  /** The number of the key in a row of columns, a new one when it is new. */
  add(columns: readonly Int32Array[], row: number): number {
    const slot = this.#slotOf(columns, row)
    const known = this.#slots[slot]!
    if (known >= 0) return known
    const at = this.#size++
    if (this.width > 0 && at === this.#columns[0]!.length) this.#widen()
    for (let k = 0; k < this.width; k++) this.#columns[k]![at] = columns[k]![row]!
    this.#slots[slot] = at
    if (2 * this.#size > this.#slots.length) this.#rehash()
    return at
  }

  /** The number of a key; -1 when it is not in the set. */
  find(columns: readonly Int32Array[], row: number): number {
    return this.#slots[this.#slotOf(columns, row)]!
  }

  addAll(columns: readonly Int32Array[], length: number): Int32Array<ArrayBuffer> {
    return this.#each(columns, length, (row) => this.add(columns, row))
  }

  findAll(columns: readonly Int32Array[], length: number): Int32Array<ArrayBuffer> {
    return this.#each(columns, length, (row) => this.find(columns, row))
  }

  /** A number for each row; keys that are dense enough to address an array are looked up once each. */
  #each(
    columns: readonly Int32Array[],
    length: number,
    numberOf: (row: number) => number,
  ): Int32Array<ArrayBuffer> {
    const numbers = new Int32Array(length)
    const places = densePlaces(columns, length)
    if (places === undefined) {
      for (let row = 0; row < length; row++) numbers[row] = numberOf(row)
      return numbers
    }
    const known = new Int32Array(places.count).fill(UNSEEN)
    for (let row = 0; row < length; row++) {
      const place = places.at[row]!
      let number = known[place]!
      if (number === UNSEEN) known[place] = number = numberOf(row)
      numbers[row] = number
    }
    return numbers
  }

  #slotOf(columns: readonly Int32Array[], row: number): number {
    const mask = this.#slots.length - 1
    for (let slot = this.#hash(columns, row) & mask; ; slot = (slot + 1) & mask) {
      const at = this.#slots[slot]!
      if (at < 0 || this.#isSame(at, columns, row)) return slot
    }
  }

  #hash(columns: readonly Int32Array[], row: number): number {
    let hash = 0
    for (let k = 0; k < this.width; k++) {
      hash = Math.imul(hash ^ columns[k]![row]!, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash
  }

  #isSame(at: number, columns: readonly Int32Array[], row: number): boolean {
    for (let k = 0; k < this.width; k++) if (this.#columns[k]![at] !== columns[k]![row]) return false
    return true
  }

  #widen(): void {
    this.#columns = this.#columns.map((column) => {
      const wider = new Int32Array(2 * column.length)
      wider.set(column)
      return wider
    })
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1)
    for (let row = 0; row < this.#size; row++) this.#slots[this.#slotOf(this.#columns, row)] = row
  }
}

const UNSEEN = -2

/** Places of keys in an array that has one for each possible key; undefined when that would be much longer than the list. */
function densePlaces(
  columns: readonly Int32Array[],
  length: number,
): { readonly at: Int32Array; readonly count: number } | undefined {
  let count = 1
  const widths: number[] = []
  for (const column of columns) {
    let [least, most] = [0, 0]
    for (let row = 0; row < length; row++) {
      const code = column[row]!
      if (code > most) most = code
      else if (code < least) least = code
    }
    count *= most + 1
    if (least < 0 || count > 8 * length + 1000) return undefined
    widths.push(most + 1)
  }
  const at = new Int32Array(length)
  for (const [k, column] of columns.entries()) {
    const width = widths[k]!
    if (width === 1) continue
    for (let row = 0; row < length; row++) at[row] = at[row]! * width + column[row]!
  }
  return { at, count }
}

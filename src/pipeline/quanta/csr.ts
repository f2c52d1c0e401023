/** Lists of integers, one a row, in two arrays: row `i` is `items[offsets[i]]` up to, not including, `items[offsets[i + 1]]`. */
export class Csr {
  readonly offsets: Int32Array
  readonly items: Int32Array

  constructor(offsets: Int32Array, items: Int32Array) {
    this.offsets = offsets
    this.items = items
  }

  static fromLists(lists: readonly ArrayLike<number>[]): Csr {
    const offsets = new Int32Array(lists.length + 1)
    for (let i = 0; i < lists.length; i++) offsets[i + 1] = offsets[i]! + lists[i]!.length
    const items = new Int32Array(offsets[lists.length]!)
    for (let i = 0; i < lists.length; i++) items.set(lists[i]!, offsets[i])
    return new Csr(offsets, items)
  }

  /** One item a row. */
  static single(items: Int32Array): Csr {
    const offsets = new Int32Array(items.length + 1)
    for (let i = 0; i < offsets.length; i++) offsets[i] = i
    return new Csr(offsets, items)
  }

  get rows(): number {
    return this.offsets.length - 1
  }

  row(i: number): Int32Array {
    return this.items.subarray(this.offsets[i], this.offsets[i + 1])
  }

  count(i: number): number {
    return this.offsets[i + 1]! - this.offsets[i]!
  }

  /** Some rows, in their order. */
  select(rows: Int32Array): Csr {
    const offsets = new Int32Array(rows.length + 1)
    for (let i = 0; i < rows.length; i++) offsets[i + 1] = offsets[i]! + this.count(rows[i]!)
    const items = new Int32Array(offsets[rows.length]!)
    for (let i = 0; i < rows.length; i++) {
      let from = this.offsets[rows[i]!]!
      for (let at = offsets[i]!; at < offsets[i + 1]!; at++) items[at] = this.items[from++]!
    }
    return new Csr(offsets, items)
  }

  /** Each item as another number; items that become negative are left out. */
  map(other: (item: number) => number): Csr {
    const offsets = new Int32Array(this.offsets.length)
    const items = new Int32Array(this.items.length)
    let at = 0
    for (let i = 0; i < this.rows; i++) {
      for (let k = this.offsets[i]!; k < this.offsets[i + 1]!; k++) {
        const item = other(this.items[k]!)
        if (item >= 0) items[at++] = item
      }
      offsets[i + 1] = at
    }
    return new Csr(offsets, at === items.length ? items : items.slice(0, at))
  }
}

/** Distinct pairs of two numberings of the same rows, as lists of the second by the first. */
export function distinctPairs(first: Int32Array, second: Int32Array, rows: number): Csr {
  let width = 1
  for (const value of second) if (value >= width) width = value + 1
  const keys = new Float64Array(first.length)
  for (let i = 0; i < first.length; i++) keys[i] = first[i]! * width + second[i]!
  keys.sort()
  const offsets = new Int32Array(rows + 1)
  const items = new Int32Array(keys.length)
  let last = -1
  let at = 0
  for (const key of keys) {
    if (key === last) continue
    last = key
    const row = Math.floor(key / width)
    items[at++] = key - row * width
    offsets[row + 1] = at
  }
  for (let row = 1; row <= rows; row++) if (offsets[row] === 0) offsets[row] = offsets[row - 1]!
  return new Csr(offsets, items.slice(0, at))
}

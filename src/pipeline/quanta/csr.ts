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

/** Distinct pairs of two numberings of the same rows, as lists of the second by the first, in order. */
export function distinctPairs(first: Int32Array, second: Int32Array, rows: number): Csr {
  const starts = new Int32Array(rows + 1)
  for (let i = 0; i < first.length; i++) starts[first[i]! + 1]!++
  for (let row = 0; row < rows; row++) starts[row + 1] = starts[row + 1]! + starts[row]!
  const items = new Int32Array(first.length)
  const next = starts.slice(0, rows)
  for (let i = 0; i < first.length; i++) items[next[first[i]!]!++] = second[i]!
  const offsets = new Int32Array(rows + 1)
  let at = 0
  for (let row = 0; row < rows; row++) {
    const [from, to] = [starts[row]!, starts[row + 1]!]
    sortPart(items, from, to)
    for (let i = from; i < to; i++) if (i === from || items[i] !== items[at - 1]) items[at++] = items[i]!
    offsets[row + 1] = at
  }
  return new Csr(offsets, items.slice(0, at))
}

/** Lists are short or in order already, mostly. */
const MOST_INSERTED = 32

function sortPart(items: Int32Array, from: number, to: number): void {
  if (to - from > MOST_INSERTED) {
    items.subarray(from, to).sort()
    return
  }
  for (let i = from + 1; i < to; i++) {
    const item = items[i]!
    let at = i
    for (; at > from && items[at - 1]! > item; at--) items[at] = items[at - 1]!
    items[at] = item
  }
}

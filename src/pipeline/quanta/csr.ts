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

  get rows(): number {
    return this.offsets.length - 1
  }

  row(i: number): Int32Array {
    return this.items.subarray(this.offsets[i], this.offsets[i + 1])
  }
}

/** Distinct pairs of two numberings of the same rows, as lists of the second by the first. */
export function distinctPairs(first: Int32Array, second: Int32Array, rows: number): Csr {
  let width = 1
  for (const value of second) if (value >= width) width = value + 1
  const keys = new Float64Array(first.length)
  for (let i = 0; i < first.length; i++) keys[i] = first[i]! * width + second[i]!
  keys.sort()
  const lists: number[][] = Array.from({ length: rows }, () => [])
  let last = -1
  for (const key of keys) {
    if (key === last) continue
    last = key
    lists[Math.floor(key / width)]!.push(key % width)
  }
  return Csr.fromLists(lists)
}

import type { DataIdValue } from '../dimensions/data-id.ts'

/** The values of one dimension, numbered in the order in which they are first seen. */
export class ValueCodes {
  readonly values: DataIdValue[] = []
  readonly #codes = new Map<DataIdValue, number>()
  #ranks: Int32Array | undefined

  /** The number of a value, a new one when it is new. */
  add(value: DataIdValue): number {
    const known = this.find(value)
    if (known !== undefined) return known
    const code = this.values.push(plain(value)) - 1
    this.#codes.set(plain(value), code)
    this.#ranks = undefined
    return code
  }

  find(value: DataIdValue | undefined): number | undefined {
    return value === undefined ? undefined : this.#codes.get(plain(value))
  }

  /** The place of each value among all, sorted. */
  ranks(): Int32Array {
    if (this.#ranks !== undefined) return this.#ranks
    const order = [...this.values.keys()].sort((a, b) => compare(this.values[a]!, this.values[b]!))
    const ranks = new Int32Array(order.length)
    order.forEach((code, place) => {
      ranks[code] = place
    })
    this.#ranks = ranks
    return ranks
  }
}

/** Integers that a number holds are numbers: 903334n and 903334 are one visit. */
const plain = (value: DataIdValue): DataIdValue =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value

const compare = (a: DataIdValue, b: DataIdValue): number => (a < b ? -1 : a > b ? 1 : 0)

/** The codes of all dimensions that some tables share. */
export class DimensionCodes {
  readonly #byName = new Map<string, ValueCodes>()

  of(dimension: string): ValueCodes {
    const known = this.#byName.get(dimension)
    if (known !== undefined) return known
    const made = new ValueCodes()
    this.#byName.set(dimension, made)
    return made
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }
}

/** Rows in the order of some columns' values: their numbers. */
export function sortedRows(
  columns: readonly Int32Array[],
  codes: readonly ValueCodes[],
  length: number,
): Int32Array {
  const keys = new Float64Array(length)
  let width = 1
  for (const [k, column] of columns.entries()) {
    const ranks = codes[k]!.ranks()
    width *= Math.max(1, ranks.length)
    for (let row = 0; row < length; row++)
      keys[row] = keys[row]! * Math.max(1, ranks.length) + ranks[column[row]!]!
  }
  if (width < Number.MAX_SAFE_INTEGER && isAscending(keys)) return numbersTo(length)
  // Key and row number in one exact number sort natively; where they do not fit, with a comparison.
  if (width * length < Number.MAX_SAFE_INTEGER) {
    for (let row = 0; row < length; row++) keys[row] = keys[row]! * length + row
    keys.sort()
    return Int32Array.from(keys, (key) => key % length)
  }
  const all = columns.map((column, k) => [column, codes[k]!.ranks()] as const)
  return numbersTo(length).sort((a, b) => {
    for (const [column, ranks] of all) {
      const difference = ranks[column[a]!]! - ranks[column[b]!]!
      if (difference !== 0) return difference
    }
    return a - b
  })
}

function isAscending(keys: Float64Array): boolean {
  for (let row = 1; row < keys.length; row++) if (!(keys[row]! >= keys[row - 1]!)) return false
  return true
}

function numbersTo(length: number): Int32Array {
  const numbers = new Int32Array(length)
  for (let i = 0; i < length; i++) numbers[i] = i
  return numbers
}

import {
  DataCoordinate,
  type DataIdValue,
  DimensionCodes,
  type DimensionGroup,
  KeyIndex,
  sortedRows,
} from '#butler'
import type { RecordTables } from './record-tables.ts'

/** Code of a value that is not known. */
const UNKNOWN = -1

/** Columns of codes of some rows' values, by dimension. */
export interface Columns {
  readonly length: number
  column(dimension: string): Int32Array
}

/** The distinct data IDs of one dimension group, numbered: columns of codes. Objects are made for those that somebody looks at. */
export class CoordinateTable implements Columns {
  readonly group: DimensionGroup
  readonly codes: DimensionCodes
  readonly #records: RecordTables | undefined
  readonly #index: KeyIndex
  #implied: Int32Array<ArrayBuffer>[]

  constructor(group: DimensionGroup, codes: DimensionCodes, records?: RecordTables) {
    this.group = group
    this.codes = codes
    this.#records = records
    this.#index = new KeyIndex(group.required.length)
    this.#implied = group.implied.map(() => new Int32Array(8).fill(UNKNOWN))
  }

  get size(): number {
    return this.#index.size
  }

  get length(): number {
    return this.#index.size
  }

  get(i: number): DataCoordinate {
    const { group } = this
    if (!(i >= 0 && i < this.size)) throw new RangeError(`data ID ${i} of ${group}`)
    const values: Record<string, DataIdValue> = {}
    group.required.forEach((name, k) => {
      values[name] = this.codes.of(name).values[this.#index.at(i, k)]!
    })
    let full = true
    group.implied.forEach((name, k) => {
      const code = this.#implied[k]![i]!
      if (code === UNKNOWN) full = false
      else values[name] = this.codes.of(name).values[code]!
    })
    const records = this.#records?.of(group, values)
    return new DataCoordinate(group, values, full, records)
  }

  *all(): Generator<DataCoordinate> {
    for (let i = 0; i < this.size; i++) yield this.get(i)
  }

  /** Codes of a dimension's values, by data ID; -1 where an implied one is not known. */
  column(dimension: string): Int32Array {
    const k = this.group.required.indexOf(dimension)
    if (k >= 0) return this.#index.column(k)
    const implied = this.#implied[this.group.implied.indexOf(dimension)]
    if (implied === undefined) throw new RangeError(`no column of ${dimension} in ${this.group}`)
    return implied.subarray(0, this.size)
  }

  /** Number of a data ID seen through this group; undefined when it is not in the table. */
  find({ values }: DataCoordinate): number | undefined {
    const key = this.group.required.map((name) =>
      Int32Array.of(this.codes.of(name).find(values[name]) ?? UNKNOWN),
    )
    const at = this.#index.find(key, 0)
    return at < 0 ? undefined : at
  }

  /** Numbers of the rows' data IDs seen through this group; -1 for those that are not in the table. */
  findRows(rows: Columns): Int32Array<ArrayBuffer> {
    return this.#index.findAll(this.#keyOf(rows), rows.length)
  }

  /** Number of a data ID seen through this group, added when new. */
  add({ values }: DataCoordinate): number {
    const codeOf = (name: string): number => {
      const value = values[name]
      return value === undefined ? UNKNOWN : this.codes.of(name).add(value)
    }
    const at = this.#index.add(
      this.group.required.map((name) => Int32Array.of(codeOf(name))),
      0,
    )
    this.#widen()
    this.group.implied.forEach((name, k) => {
      const code = codeOf(name)
      if (code !== UNKNOWN) this.#implied[k]![at] = code
    })
    return at
  }

  /** Numbers of the rows' data IDs seen through this group, added when new. */
  addRows(rows: Columns): Int32Array<ArrayBuffer> {
    const numbers = this.#index.addAll(this.#keyOf(rows), rows.length)
    this.#widen()
    this.group.implied.forEach((name, k) => {
      const [own, given] = [this.#implied[k]!, rows.column(name)]
      for (let row = 0; row < numbers.length; row++)
        if (given[row] !== UNKNOWN) own[numbers[row]!] = given[row]!
    })
    return numbers
  }

  /** The same, with new data IDs numbered in the order of their values, whatever order the rows have. */
  addSorted(rows: Columns): Int32Array<ArrayBuffer> {
    const { required } = this.group
    const distinct = new KeyIndex(required.length)
    const numbers = distinct.addAll(this.#keyOf(rows), rows.length)
    const order = sortedRows(
      required.map((_, k) => distinct.column(k)),
      required.map((name) => this.codes.of(name)),
      distinct.size,
    )
    if (order.every((row, place) => row === place)) return this.addRows(rows)
    const firstRow = new Int32Array(distinct.size)
    for (let row = numbers.length - 1; row >= 0; row--) firstRow[numbers[row]!] = row
    const added = this.addRows(
      selectColumns(
        rows,
        order.map((n) => firstRow[n]!),
      ),
    )
    const numberOf = new Int32Array(distinct.size)
    for (let place = 0; place < order.length; place++) numberOf[order[place]!] = added[place]!
    return numbers.map((n) => numberOf[n]!)
  }

  #keyOf(rows: Columns): readonly Int32Array[] {
    return this.group.required.map((name) => rows.column(name))
  }

  #widen(): void {
    this.#implied = this.#implied.map((column) => {
      if (column.length >= this.size) return column
      const wider = new Int32Array(Math.max(this.size, 2 * column.length)).fill(UNKNOWN)
      wider.set(column)
      return wider
    })
  }
}

/** One table a dimension group, all with the same codes; groups are interned by the universe. */
export class CoordinateTables {
  readonly codes: DimensionCodes
  readonly #records: RecordTables | undefined
  readonly #tables = new Map<DimensionGroup, CoordinateTable>()

  constructor(codes = new DimensionCodes(), records?: RecordTables) {
    this.codes = codes
    this.#records = records
  }

  of(group: DimensionGroup): CoordinateTable {
    const known = this.#tables.get(group)
    if (known !== undefined) return known
    const made = new CoordinateTable(group, this.codes, this.#records)
    this.#tables.set(group, made)
    return made
  }

  get all(): readonly CoordinateTable[] {
    return [...this.#tables.values()]
  }
}

/** Some rows of columns, as columns. */
export const selectColumns = (columns: Columns, rows: Int32Array): Columns => ({
  length: rows.length,
  column(dimension) {
    const whole = columns.column(dimension)
    const some = new Int32Array(rows.length)
    for (let i = 0; i < rows.length; i++) some[i] = whole[rows[i]!]!
    return some
  },
})

/** The values that each of some dimensions takes among rows. */
export function valuesTaken(
  rows: Columns,
  dimensions: readonly string[],
  codes: DimensionCodes,
): ReadonlyMap<string, readonly DataIdValue[]> {
  return new Map(
    dimensions.map((name) => {
      const { values } = codes.of(name)
      const seen = new Uint8Array(values.length)
      for (const code of rows.column(name)) seen[code] = 1
      return [name, values.filter((_, code) => seen[code] === 1)] as const
    }),
  )
}

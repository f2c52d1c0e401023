import { type ColumnToWrite, type FitsTable, type Header, type HduData, tableHdu } from '#fits'
import { formatError } from '../errors.ts'

/** Binary tables made of records: one row each, one column a field. */
export class RecordTable<R> {
  readonly #rows: readonly R[]
  readonly #columns: ColumnToWrite[] = []

  constructor(rows: readonly R[]) {
    this.#rows = rows
  }

  f64(name: string, get: (row: R) => number, unit?: string): this {
    return this.#add(name, 'f64', Float64Array.from(this.#rows, get), unit)
  }

  i32(name: string, get: (row: R) => number, unit?: string): this {
    return this.#add(name, 'i32', Int32Array.from(this.#rows, get), unit)
  }

  i64(name: string, get: (row: R) => bigint, unit?: string): this {
    return this.#add(name, 'i64', BigInt64Array.from(this.#rows, get), unit)
  }

  bool(name: string, get: (row: R) => boolean): this {
    return this.#add(
      name,
      'bool',
      Uint8Array.from(this.#rows, (r) => (get(r) ? 1 : 0)),
    )
  }

  text(name: string, get: (row: R) => string): this {
    return this.#add(name, 'string', this.#rows.map(get))
  }

  /** Integers, the same count in each row: boxes. */
  i32s(name: string, get: (row: R) => readonly number[], unit?: string): this {
    const lists = this.#rows.map(get)
    const column = {
      name,
      type: 'i32',
      data: Int32Array.from(lists.flat()),
      shape: [lists[0]?.length ?? 0],
    } as const
    this.#columns.push({ ...column, ...(unit !== undefined && { unit }) })
    return this
  }

  /** Doubles, any count in each row. */
  f64s(name: string, get: (row: R) => ArrayLike<number>, unit?: string): this {
    const lists = this.#rows.map((row) => Float64Array.from(get(row)))
    const rowOffsets = new Float64Array(lists.length + 1)
    lists.forEach((list, i) => {
      rowOffsets[i + 1] = rowOffsets[i]! + list.length
    })
    const data = new Float64Array(rowOffsets[lists.length]!)
    lists.forEach((list, i) => {
      data.set(list, rowOffsets[i])
    })
    this.#columns.push({ name, type: 'f64', data, rowOffsets, ...(unit !== undefined && { unit }) })
    return this
  }

  /** Float planes of one shape. */
  f32Planes(
    name: string,
    shape: readonly [height: number, width: number],
    get: (row: R) => Float32Array,
  ): this {
    const size = shape[0] * shape[1]
    const data = new Float32Array(size * this.#rows.length)
    this.#rows.forEach((row, i) => {
      data.set(get(row), i * size)
    })
    this.#columns.push({ name, type: 'f32', data, shape })
    return this
  }

  hdu(name: string, header?: Header): HduData {
    return tableHdu({ name, columns: this.#columns, numRows: this.#rows.length, ...(header && { header }) })
  }

  #add(
    name: string,
    type: 'f64' | 'i32' | 'i64' | 'bool' | 'string',
    data: ColumnToWrite['data'],
    unit?: string,
  ): this {
    this.#columns.push({ name, type, data, ...(unit !== undefined && { unit }) })
    return this
  }
}

/** Typed look-ups in a table, by row. */
export class RecordReader {
  readonly table: FitsTable

  constructor(table: FitsTable) {
    this.table = table
  }

  has(name: string): boolean {
    return this.table.has(name)
  }

  number(name: string, row = 0): number {
    const value = this.table.column(name).data[row]
    if (typeof value === 'bigint') return Number(value)
    if (typeof value !== 'number') throw this.#wrong(name, 'numbers')
    return value
  }

  bigint(name: string, row = 0): bigint {
    const value = this.table.column(name).data[row]
    if (typeof value === 'number') return BigInt(value)
    if (typeof value !== 'bigint') throw this.#wrong(name, 'integers')
    return value
  }

  bool(name: string, row = 0): boolean {
    return this.number(name, row) !== 0
  }

  text(name: string, row = 0): string {
    const value = this.table.column(name).data[row]
    if (typeof value !== 'string') throw this.#wrong(name, 'texts')
    return value
  }

  /** The numbers of one row of an array column, fixed or variable. */
  numbers(name: string, row = 0): Float64Array {
    const column = this.table.column(name)
    const width = column.shape.reduce((n, s) => n * s, 1)
    const [from, to] = column.rowOffsets
      ? [column.rowOffsets[row]!, column.rowOffsets[row + 1]!]
      : [row * width, (row + 1) * width]
    return Float64Array.from({ length: to - from }, (_, i) => Number(column.data[from + i]))
  }

  #wrong(name: string, wanted: string) {
    return formatError('bad-file', `${this.table.header.where}: column '${name}' should hold ${wanted}.`)
  }
}

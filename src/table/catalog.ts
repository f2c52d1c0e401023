import { INSPECT } from '#core'
import type { Table } from 'apache-arrow'
import { columnsToArrow, fromArrowTable } from './arrow.ts'
import { fromIpcBytes, toIpcBytes } from './ipc.ts'
import {
  type Cell,
  cellOf,
  type Column,
  type ColumnValues,
  elementsPerRow,
  isNumericArray,
  joinRows,
  makeArray,
  type NumericArray,
  type NumericType,
  sliceRows,
  takeRows,
} from './column.ts'
import { tableError } from './errors.ts'
import { type ColumnInput, makeColumn } from './make-column.ts'
import { type ColumnSpec, noSuchColumn, Schema } from './schema.ts'

/**
 * A table as columns with a schema. It never changes: every operation gives a new one that shares what it can.
 * Row objects (`rows`) are for people and notebooks; work is done on the typed arrays of the columns.
 */
export class Catalog {
  readonly schema: Schema
  readonly numRows: number
  readonly #columns: ReadonlyMap<string, Column>

  /** From columns already made; `fromColumns` is for callers. */
  constructor(schema: Schema, columns: readonly Column[], numRows = columns[0]?.numRows ?? 0) {
    for (const column of columns)
      if (column.numRows !== numRows)
        throw tableError(
          'table/bad-shape',
          `Column '${column.spec.name}' has ${column.numRows} rows, the others have ${numRows}.`,
        )
    this.schema = schema
    this.numRows = numRows
    this.#columns = new Map(columns.map((c) => [c.spec.name, c]))
  }

  /** @throws when a column is missing, has another length or values that its type cannot hold */
  static fromColumns(
    schema: Schema | readonly ColumnSpec[],
    values: Readonly<Record<string, ColumnInput>>,
  ): Catalog {
    const full = schema instanceof Schema ? schema : new Schema(schema)
    for (const name of Object.keys(values)) full.get(name)
    const columns = full.columns.map((spec) => {
      const input = values[spec.name]
      return input === undefined ? noSuchColumn(spec.name, Object.keys(values)) : makeColumn(spec, input)
    })
    return new Catalog(full, columns)
  }

  /** From records, for small tables: missing members are null. */
  static fromRows(
    schema: Schema | readonly ColumnSpec[],
    rows: readonly Readonly<Record<string, unknown>>[],
  ): Catalog {
    const full = schema instanceof Schema ? schema : new Schema(schema)
    const columns = full.columns.map((spec) =>
      makeColumn(
        spec,
        rows.map((r) => r[spec.name] ?? null),
      ),
    )
    return new Catalog(full, columns, rows.length)
  }

  static empty(schema: Schema | readonly ColumnSpec[]): Catalog {
    return Catalog.fromRows(schema, [])
  }

  static fromArrow(table: Table): Catalog {
    const { schema, columns, numRows } = fromArrowTable(table)
    return new Catalog(schema, columns, numRows)
  }

  /** From an Arrow IPC stream or file. @throws 'table/bad-arrow' */
  static fromIpc(bytes: Uint8Array): Catalog {
    return Catalog.fromArrow(fromIpcBytes(bytes))
  }

  /** One below the other; the columns of the first, which all must have. */
  static concat(parts: readonly Catalog[]): Catalog {
    const first = parts[0]
    if (first === undefined) throw tableError('table/bad-shape', 'No tables to put one below the other.')
    const columns = first.schema.columns.map((spec) =>
      joinRows(
        spec,
        parts.map((p) => p.columnOf(spec)),
      ),
    )
    return new Catalog(
      first.schema,
      columns,
      parts.reduce((n, p) => n + p.numRows, 0),
    )
  }

  has(name: string): boolean {
    return this.#columns.has(name)
  }

  /** Spec, values and validity. @throws 'table/no-such-column' with the nearest name */
  columnData(name: string): Column {
    return this.#columns.get(name) ?? noSuchColumn(name, this.schema.names)
  }

  /** The values: a typed array for numbers (BigInt64Array for i64), flat for array columns; strings as an array. */
  column(name: string): ColumnValues {
    return this.columnData(name).values
  }

  /** A numeric column as float64, nulls NaN; 64-bit integers are rounded. Shared when it is float64 without nulls. */
  f64(name: string): Float64Array {
    const { values, valid, spec } = this.#numeric(name)
    if (values instanceof Float64Array && valid === undefined) return values
    const out = new Float64Array(values.length)
    for (let i = 0; i < out.length; i++) out[i] = Number(values[i])
    const n = elementsPerRow(spec)
    if (valid !== undefined)
      for (let i = 0; i < out.length; i++) if (valid[Math.floor(i / n)] === 0) out[i] = NaN
    return out
  }

  /** @throws 'table/wrong-type' when it is no i64 or timestamp column */
  i64(name: string): BigInt64Array {
    return this.#typed(name, BigInt64Array, 'i64')
  }

  /** @throws 'table/wrong-type' when it is no i32 column */
  i32(name: string): Int32Array {
    return this.#typed(name, Int32Array, 'i32')
  }

  /** @throws 'table/wrong-type' when it is no f32 column */
  f32(name: string): Float32Array {
    return this.#typed(name, Float32Array, 'f32')
  }

  /** 0 and 1. @throws 'table/wrong-type' when it is no bool column */
  bool(name: string): Uint8Array {
    const { spec, values } = this.columnData(name)
    if (spec.type !== 'bool') throw this.#wrongType(spec, 'bool')
    return values as Uint8Array
  }

  /** @throws 'table/wrong-type' when it is no string column */
  strings(name: string): readonly string[] {
    const { spec, values } = this.columnData(name)
    if (spec.type !== 'string') throw this.#wrongType(spec, 'string')
    return values as readonly string[]
  }

  /** One cell, null where there is no value. */
  get(name: string, row: number): Cell {
    this.#checkRow(row)
    return cellOf(this.columnData(name), row)
  }

  isNull(name: string, row: number): boolean {
    return this.columnData(name).valid?.[row] === 0
  }

  row(row: number): Readonly<Record<string, Cell>> {
    this.#checkRow(row)
    return Object.fromEntries(this.schema.names.map((name) => [name, cellOf(this.columnData(name), row)]))
  }

  *rows(): IterableIterator<Readonly<Record<string, Cell>>> {
    for (let row = 0; row < this.numRows; row++) yield this.row(row)
  }

  /** Only these columns, in this order. */
  select(names: readonly string[]): Catalog {
    const columns = names.map((name) => this.columnData(name))
    return new Catalog(
      new Schema(
        columns.map((c) => c.spec),
        this.schema.metadata,
      ),
      columns,
      this.numRows,
    )
  }

  /** With a column more, or another in the place of the one of that name. */
  withColumn(spec: ColumnSpec, values: ColumnInput): Catalog {
    const column = makeColumn(spec, values)
    const specs = this.has(spec.name)
      ? this.schema.columns.map((c) => (c.name === spec.name ? spec : c))
      : [...this.schema.columns, spec]
    const columns = specs.map((s) => (s === spec ? column : this.columnData(s.name)))
    return new Catalog(new Schema(specs, this.schema.metadata), columns, this.numRows || column.numRows)
  }

  /** The same values under another schema of the same columns (units and docs added, metadata). */
  withSchema(schema: Schema): Catalog {
    const columns = schema.columns.map((spec) => this.columnOf(spec))
    return new Catalog(schema, columns, this.numRows)
  }

  /** Rows where the mask is not 0. */
  filter(mask: ArrayLike<number | boolean>): Catalog {
    if (mask.length !== this.numRows)
      throw tableError('table/bad-shape', `The mask has ${mask.length} rows, the table ${this.numRows}.`)
    let n = 0
    for (let i = 0; i < mask.length; i++) if (mask[i]) n++
    const rows = new Int32Array(n)
    for (let i = 0, at = 0; i < mask.length; i++) if (mask[i]) rows[at++] = i
    return this.take(rows)
  }

  /** Rows by index, in the order given. */
  take(rows: Int32Array): Catalog {
    for (const row of rows) this.#checkRow(row)
    const columns = this.schema.columns.map((spec) => takeRows(this.columnData(spec.name), rows))
    return new Catalog(this.schema, columns, rows.length)
  }

  /** Rows [start, end) as a view: numbers are not copied. */
  slice(start: number, end = this.numRows): Catalog {
    const from = Math.max(0, Math.min(start, this.numRows))
    const to = Math.max(from, Math.min(end, this.numRows))
    const columns = this.schema.columns.map((spec) => sliceRows(this.columnData(spec.name), from, to))
    return new Catalog(this.schema, columns, to - from)
  }

  /** As an Arrow table; numbers without nulls share their memory. Units and docs are field metadata. */
  toArrow(): Table {
    return columnsToArrow(
      this.schema,
      this.schema.columns.map((c) => this.columnData(c.name)),
      this.numRows,
    )
  }

  /** As an Arrow IPC stream. */
  toIpc(): Uint8Array {
    return toIpcBytes(this.toArrow())
  }

  /** This table's column under another spec of the same type. */
  columnOf(spec: ColumnSpec): Column {
    const column = this.columnData(spec.name)
    if (column.spec.type !== spec.type || elementsPerRow(column.spec) !== elementsPerRow(spec))
      throw this.#wrongType(column.spec, spec.type)
    return { ...column, spec }
  }

  #numeric(name: string): Column & { readonly values: NumericArray } {
    const column = this.columnData(name)
    if (!isNumericArray(column.values)) throw this.#wrongType(column.spec, 'numeric')
    return { ...column, values: column.values }
  }

  #typed<A extends NumericArray>(name: string, wanted: abstract new (n: number) => A, type: NumericType): A {
    const { spec, values } = this.columnData(name)
    if (!(values instanceof wanted)) throw this.#wrongType(spec, type)
    return values
  }

  #wrongType(spec: ColumnSpec, wanted: string) {
    return tableError('table/wrong-type', `Column '${spec.name}' is of type ${spec.type}, not ${wanted}.`)
  }

  #checkRow(row: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.numRows)
      throw tableError('table/bad-shape', `There is no row ${row}; the table has ${this.numRows}.`)
  }

  /** `Catalog(249 rows × 60 columns)`. */
  toString(): string {
    return `Catalog(${this.numRows} rows × ${this.schema.columns.length} columns)`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

/** Zeroed typed array of a column's type, for code that fills columns. */
export const allocateColumn = (type: NumericType, numRows: number): NumericArray => makeArray(type, numRows)

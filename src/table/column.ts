import { tableError } from './errors.ts'
import type { ColumnSpec, ColumnType } from './schema.ts'

export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** Rows of variable length: row r is elements offsets[r] … offsets[r+1] of `items`. */
export interface ListValues {
  readonly offsets: Int32Array
  readonly items: Column
}

/** Rows that are records: one column a member. */
export interface StructValues {
  readonly fields: readonly Column[]
}

/**
 * Values of a column: numbers flat (rows × product of shape), bool as 0 and 1 in a Uint8Array, timestamp as
 * BigInt64Array of nanoseconds, strings and bytes as arrays, lists and structs as nested columns.
 */
export type ColumnValues =
  | NumericArray
  | readonly string[]
  | readonly Uint8Array[]
  | ListValues
  | StructValues

/** A spec with its values. Values are shared between tables, never changed. */
export interface Column {
  readonly spec: ColumnSpec
  readonly numRows: number
  readonly values: ColumnValues
  /** 1 where the row has a value; absent when every row has. What stands in `values` of a null row is arbitrary. */
  readonly valid?: Uint8Array
}

/** One cell as people meet it; null where there is no value. Rows of array columns are sub-arrays. */
export type Cell =
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | NumericArray
  | readonly Cell[]
  | { readonly [name: string]: Cell }
  | null

const ARRAYS = {
  bool: Uint8Array,
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
  timestamp: BigInt64Array,
} as const

export type NumericType = keyof typeof ARRAYS

export const isNumericType = (type: ColumnType): type is NumericType => type in ARRAYS
export const isBigType = (type: ColumnType): boolean =>
  type === 'i64' || type === 'u64' || type === 'timestamp'

/** Zeroed values of a numeric column. */
export const makeArray = (type: NumericType, n: number): NumericArray => new ARRAYS[type](n)

/** Elements of one row. */
export const elementsPerRow = (spec: ColumnSpec): number =>
  (spec.shape ?? []).reduce((n, length) => n * length, 1)

export const isNumericArray = (values: unknown): values is NumericArray =>
  ArrayBuffer.isView(values) && !(values instanceof DataView)

export const hasArrayOf = (type: NumericType, values: NumericArray): boolean => values instanceof ARRAYS[type]

/** The cell of one row. */
export function cellOf(column: Column, row: number): Cell {
  if (column.valid?.[row] === 0) return null
  const { spec, values } = column
  if (isNumericArray(values)) {
    const n = elementsPerRow(spec)
    if (spec.shape !== undefined) return values.slice(row * n, (row + 1) * n)
    const value = values[row] ?? null
    return spec.type === 'bool' ? value === 1 : value
  }
  if ('fields' in values) return Object.fromEntries(values.fields.map((f) => [f.spec.name, cellOf(f, row)]))
  if ('offsets' in values) {
    const { offsets, items } = values
    return Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, i) =>
      cellOf(items, offsets[row]! + i),
    )
  }
  return values[row] ?? null
}

/** The rows of these indices, in their order. */
export function takeRows(column: Column, rows: Int32Array): Column {
  const { spec, values, valid } = column
  return {
    spec,
    numRows: rows.length,
    values: takeValues(spec, values, rows),
    ...(valid !== undefined && { valid: Uint8Array.from(rows, (r) => valid[r]!) }),
  }
}

function takeValues(spec: ColumnSpec, values: ColumnValues, rows: Int32Array): ColumnValues {
  if (isNumericArray(values)) return takeNumbers(spec, values, rows)
  if ('fields' in values) return { fields: values.fields.map((f) => takeRows(f, rows)) }
  if ('offsets' in values) return takeLists(values, rows)
  return Array.from(rows, (r) => values[r]!) as readonly string[] | readonly Uint8Array[]
}

function takeNumbers(spec: ColumnSpec, values: NumericArray, rows: Int32Array): NumericArray {
  const n = elementsPerRow(spec)
  const out = makeArray(spec.type as NumericType, rows.length * n)
  if (n === 1) for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!
  else
    for (let i = 0; i < rows.length; i++)
      for (let k = 0; k < n; k++) out[i * n + k] = values[rows[i]! * n + k]!
  return out
}

function takeLists({ offsets, items }: ListValues, rows: Int32Array): ListValues {
  const next = new Int32Array(rows.length + 1)
  for (let i = 0; i < rows.length; i++) next[i + 1] = next[i]! + offsets[rows[i]! + 1]! - offsets[rows[i]!]!
  const inner = new Int32Array(next[rows.length]!)
  for (let i = 0; i < rows.length; i++)
    for (let k = next[i]!, from = offsets[rows[i]!]!; k < next[i + 1]!; k++, from++) inner[k] = from
  return { offsets: next, items: takeRows(items, inner) }
}

/** Rows [start, end) without copying numbers. */
export function sliceRows(column: Column, start: number, end: number): Column {
  const { spec, values, valid } = column
  const n = elementsPerRow(spec)
  const part: ColumnValues = isNumericArray(values)
    ? values.subarray(start * n, end * n)
    : 'fields' in values
      ? { fields: values.fields.map((f) => sliceRows(f, start, end)) }
      : 'offsets' in values
        ? sliceLists(values, start, end)
        : (values.slice(start, end) as readonly string[] | readonly Uint8Array[])
  return {
    spec,
    numRows: end - start,
    values: part,
    ...(valid !== undefined && { valid: valid.subarray(start, end) }),
  }
}

function sliceLists({ offsets, items }: ListValues, start: number, end: number): ListValues {
  const first = offsets[start]!
  return {
    offsets: offsets.slice(start, end + 1).map((o) => o - first),
    items: sliceRows(items, first, offsets[end]!),
  }
}

/** Columns of one spec, one below the other. */
export function joinRows(spec: ColumnSpec, parts: readonly Column[]): Column {
  const numRows = parts.reduce((n, p) => n + p.numRows, 0)
  const values = joinValues(spec, parts)
  if (parts.every((p) => p.valid === undefined)) return { spec, numRows, values }
  const valid = new Uint8Array(numRows).fill(1)
  let at = 0
  for (const part of parts) {
    if (part.valid !== undefined) valid.set(part.valid, at)
    at += part.numRows
  }
  return { spec, numRows, values, valid }
}

function joinValues(spec: ColumnSpec, parts: readonly Column[]): ColumnValues {
  const { type } = spec
  if (isNumericType(type))
    return joinNumbers(
      type,
      parts.map((p) => p.values as NumericArray),
    )
  if (type === 'struct')
    return {
      fields: (spec.fields ?? []).map((field, i) =>
        joinRows(
          field,
          parts.map((p) => (p.values as StructValues).fields[i]!),
        ),
      ),
    }
  if (type === 'list')
    return joinLists(
      spec,
      parts.map((p) => p.values as ListValues),
    )
  return parts.flatMap((p) => p.values as readonly string[])
}

function joinNumbers(type: NumericType, parts: readonly NumericArray[]): NumericArray {
  const out = makeArray(
    type,
    parts.reduce((n, p) => n + p.length, 0),
  )
  let at = 0
  for (const part of parts) {
    out.set(part as never, at)
    at += part.length
  }
  return out
}

function joinLists(spec: ColumnSpec, parts: readonly ListValues[]): ListValues {
  const items = spec.items
  if (items === undefined)
    throw tableError('table/bad-shape', `The list column '${spec.name}' has no item type.`)
  const offsets = new Int32Array(parts.reduce((n, p) => n + p.offsets.length - 1, 0) + 1)
  let row = 0
  for (const part of parts) {
    const base = offsets[row]! - part.offsets[0]!
    for (let i = 1; i < part.offsets.length; i++) offsets[++row] = part.offsets[i]! + base
  }
  return {
    offsets,
    items: joinRows(
      items,
      parts.map((p) => p.items),
    ),
  }
}

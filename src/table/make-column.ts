import {
  type Column,
  elementsPerRow,
  hasArrayOf,
  isBigType,
  isNumericArray,
  isNumericType,
  type ListValues,
  makeArray,
  type NumericArray,
  type NumericType,
  type StructValues,
} from './column.ts'
import { tableError } from './errors.ts'
import type { ColumnSpec } from './schema.ts'

/**
 * What callers may give as the values of a column: the typed array itself (kept, not copied), another numeric array
 * (converted), an array of cells with null or undefined for no value, or values already in columnar form.
 */
export type ColumnInput = NumericArray | readonly unknown[] | ListValues | StructValues

/** Make a column of what callers give. @throws 'table/wrong-type', 'table/bad-shape' */
export function makeColumn(spec: ColumnSpec, input: ColumnInput): Column {
  if (isNumericArray(input)) return fromNumbers(spec, input)
  if ('offsets' in input) return { spec, numRows: input.offsets.length - 1, values: input }
  if ('fields' in input) return { spec, numRows: input.fields[0]?.numRows ?? 0, values: input }
  return fromCells(spec, input)
}

function fromNumbers(spec: ColumnSpec, input: NumericArray): Column {
  const { type } = spec
  if (!isNumericType(type)) throw wrongType(spec, 'numbers')
  const n = elementsPerRow(spec)
  const numRows = n === 0 ? 0 : input.length / n
  if (!Number.isInteger(numRows))
    throw tableError(
      'table/bad-shape',
      `Column '${spec.name}' has ${n} elements a row; ${input.length} values do not make whole rows.`,
    )
  const values = hasArrayOf(type, input) ? input : convert(spec, type, input)
  return { spec, numRows, values }
}

function convert(spec: ColumnSpec, type: NumericType, input: NumericArray): NumericArray {
  const out = makeArray(type, input.length)
  for (let i = 0; i < input.length; i++) out[i] = toNumber(spec, type, input[i]!)
  return out
}

/** @throws when the number is not one of the type: 2.5 or 300 for u8, 2^60 as a number for i64 */
function toNumber(spec: ColumnSpec, type: NumericType, value: unknown): never {
  if (isBigType(type)) {
    if (typeof value === 'bigint') return value as never
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value) as never
    if (value instanceof Date && type === 'timestamp') return (BigInt(value.getTime()) * 1_000_000n) as never
    throw notOfType(spec, value)
  }
  if (typeof value === 'boolean') return Number(value) as never
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number') throw notOfType(spec, value)
  if (type === 'f32' || type === 'f64') return number as never
  const [low, high] = LIMITS[type] ?? [0, 0]
  if (!Number.isInteger(number) || number < low || number > high) throw notOfType(spec, value)
  return number as never
}

const LIMITS: Partial<Record<NumericType, readonly [number, number]>> = {
  bool: [0, 1],
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32768, 32767],
  u16: [0, 65535],
  i32: [-2147483648, 2147483647],
  u32: [0, 4294967295],
}

function fromCells(spec: ColumnSpec, cells: readonly unknown[]): Column {
  const valid = validity(cells)
  const base = { spec, numRows: cells.length, ...(valid !== undefined && { valid }) }
  const { type } = spec
  if (isNumericType(type)) return { ...base, values: numbersOf(spec, type, cells) }
  if (type === 'string') return { ...base, values: cells.map((c) => stringOf(spec, c)) }
  if (type === 'binary') return { ...base, values: cells.map((c) => bytesOf(spec, c)) }
  return { ...base, values: type === 'list' ? listOf(spec, cells) : structOf(spec, cells) }
}

function validity(cells: readonly unknown[]): Uint8Array | undefined {
  if (!cells.some((c) => c === null || c === undefined)) return undefined
  return Uint8Array.from(cells, (c) => (c === null || c === undefined ? 0 : 1))
}

function numbersOf(spec: ColumnSpec, type: NumericType, cells: readonly unknown[]): NumericArray {
  const n = elementsPerRow(spec)
  const out = makeArray(type, cells.length * n)
  cells.forEach((cell, row) => {
    if (cell === null || cell === undefined) return
    if (spec.shape === undefined) {
      out[row] = toNumber(spec, type, cell)
      return
    }
    const elements = flatten(cell)
    if (elements.length !== n)
      throw tableError(
        'table/bad-shape',
        `Row ${row} of column '${spec.name}' has ${elements.length} elements, its shape wants ${n}.`,
      )
    elements.forEach((e, k) => {
      out[row * n + k] = toNumber(spec, type, e)
    })
  })
  return out
}

const flatten = (cell: unknown): readonly unknown[] =>
  isNumericArray(cell) ? Array.from(cell as Iterable<unknown>) : Array.isArray(cell) ? cell.flat(9) : [cell]

function stringOf(spec: ColumnSpec, cell: unknown): string {
  if (typeof cell === 'string') return cell
  if (cell === null || cell === undefined) return ''
  throw notOfType(spec, cell)
}

function bytesOf(spec: ColumnSpec, cell: unknown): Uint8Array {
  if (cell instanceof Uint8Array) return cell
  if (cell === null || cell === undefined) return new Uint8Array()
  throw notOfType(spec, cell)
}

function listOf(spec: ColumnSpec, cells: readonly unknown[]): ListValues {
  const items = spec.items
  if (items === undefined)
    throw tableError('table/bad-shape', `The list column '${spec.name}' has no item type.`)
  const offsets = new Int32Array(cells.length + 1)
  const flat: unknown[] = []
  cells.forEach((cell, row) => {
    if (cell !== null && cell !== undefined) {
      if (!Array.isArray(cell) && !isNumericArray(cell)) throw notOfType(spec, cell)
      for (const element of cell as Iterable<unknown>) flat.push(element)
    }
    offsets[row + 1] = flat.length
  })
  return { offsets, items: makeColumn(items, flat) }
}

function structOf(spec: ColumnSpec, cells: readonly unknown[]): StructValues {
  const member = (name: string) =>
    cells.map((cell) => {
      if (cell === null || cell === undefined) return null
      if (typeof cell !== 'object') throw notOfType(spec, cell)
      return (cell as Record<string, unknown>)[name] ?? null
    })
  return { fields: (spec.fields ?? []).map((field) => makeColumn(field, member(field.name))) }
}

const wrongType = (spec: ColumnSpec, found: string) =>
  tableError('table/wrong-type', `Column '${spec.name}' is of type ${spec.type}; ${found} were given.`)

const notOfType = (spec: ColumnSpec, value: unknown) =>
  tableError(
    'table/wrong-type',
    `Column '${spec.name}' is of type ${spec.type}; it cannot hold ${typeof value === 'bigint' ? `${value}n` : show(value)}.`,
    isBigType(spec.type) ? { hint: '64-bit integers are given as bigint: 42n.' } : {},
  )

const show = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

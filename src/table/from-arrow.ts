import { type Data, type DataType, type Field, Type, util, Vector } from 'apache-arrow'
import {
  type Column,
  joinRows,
  type ListValues,
  makeArray,
  type NumericArray,
  type NumericType,
} from './column.ts'
import { tableError } from './errors.ts'
import { unitAndDoc } from './metadata.ts'
import type { ColumnSpec, ColumnType } from './schema.ts'

/** What an Arrow field is as a column here; fixed-size lists of numbers become array columns. */
export function specOfField(field: Field): ColumnSpec {
  return specOfType(field.name, field.type as DataType, unitAndDoc(field.metadata))
}

type Extra = Pick<ColumnSpec, 'unit' | 'doc'>

function specOfType(name: string, type: DataType, extra: Extra = {}): ColumnSpec {
  switch (type.typeId as Type) {
    case Type.List:
    case Type.Map:
      return { name, type: 'list', items: specOfField(childField(type)), ...extra }
    case Type.FixedSizeList: {
      const items = specOfType('item', childField(type).type as DataType)
      const size = (type as DataType & { listSize: number }).listSize
      if (items.type in PLAIN_ARRAYS)
        return { name, type: items.type, shape: [size, ...(items.shape ?? [])], ...extra }
      return { name, type: 'list', items, ...extra }
    }
    case Type.Struct:
      return { name, type: 'struct', fields: (type.children as Field[]).map(specOfField), ...extra }
    case Type.Dictionary:
      return specOfType(name, (type as DataType & { dictionary: DataType }).dictionary, extra)
    default:
      return { name, type: scalarType(name, type), ...extra }
  }
}

const childField = (type: DataType): Field => (type.children as Field[])[0]!

const PLAIN_ARRAYS = { i8: 1, u8: 1, i16: 1, u16: 1, i32: 1, u32: 1, i64: 1, u64: 1, f32: 1, f64: 1, bool: 1 }

function scalarType(name: string, type: DataType): ColumnType {
  const { bitWidth, isSigned } = type as DataType & { bitWidth?: number; isSigned?: boolean }
  switch (type.typeId as Type) {
    case Type.Int:
      return `${isSigned === true ? 'i' : 'u'}${bitWidth ?? 64}` as ColumnType
    case Type.Float:
      return (type as DataType & { precision: number }).precision === 2 ? 'f64' : 'f32'
    case Type.Bool:
      return 'bool'
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
    case Type.Null:
      return 'string'
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return 'binary'
    case Type.Date:
    case Type.Timestamp:
      return 'timestamp'
    case Type.Time:
    case Type.Duration:
      return 'i64'
    case Type.Decimal:
      return 'f64'
    default:
      throw tableError(
        'table/unsupported',
        `Column '${name}' has the Arrow type ${Type[type.typeId]}, which is not read.`,
      )
  }
}

/** The chunks of an Arrow vector as one column. */
export function fromArrowVector(spec: ColumnSpec, chunks: readonly Data[]): Column {
  const parts = chunks.map((chunk) => fromChunk(spec, chunk))
  if (parts.length === 1) return parts[0]!
  return joinRows(spec, parts)
}

function fromChunk(spec: ColumnSpec, chunk: Data): Column {
  const valid = validityOf(chunk)
  return { spec, numRows: chunk.length, values: valuesOf(spec, chunk), ...(valid !== undefined && { valid }) }
}

function validityOf(chunk: Data): Uint8Array | undefined {
  if (chunk.type.typeId === Type.Null) return new Uint8Array(chunk.length)
  if (chunk.nullCount === 0) return undefined
  const valid = new Uint8Array(chunk.length)
  for (let i = 0; i < valid.length; i++) valid[i] = chunk.getValid(i) ? 1 : 0
  return valid
}

function valuesOf(spec: ColumnSpec, chunk: Data): Column['values'] {
  const typeId = chunk.type.typeId as Type
  if (spec.shape !== undefined) return fixedList(spec, chunk)
  if (typeId === Type.Struct)
    return { fields: (spec.fields ?? []).map((field, i) => fromChunk(field, chunk.children[i]!)) }
  if (typeId === Type.List || typeId === Type.Map || typeId === Type.FixedSizeList) return listOf(spec, chunk)
  if (typeId === Type.Int || typeId === Type.Float) {
    const { precision } = chunk.type as DataType & { precision?: number }
    if (typeId === Type.Int || precision !== 0)
      return (chunk.values as NumericArray).subarray(0, chunk.length)
  }
  return byElement(spec, chunk)
}

function fixedList(spec: ColumnSpec, chunk: Data): NumericArray {
  const [, ...rest] = spec.shape ?? []
  const inner: ColumnSpec = { name: 'item', type: spec.type, ...(rest.length > 0 && { shape: rest }) }
  const values = valuesOf(inner, chunk.children[0]!) as NumericArray
  return values
}

function listOf(spec: ColumnSpec, chunk: Data): ListValues {
  const child = chunk.children[0]!
  const items = spec.items!
  if (chunk.type.typeId === Type.FixedSizeList) {
    const size = (chunk.type as DataType & { listSize: number }).listSize
    return {
      offsets: Int32Array.from({ length: chunk.length + 1 }, (_, i) => i * size),
      items: fromChunk(items, child),
    }
  }
  const offsets = chunk.valueOffsets as unknown as Int32Array
  const first = offsets[0] ?? 0
  const own = Int32Array.from({ length: chunk.length + 1 }, (_, i) => (offsets[i] ?? first) - first)
  return { offsets: own, items: fromChunk(items, child.slice(first, own[chunk.length]!)) }
}

/** Types without a plain typed array behind them, element by element through Arrow's own accessors. */
function byElement(spec: ColumnSpec, chunk: Data): Column['values'] {
  const vector = new Vector([chunk])
  const get = (i: number): unknown => vector.get(i)
  const n = chunk.length
  if (spec.type === 'string') return Array.from({ length: n }, (_, i) => textOf(get(i)))
  if (spec.type === 'binary')
    return Array.from({ length: n }, (_, i) => (get(i) as Uint8Array | null) ?? new Uint8Array())
  const out = makeArray(spec.type as NumericType, n)
  const convert = converterOf(chunk.type as DataType)
  for (let i = 0; i < n; i++) if (chunk.getValid(i)) out[i] = convert(get(i), chunk, i) as never
  return out
}

type Converter = (value: unknown, chunk: Data, i: number) => number | bigint

function converterOf(type: DataType): Converter {
  switch (type.typeId as Type) {
    case Type.Bool:
      return (v) => (v === true ? 1 : 0)
    case Type.Date:
      return (v) => BigInt(Number(v)) * 1_000_000n
    case Type.Timestamp: {
      const factor = TO_NANOSECONDS[(type as DataType & { unit: number }).unit] ?? 1n
      return (_, chunk, i) => (chunk.values as BigInt64Array)[i]! * factor
    }
    case Type.Decimal: {
      const { scale } = type as DataType & { scale: number }
      return (v) => util.bigNumToNumber(v as never, scale)
    }
    case Type.Time:
    case Type.Duration:
      return (v) => BigInt(v as number | bigint)
    default:
      return (v) => v as number | bigint
  }
}

/** Seconds, milliseconds, microseconds, nanoseconds, as Arrow numbers its units. */
const TO_NANOSECONDS = [1_000_000_000n, 1_000_000n, 1000n, 1n] as const

/** Text columns, and dictionaries of texts. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

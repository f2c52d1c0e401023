import {
  Binary,
  Bool,
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema as ArrowSchema,
  Struct,
  Table,
  TimestampNanosecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import { concatBytes } from '#core'
import type { Column, ListValues, NumericArray, StructValues } from './column.ts'
import { fromArrowVector, specOfField } from './from-arrow.ts'
import { type ColumnSpec, type ColumnType, Schema } from './schema.ts'
import { schemaMetadata, specMetadata, userMetadata } from './metadata.ts'

/** An Arrow table of these columns; typed arrays are shared, booleans and strings re-packed. */
export function columnsToArrow(schema: Schema, columns: readonly Column[], numRows: number): Table {
  const arrowSchema = toArrowSchema(schema, numRows)
  const children = columns.map((column) => dataOf(column))
  const struct = makeData({ type: new Struct(arrowSchema.fields), length: numRows, nullCount: 0, children })
  return new Table(arrowSchema, [new RecordBatch(arrowSchema, struct)])
}

/** The Arrow schema with units and docs as field metadata. */
export const toArrowSchema = (
  schema: Schema,
  numRows?: number,
  metadata = schemaMetadata(schema, numRows),
): ArrowSchema => new ArrowSchema(schema.columns.map(fieldOf), new Map(Object.entries(metadata)))

/** Columns of an Arrow table of any origin. */
export function fromArrowTable(table: Table): {
  schema: Schema
  columns: readonly Column[]
  numRows: number
} {
  const columns = table.schema.fields.map((field: Field, i) => {
    const vector = table.getChildAt(i)
    if (vector === null) throw new Error(`Broken invariant: Arrow column ${field.name} has no vector`)
    return fromArrowVector(specOfField(field), vector.data as readonly Data[])
  })
  const schema = new Schema(
    columns.map((c) => c.spec),
    userMetadata(table.schema.metadata),
  )
  return { schema, columns, numRows: table.numRows }
}

const fieldOf = (spec: ColumnSpec): Field =>
  new Field(spec.name, typeOf(spec), true, new Map(Object.entries(specMetadata(spec))))

function typeOf(spec: ColumnSpec): DataType {
  const element = elementType(spec)
  return (spec.shape ?? []).reduceRight<DataType>(
    (inner, length) => new FixedSizeList(length, new Field('item', inner, true)),
    element,
  )
}

function elementType(spec: ColumnSpec): DataType {
  if (spec.type === 'list') return new List(fieldOf(spec.items ?? { name: 'item', type: 'f64' }))
  if (spec.type === 'struct') return new Struct((spec.fields ?? []).map(fieldOf))
  return SCALARS[spec.type]()
}

const SCALARS: Record<Exclude<ColumnType, 'list' | 'struct'>, () => DataType> = {
  bool: () => new Bool(),
  i8: () => new Int8(),
  u8: () => new Uint8(),
  i16: () => new Int16(),
  u16: () => new Uint16(),
  i32: () => new Int32(),
  u32: () => new Uint32(),
  i64: () => new Int64(),
  u64: () => new Uint64(),
  f32: () => new Float32(),
  f64: () => new Float64(),
  string: () => new Utf8(),
  binary: () => new Binary(),
  timestamp: () => new TimestampNanosecond(),
}

interface DataParts {
  readonly type: DataType
  readonly length: number
  readonly data?: ArrayBufferView
  readonly valueOffsets?: Int32Array
  readonly child?: Data
  readonly children?: Data[]
  readonly nullBitmap?: Uint8Array
  readonly nullCount?: number
}

/** makeData is overloaded by type; here the type is only known when running. */
const build = (parts: DataParts): Data => (makeData as unknown as (p: DataParts) => Data)(parts)

function dataOf(column: Column): Data {
  const { spec, numRows, valid } = column
  const nulls = nullsOf(valid)
  if (spec.shape === undefined) return build({ ...elementsOf(column, numRows), ...nulls })
  let length = spec.shape.reduce((n, l) => n * l, numRows)
  let inner = build(elementsOf(column, length))
  let type = elementType(spec)
  for (const [i, size] of [...spec.shape.entries()].reverse()) {
    type = new FixedSizeList(size, new Field('item', type, true))
    length = size === 0 ? numRows : length / size
    inner = build({ type, length, child: inner, ...(i === 0 ? nulls : { nullCount: 0 }) })
  }
  return inner
}

function nullsOf(valid: Uint8Array | undefined): Pick<DataParts, 'nullBitmap' | 'nullCount'> {
  if (valid === undefined) return { nullCount: 0 }
  let nullCount = 0
  for (const v of valid) if (v === 0) nullCount++
  return { nullBitmap: packBits(valid), nullCount }
}

function elementsOf({ spec, values }: Column, length: number): DataParts {
  const type = elementType(spec)
  switch (spec.type) {
    case 'bool':
      return { type, length, data: packBits(values as Uint8Array) }
    case 'string':
      return { type, length, ...packBytes((values as readonly string[]).map((s) => encoder.encode(s))) }
    case 'binary':
      return { type, length, ...packBytes(values as readonly Uint8Array[]) }
    case 'list': {
      const { offsets, items } = values as ListValues
      return { type, length, valueOffsets: offsets, child: dataOf(items) }
    }
    case 'struct':
      return { type, length, children: (values as StructValues).fields.map(dataOf) }
    default:
      return { type, length, data: values as NumericArray }
  }
}

const encoder = new TextEncoder()

/** Least significant bit first, as Arrow has it. */
function packBits(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 64) * 8)
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) bits[i >> 3]! |= 1 << (i & 7)
  return bits
}

function packBytes(parts: readonly Uint8Array[]): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(parts.length + 1)
  for (let i = 0; i < parts.length; i++) valueOffsets[i + 1] = valueOffsets[i]! + parts[i]!.length
  return { valueOffsets, data: concatBytes(parts) }
}

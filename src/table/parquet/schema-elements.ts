import type { SchemaElement } from 'hyparquet'
import type { Column, ListValues, StructValues } from '../column.ts'
import type { ColumnSpec, ColumnType } from '../schema.ts'

type Primitive = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>

/** The Parquet schema of these columns; a column without nulls is REQUIRED, which is smaller and faster to read. */
export const schemaElements = (columns: readonly Column[]): SchemaElement[] => [
  { name: 'schema', num_children: columns.length },
  ...columns.flatMap((column) => elementsOf(column.spec, column)),
]

function elementsOf(spec: ColumnSpec, column: Column | undefined, name = spec.name): SchemaElement[] {
  const repetition_type = column?.valid === undefined ? 'REQUIRED' : 'OPTIONAL'
  if (spec.shape !== undefined) {
    const [, ...inner] = spec.shape
    const { shape: _, ...scalar } = spec
    const item: ColumnSpec = inner.length === 0 ? scalar : { ...scalar, shape: inner }
    return listOf(name, repetition_type, elementsOf(item, undefined, 'element'))
  }
  if (spec.type === 'list') {
    const items = (column?.values as ListValues | undefined)?.items
    const item = spec.items ?? { name: 'element', type: 'f64' as const }
    return listOf(name, repetition_type, elementsOf(item, items, 'element'))
  }
  if (spec.type === 'struct') {
    const fields = spec.fields ?? []
    const columns = (column?.values as StructValues | undefined)?.fields
    return [
      { name, repetition_type, num_children: fields.length },
      ...fields.flatMap((field, i) => elementsOf(field, columns?.[i])),
    ]
  }
  return [{ name, repetition_type, ...PRIMITIVES[spec.type] }]
}

/** The three-level list of the Parquet format. */
const listOf = (
  name: string,
  repetition_type: 'REQUIRED' | 'OPTIONAL',
  element: readonly SchemaElement[],
): SchemaElement[] => [
  { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
]

/** By the older annotation alone: the writer's INTEGER logical type has a bit width that pyarrow cannot read. */
const integer = (bits: 8 | 16 | 32 | 64, sign: 'INT' | 'UINT'): Pick<SchemaElement, 'converted_type'> => ({
  converted_type: `${sign}_${bits}`,
})

const PRIMITIVES: Record<Exclude<ColumnType, 'list' | 'struct'>, Primitive> = {
  bool: { type: 'BOOLEAN' },
  i8: { type: 'INT32', ...integer(8, 'INT') },
  u8: { type: 'INT32', ...integer(8, 'UINT') },
  i16: { type: 'INT32', ...integer(16, 'INT') },
  u16: { type: 'INT32', ...integer(16, 'UINT') },
  i32: { type: 'INT32' },
  u32: { type: 'INT32', ...integer(32, 'UINT') },
  i64: { type: 'INT64' },
  u64: { type: 'INT64', ...integer(64, 'UINT') },
  f32: { type: 'FLOAT' },
  f64: { type: 'DOUBLE' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  binary: { type: 'BYTE_ARRAY' },
  timestamp: {
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' },
  },
}

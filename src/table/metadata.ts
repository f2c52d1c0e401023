import type { ColumnSpec, Schema } from './schema.ts'

/** Keys under which a field's unit and doc travel in Arrow and Parquet; `description` is astropy's word for `doc`. */
const UNIT = 'unit'
const DOC = 'doc'

/** Field metadata of a column. */
export function specMetadata(spec: ColumnSpec): Record<string, string> {
  return {
    ...(spec.unit !== undefined && { [UNIT]: spec.unit }),
    ...(spec.doc !== undefined && { [DOC]: spec.doc, description: spec.doc }),
  }
}

/** Unit and doc out of the field metadata of any writer. */
export function unitAndDoc(metadata: ReadonlyMap<string, string>): Pick<ColumnSpec, 'unit' | 'doc'> {
  const unit = metadata.get(UNIT)
  const doc = metadata.get(DOC) ?? metadata.get('description')
  return {
    ...(unit !== undefined && unit !== '' && { unit }),
    ...(doc !== undefined && doc !== '' && { doc }),
  }
}

const ROW_COUNT = 'lsst::arrow::rowcount'
const ASTROPY = 'table_meta_yaml'
const OURS = new Set([ROW_COUNT, ASTROPY, 'ARROW:schema', 'pandas'])

type TableMeta = Readonly<Record<string, string | number | boolean>>

/** Schema metadata: the table's own, the Rubin stack's row count, astropy's column list with units and docs. */
export function schemaMetadata(
  schema: Schema,
  numRows: number | undefined,
  meta: TableMeta = {},
): Record<string, string> {
  return {
    ...schema.metadata,
    ...(numRows !== undefined && { [ROW_COUNT]: String(numRows) }),
    ...(schema.columns.every(isFlat) && { [ASTROPY]: astropyYaml(schema, meta) }),
  }
}

/** What of a file's key-value metadata is the table's own. */
export const userMetadata = (metadata: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...metadata].filter(([key]) => !OURS.has(key)))

const isFlat = (spec: ColumnSpec): boolean => spec.type !== 'list' && spec.type !== 'struct'

/** astropy's `table_meta_yaml`: each column a flow mapping of YAML 1.2, which is JSON. */
function astropyYaml(schema: Schema, meta: TableMeta): string {
  const columns = schema.columns.map((spec) => {
    const entry = {
      name: spec.name,
      ...(spec.unit !== undefined && { unit: spec.unit }),
      datatype: ASTROPY_TYPES[spec.type] ?? spec.type,
      ...(spec.doc !== undefined && { description: spec.doc }),
    }
    return `- ${JSON.stringify(entry).replaceAll('":', '": ')}`
  })
  const entries = Object.entries(meta).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  return ['datatype:', ...columns, ...(entries.length > 0 ? ['meta:', ...entries] : []), ''].join('\n')
}

const ASTROPY_TYPES: Partial<Record<ColumnSpec['type'], string>> = {
  bool: 'bool',
  i8: 'int8',
  u8: 'uint8',
  i16: 'int16',
  u16: 'uint16',
  i32: 'int32',
  u32: 'uint32',
  i64: 'int64',
  u64: 'uint64',
  f32: 'float32',
  f64: 'float64',
  timestamp: 'int64',
  binary: 'object',
}

import { tableFromIPC } from 'apache-arrow'
import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet'
import { parse } from 'yaml'
import { fromBase64 } from '#core'
import { tableError } from '../errors.ts'
import { specOfField } from '../from-arrow.ts'
import { userMetadata } from '../metadata.ts'
import { MAP_ENTRIES } from './maps.ts'
import { type ColumnSpec, type ColumnType, Schema } from '../schema.ts'

/** Columns of a Parquet file: types from its own schema, units, docs and array shapes from what its writer noted. */
export function parquetToSchema(metadata: FileMetaData): Schema {
  const keyValues = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']))
  const arrow = arrowSpecs(keyValues.get('ARROW:schema'))
  const astropy = astropySpecs(keyValues.get('table_meta_yaml'))
  const columns = parquetSchema(metadata).children.map((tree) => {
    const spec = specOf(tree)
    return annotate(annotate(spec, astropy.get(spec.name)), arrow.get(spec.name))
  })
  return new Schema(columns, userMetadata(keyValues))
}

type Annotation = Partial<Pick<ColumnSpec, 'unit' | 'doc' | 'shape' | 'items' | 'fields' | 'type'>>

function annotate(spec: ColumnSpec, note: Annotation | undefined): ColumnSpec {
  if (note === undefined) return spec
  const { unit, doc, shape } = note
  const noted: ColumnSpec = {
    ...spec,
    ...(unit !== undefined && { unit }),
    ...(doc !== undefined && { doc }),
  }
  if (spec.type === 'list' && shape !== undefined && note.type !== undefined) {
    const { items: _, ...scalar } = noted
    return { ...scalar, type: note.type, shape }
  }
  if (spec.items !== undefined && note.items !== undefined)
    return { ...noted, items: annotate(spec.items, note.items) }
  if (spec.fields !== undefined && note.fields !== undefined) {
    const known = new Map(note.fields.map((f) => [f.name, f]))
    return { ...noted, fields: spec.fields.map((f) => annotate(f, known.get(f.name))) }
  }
  return noted
}

/** Notes are a help, not the data: what cannot be parsed is left out. */
function arrowSpecs(base64: string | undefined): Map<string, ColumnSpec> {
  if (base64 === undefined) return new Map()
  try {
    const fields = tableFromIPC(fromBase64(base64)).schema.fields
    return new Map(fields.map((field) => [field.name, specOfField(field)]))
  } catch {
    return new Map()
  }
}

function astropySpecs(yaml: string | undefined): Map<string, Annotation> {
  if (yaml === undefined) return new Map()
  try {
    const { datatype } = parse(yaml, { logLevel: 'silent' }) as { datatype?: unknown }
    if (!Array.isArray(datatype)) return new Map()
    return new Map(
      datatype.map((entry: Record<string, unknown>) => [String(entry['name']), astropyNote(entry)]),
    )
  } catch {
    return new Map()
  }
}

const astropyNote = ({ unit, description }: Record<string, unknown>): Annotation => ({
  ...(typeof unit === 'string' && { unit }),
  ...(typeof description === 'string' && { doc: description }),
})

function specOf(tree: SchemaTree): ColumnSpec {
  const { element, children } = tree
  const { name } = element
  if (element.repetition_type === 'REPEATED')
    return {
      name,
      type: 'list',
      items: children.length > 0 ? structOf('element', children) : leafOf(tree, 'element'),
    }
  if (children.length === 0) return leafOf(tree)
  if (element.converted_type === 'LIST' || element.logical_type?.type === 'LIST')
    return listOf(name, children[0])
  if (isMap(element)) {
    const entries = children[0]?.children ?? []
    return { name, type: 'list', items: structOf(MAP_ENTRIES, entries) }
  }
  return structOf(name, children)
}

const isMap = ({ converted_type, logical_type }: SchemaElement): boolean =>
  converted_type === 'MAP' || converted_type === 'MAP_KEY_VALUE' || logical_type?.type === 'MAP'

const structOf = (name: string, children: readonly SchemaTree[]): ColumnSpec => ({
  name,
  type: 'struct',
  fields: children.map(specOf),
})

/** Three-level lists have a repeated group with one child; older writers repeat the element itself. */
function listOf(name: string, repeated: SchemaTree | undefined): ColumnSpec {
  if (repeated === undefined)
    throw tableError('table/bad-parquet', `The list column '${name}' has no elements.`)
  const only = repeated.children.length === 1 ? repeated.children[0] : undefined
  if (only !== undefined) return { name, type: 'list', items: specOf(only) }
  if (repeated.children.length === 0) return { name, type: 'list', items: leafOf(repeated, 'element') }
  return { name, type: 'list', items: structOf('element', repeated.children) }
}

const leafOf = ({ element }: SchemaTree, name = element.name): ColumnSpec => ({
  name,
  type: leafType(element),
})

function leafType(element: SchemaElement): ColumnType {
  const { type, converted_type: converted, logical_type: logical } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'f64'
  if (logical?.type === 'FLOAT16') return 'f32'
  if (logical?.type === 'UUID') return 'string'
  if (logical?.type === 'TIMESTAMP' || converted === 'DATE' || converted?.startsWith('TIMESTAMP') === true)
    return 'timestamp'
  if (converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON') return 'string'
  if (logical?.type === 'STRING' || logical?.type === 'ENUM' || logical?.type === 'JSON') return 'string'
  if (logical?.type === 'INTEGER') return `${logical.isSigned ? 'i' : 'u'}${logical.bitWidth}` as ColumnType
  const integer = /^(U?)INT_(\d+)$/.exec(converted ?? '')
  if (integer !== null) return `${integer[1] === 'U' ? 'u' : 'i'}${integer[2]}` as ColumnType
  return PHYSICAL[type ?? 'BYTE_ARRAY']
}

const PHYSICAL: Record<NonNullable<SchemaElement['type']>, ColumnType> = {
  BOOLEAN: 'bool',
  INT32: 'i32',
  INT64: 'i64',
  INT96: 'timestamp',
  FLOAT: 'f32',
  DOUBLE: 'f64',
  BYTE_ARRAY: 'binary',
  FIXED_LEN_BYTE_ARRAY: 'binary',
}

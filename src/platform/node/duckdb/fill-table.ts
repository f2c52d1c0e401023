import {
  ARRAY,
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  blobValue,
  FLOAT,
  INTEGER,
  LIST,
  arrayValue,
  listValue,
  SMALLINT,
  STRUCT,
  structValue,
  TIMESTAMP_NS,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
  timestampNanosValue,
} from '@duckdb/node-api'
import { quoteIdentifier } from '#sql'
import type { Catalog, Cell, Column, ColumnSpec, ColumnType, NumericArray } from '#table'

const CHUNK_ROWS = 2048

/** Make (or replace) a table of the engine with a catalog's rows. */
export async function fillTable(
  connection: DuckDBConnection,
  { schema, name }: { readonly schema?: string; readonly name: string },
  catalog: Catalog,
): Promise<void> {
  const columns = catalog.schema.columns.map((spec) => catalog.columnData(spec.name))
  const types = columns.map(({ spec }) => typeOf(spec))
  const declared = columns.map(({ spec }, i) => `${quoteIdentifier(spec.name)} ${types[i]!.toString()}`)
  const table = `${schema === undefined ? '' : `${schema}.`}${quoteIdentifier(name)}`
  await connection.run(`DROP VIEW IF EXISTS ${table}`).catch(() => {})
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${declared.join(', ')})`)
  const appender = await connection.createAppender(name, schema)
  for (let start = 0; start < catalog.numRows; start += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, catalog.numRows - start)
    const chunk = DuckDBDataChunk.create(types, count)
    columns.forEach((column, i) => {
      fillVector(chunk, i, column, catalog, start, count)
    })
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** Plain numbers go in as memory, all else value by value. */
function fillVector(
  chunk: DuckDBDataChunk,
  i: number,
  { spec, values, valid }: Column,
  catalog: Catalog,
  start: number,
  count: number,
): void {
  if (spec.shape === undefined && spec.type in MEMORY && valid === undefined) {
    const vector = chunk.getColumnVector(i)
    const { items } = vector as unknown as { readonly items: NumericArray }
    items.set((values as NumericArray).subarray(start, start + count) as never)
    vector.flush()
    return
  }
  const cells = Array.from({ length: count }, (_, k) => toValue(spec, catalog.get(spec.name, start + k)))
  chunk.setColumnValues(i, cells)
}

const MEMORY = { i8: 1, u8: 1, i16: 1, u16: 1, i32: 1, u32: 1, i64: 1, u64: 1, f32: 1, f64: 1 }

function toValue(spec: ColumnSpec, cell: Cell): DuckDBValue {
  if (cell === null) return null
  if (spec.shape !== undefined) {
    const { shape, ...scalar } = spec
    return arrayOf(scalar, Array.from(cell as Iterable<Cell>), shape)
  }
  if (spec.type === 'binary') return blobValue(cell as Uint8Array)
  if (spec.type === 'timestamp') return timestampNanosValue(cell as bigint)
  if (spec.type === 'list') return listValue((cell as readonly Cell[]).map((c) => toValue(spec.items!, c)))
  if (spec.type === 'struct') {
    const record = cell as Readonly<Record<string, Cell>>
    return structValue(
      Object.fromEntries((spec.fields ?? []).map((f) => [f.name, toValue(f, record[f.name] ?? null)])),
    )
  }
  return cell as DuckDBValue
}

function arrayOf(scalar: ColumnSpec, flat: readonly Cell[], shape: readonly number[]): DuckDBValue {
  const [length = 0, ...inner] = shape
  if (inner.length === 0) return arrayValue(flat.map((c) => toValue(scalar, c)))
  const size = flat.length / Math.max(1, length)
  return arrayValue(
    Array.from({ length }, (_, i) => arrayOf(scalar, flat.slice(i * size, (i + 1) * size), inner)),
  )
}

function typeOf(spec: ColumnSpec): DuckDBType {
  const element =
    spec.type === 'list'
      ? LIST(typeOf(spec.items ?? { name: 'element', type: 'f64' }))
      : spec.type === 'struct'
        ? STRUCT(Object.fromEntries((spec.fields ?? []).map((f) => [f.name, typeOf(f)])))
        : SCALARS[spec.type]
  return (spec.shape ?? []).reduceRight<DuckDBType>((inner, length) => ARRAY(inner, length), element)
}

const SCALARS: Record<Exclude<ColumnType, 'list' | 'struct'>, DuckDBType> = {
  bool: BOOLEAN,
  i8: TINYINT,
  u8: UTINYINT,
  i16: SMALLINT,
  u16: USMALLINT,
  i32: INTEGER,
  u32: UINTEGER,
  i64: BIGINT,
  u64: UBIGINT,
  f32: FLOAT,
  f64: DOUBLE,
  string: VARCHAR,
  binary: BLOB,
  timestamp: TIMESTAMP_NS,
}

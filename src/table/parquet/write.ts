import { type Schema as ArrowSchema, tableToIPC, Table } from 'apache-arrow'
import type { DecodedArray } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { toBase64 } from '#core'
import { toArrowSchema } from '../arrow.ts'
import type { Catalog } from '../catalog.ts'
import { type Cell, cellOf, type Column, isNumericArray, type NumericArray } from '../column.ts'
import { schemaMetadata } from '../metadata.ts'
import type { ColumnSpec, Schema } from '../schema.ts'
import { schemaElements } from './schema-elements.ts'

export interface WriteParquetOptions {
  /** Rows of a row group, the unit that readers skip by its statistics (default 100 000). */
  readonly rowGroupRows?: number
  /** Snappy (default) is the codec there is portable code for; zstd is read, not written. */
  readonly codec?: 'SNAPPY' | 'UNCOMPRESSED'
  /** Further key-value metadata of the file. */
  readonly metadata?: Readonly<Record<string, string>>
  /** The `meta` that astropy's reader gives the table. */
  readonly tableMeta?: Readonly<Record<string, string | number | boolean>>
}

/**
 * A Parquet file. Units and docs are field metadata of the Arrow schema that pyarrow reads (`ARROW:schema`) and of
 * astropy's `table_meta_yaml`; min, max and null counts of every row group let DuckDB skip what a WHERE excludes.
 */
export function writeParquet(catalog: Catalog, options: WriteParquetOptions = {}): Uint8Array<ArrayBuffer> {
  const columns = catalog.schema.columns.map((spec) => catalog.columnData(spec.name))
  const schema = catalog.schema.withMetadata(options.metadata ?? {})
  const metadata = schemaMetadata(schema, catalog.numRows, options.tableMeta)
  const buffer = parquetWriteBuffer({
    columnData: columns.map((column) => ({
      name: column.spec.name,
      data: rowsOf(column),
      ...(isPlain(column) && { encoding: 'PLAIN' as const }),
    })),
    schema: schemaElements(columns),
    codec: options.codec ?? 'SNAPPY',
    rowGroupSize: options.rowGroupRows ?? 100_000,
    createdBy: 'firstlight',
    kvMetadata: [
      ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
      {
        key: 'ARROW:schema',
        value: toBase64(arrowSchemaMessage(toArrowSchema(schema, catalog.numRows, metadata))),
      },
    ],
  })
  return new Uint8Array(buffer)
}

/** Floats seldom repeat: looking for a dictionary would only cost time. */
const isPlain = ({ spec }: Column): boolean =>
  spec.shape === undefined && (spec.type === 'f32' || spec.type === 'f64')

/** Rows as the writer takes them: typed arrays where there are no nulls, else cells. */
function rowsOf(column: Column): DecodedArray {
  const { spec, values, valid } = column
  if (valid === undefined && spec.shape === undefined) {
    if (spec.type === 'bool') return Array.from(values as Uint8Array, (v) => v === 1)
    if (isNumericArray(values)) return widened(values)
    if (Array.isArray(values)) return values as DecodedArray
  }
  return Array.from({ length: column.numRows }, (_, row) => nested(spec, cellOf(column, row)))
}

/** Parquet knows 32- and 64-bit integers only; smaller ones are annotated 32-bit, u32 the writer takes as plain numbers. */
function widened(values: NumericArray): DecodedArray {
  if (values instanceof Uint32Array) return Array.from(values)
  const narrow = values.BYTES_PER_ELEMENT < 4
  return narrow ? Int32Array.from(values as Uint8Array) : (values as DecodedArray)
}

/** A cell as the writer takes it: arrays of any kind as plain (nested) arrays. */
function nested(spec: ColumnSpec, cell: Cell): unknown {
  if (cell === null) return null
  if (spec.shape !== undefined) return nest(Array.from(cell as Iterable<unknown>), spec.shape)
  if (spec.type === 'list') return (cell as readonly Cell[]).map((c) => nested(spec.items!, c))
  if (spec.type !== 'struct') return cell
  const record = cell as Readonly<Record<string, Cell>>
  return Object.fromEntries((spec.fields ?? []).map((f) => [f.name, nested(f, record[f.name] ?? null)]))
}

function nest(flat: readonly unknown[], shape: readonly number[]): unknown {
  const [length = 0, ...inner] = shape
  if (inner.length === 0) return flat
  const size = flat.length / Math.max(1, length)
  return Array.from({ length }, (_, i) => nest(flat.slice(i * size, (i + 1) * size), inner))
}

/** The schema message of an IPC stream, as Arrow C++ keeps it in Parquet. */
function arrowSchemaMessage(schema: ArrowSchema): Uint8Array {
  const stream = tableToIPC(new Table(schema), 'stream')
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  return stream.subarray(0, 8 + length)
}

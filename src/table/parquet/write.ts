import { tableToIPC, Table } from 'apache-arrow'
import type { DecodedArray } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { toBase64 } from '#core'
import { toArrowSchema } from '../arrow.ts'
import type { Catalog } from '../catalog.ts'
import { type Cell, cellOf, type Column, isNumericArray, type NumericArray } from '../column.ts'
import { schemaMetadata } from '../metadata.ts'
import type { Schema } from '../schema.ts'
import { schemaElements } from './schema-elements.ts'

export interface WriteParquetOptions {
  /** Rows of a row group, the unit that readers skip by its statistics (default 100 000). */
  readonly rowGroupRows?: number
  /** Snappy (default) is the codec there is portable code for; zstd is read, not written. */
  readonly codec?: 'SNAPPY' | 'UNCOMPRESSED'
  /** Further key-value metadata of the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * A Parquet file. Units and docs are field metadata of the Arrow schema that pyarrow reads (`ARROW:schema`) and of
 * astropy's `table_meta_yaml`; min, max and null counts of every row group let DuckDB skip what a WHERE excludes.
 */
export function writeParquet(catalog: Catalog, options: WriteParquetOptions = {}): Uint8Array<ArrayBuffer> {
  const columns = catalog.schema.columns.map((spec) => catalog.columnData(spec.name))
  const metadata = { ...schemaMetadata(catalog.schema, catalog.numRows), ...options.metadata }
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
      { key: 'ARROW:schema', value: toBase64(arrowSchemaMessage(catalog.schema, catalog.numRows)) },
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
  return Array.from({ length: column.numRows }, (_, row) => nested(cellOf(column, row)))
}

/** Parquet knows 32- and 64-bit integers only; smaller ones are annotated 32-bit. */
const widened = (values: NumericArray): DecodedArray =>
  values instanceof Int8Array ||
  values instanceof Int16Array ||
  values instanceof Uint16Array ||
  values instanceof Uint8Array
    ? Int32Array.from(values)
    : (values as DecodedArray)

function nested(cell: Cell): unknown {
  if (isNumericArray(cell)) return Array.from(cell as Iterable<unknown>)
  if (Array.isArray(cell)) return cell.map(nested)
  return cell
}

/** The schema message of an IPC stream, as Arrow C++ keeps it in Parquet. */
function arrowSchemaMessage(schema: Schema, numRows: number): Uint8Array {
  const stream = tableToIPC(new Table(toArrowSchema(schema, numRows)), 'stream')
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  return stream.subarray(0, 8 + length)
}

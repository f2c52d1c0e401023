/**
 * table: catalogs. Nouns: ColumnSpec and Schema (name, type, unit, doc of each column), Catalog (columns of values with a
 * schema, never changed once made), Column (one of them). In and out: Arrow tables and IPC bytes, Parquet. 64-bit ids are
 * BigInt64Array columns and bigint cells, never floats; nulls are kept apart from NaN; lists and structs nest, so that
 * footprints can be a column. It knows no FITS, no SQL, no butler. In the Rubin stack this is afw.table and the Arrow
 * and Parquet storage classes of daf_butler in one.
 */
export { type ColumnSpec, type ColumnType, Schema } from './schema.ts'
export { Catalog, allocateColumn } from './catalog.ts'
export {
  type Cell,
  type Column,
  type ColumnValues,
  type ListValues,
  type NumericArray,
  type NumericType,
  type StructValues,
} from './column.ts'
export { type ColumnInput, makeColumn } from './make-column.ts'
export type { TableErrorCode } from './errors.ts'
export { type WriteParquetOptions, writeParquet } from './parquet/write.ts'
export { parquetSchemaBytes } from './parquet/schema-bytes.ts'
export { type ParquetInfo, type ReadParquetOptions, readParquet, readParquetInfo } from './parquet/read.ts'

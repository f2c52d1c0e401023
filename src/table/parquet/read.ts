import { type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { entriesOfMaps } from './maps.ts'
import { type ByteSource, bytesSource, messageOf } from '#core'
import { Catalog } from '../catalog.ts'
import { type Column, joinRows, type NumericArray } from '../column.ts'
import { tableError } from '../errors.ts'
import { makeColumn } from '../make-column.ts'
import { noSuchColumn, Schema } from '../schema.ts'
import { parquetToSchema } from './read-schema.ts'

export interface ReadParquetOptions {
  /** Only these columns. */
  readonly columns?: readonly string[]
  /** Only rows [start, end); row groups outside are not read. */
  readonly rows?: readonly [start: number, end: number]
}

/** What a Parquet file holds, from its footer alone. */
export interface ParquetInfo {
  readonly schema: Schema
  readonly numRows: number
  readonly numRowGroups: number
  /** Columns that are the index of the pandas data frame that was written; none for other files. */
  readonly indexColumns: readonly string[]
}

/** The schema of a file with units and docs. @throws 'table/bad-parquet' */
export async function readParquetInfo(source: ByteSource | Uint8Array): Promise<ParquetInfo> {
  const { file, name } = toFile(source)
  const metadata = await told(name, () => parquetMetadataAsync(file))
  const schema = await told(name, () => Promise.resolve(parquetToSchema(metadata)))
  return {
    schema,
    numRows: Number(metadata.num_rows),
    numRowGroups: metadata.row_groups.length,
    indexColumns: indexColumns(metadata, schema),
  }
}

/** pandas notes its index in JSON: names of columns, or a range that is stored nowhere. */
function indexColumns(metadata: FileMetaData, schema: Schema): readonly string[] {
  const note = metadata.key_value_metadata?.find((m) => m.key === 'pandas')?.value
  if (note === undefined) return []
  try {
    const { index_columns } = JSON.parse(note) as { index_columns?: unknown }
    if (!Array.isArray(index_columns)) return []
    return index_columns.filter((c): c is string => typeof c === 'string' && schema.names.includes(c))
  } catch {
    return []
  }
}

/** A Parquet file of any writer as a catalog; only the columns and row groups asked for are read. @throws 'table/…' */
export async function readParquet(
  source: ByteSource | Uint8Array,
  options: ReadParquetOptions = {},
): Promise<Catalog> {
  const { file, name } = toFile(source)
  const metadata = await told(name, () => parquetMetadataAsync(file))
  const whole = await told(name, () => Promise.resolve(parquetToSchema(metadata)))
  const names = options.columns ?? whole.names
  const schema = new Schema(
    names.map((n) => whole.find(n) ?? noSuchColumn(n, whole.names)),
    whole.metadata,
  )
  const [start, end] = clampRows(options.rows, Number(metadata.num_rows))
  if (start >= end || names.length === 0) return emptyOf(schema, end - start)
  const chunks = await told(name, () => readChunks(file, metadata, names, start, end))
  const columns = schema.columns.map((spec) => {
    const parts = (chunks.get(spec.name) ?? []).toSorted((a, b) => a.rowStart - b.rowStart)
    return joinRows(
      spec,
      parts.map((part) => cut(makeColumn(spec, entriesOfMaps(spec, part.data)), part.rowStart, start, end)),
    )
  })
  return new Catalog(schema, columns, end - start)
}

const emptyOf = (schema: Schema, numRows: number): Catalog =>
  schema.columns.length === 0 ? new Catalog(schema, [], Math.max(0, numRows)) : Catalog.empty(schema)

function clampRows(rows: readonly [number, number] | undefined, numRows: number): [number, number] {
  const [start, end] = rows ?? [0, numRows]
  return [Math.max(0, start), Math.min(numRows, end)]
}

interface Chunk {
  readonly data: NumericArray | readonly unknown[]
  readonly rowStart: number
}

type AsyncFile = { readonly byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> }

async function readChunks(
  file: AsyncFile,
  metadata: FileMetaData,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<Map<string, Chunk[]>> {
  const chunks = new Map<string, Chunk[]>()
  await parquetRead({
    file,
    metadata,
    columns: [...columns],
    rowStart,
    rowEnd,
    compressors: CODECS,
    utf8: false,
    geoparquet: false,
    parsers: EXACT_PARSERS,
    onChunk: (chunk) => {
      const list = chunks.get(chunk.columnName) ?? []
      list.push({ data: chunk.columnData as NumericArray | readonly unknown[], rowStart: chunk.rowStart })
      chunks.set(chunk.columnName, list)
    },
  })
  return chunks
}

/** LZ4 of nothing is one byte, which the decoder takes for damage. */
const CODECS = {
  ...compressors,
  LZ4: (input: Uint8Array, length: number) =>
    length === 0 ? input.subarray(0, 0) : compressors.LZ4!(input, length),
  LZ4_RAW: (input: Uint8Array, length: number) =>
    length === 0 ? input.subarray(0, 0) : compressors.LZ4_RAW!(input, length),
}

/** Times as nanoseconds in bigint: the reader's own Date would lose what is below a millisecond. */
const EXACT_PARSERS = {
  timestampFromMilliseconds: (v: bigint) => toNanoseconds(v, 1_000_000n),
  timestampFromMicroseconds: (v: bigint) => toNanoseconds(v, 1000n),
  timestampFromNanoseconds: (v: bigint) => toNanoseconds(v, 1n),
  dateFromDays: (days: number) => toNanoseconds(days, 86_400_000_000_000n),
  jsonFromBytes: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
}

const toNanoseconds = (value: bigint | number | null | undefined, factor: bigint): bigint | null =>
  value === null || value === undefined ? null : BigInt(value) * factor

/** The part of a chunk inside rows [start, end). */
function cut(column: Column, rowStart: number, start: number, end: number): Column {
  const from = Math.max(0, start - rowStart)
  const to = Math.min(column.numRows, end - rowStart)
  if (from === 0 && to === column.numRows) return column
  const schema = new Schema([column.spec])
  return new Catalog(schema, [column]).slice(from, Math.max(from, to)).columnData(column.spec.name)
}

function toFile(source: ByteSource | Uint8Array): { file: AsyncFile; name: string } {
  const bytes = source instanceof Uint8Array ? bytesSource(source, 'Parquet data') : source
  return {
    name: bytes.name,
    file: {
      byteLength: bytes.size,
      slice: async (start, end = bytes.size) => exactBuffer(await bytes.read(start, end - start)),
    },
  }
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === byteLength) return buffer
  return new Uint8Array(bytes).buffer
}

async function told<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    throw tableError('table/bad-parquet', `${name} cannot be read as Parquet: ${messageOf(error)}.`, {
      cause: error,
      hint: 'The file is damaged, cut short or no Parquet file.',
      data: { file: name },
    })
  }
}

import type { Catalog } from '#table'

/** Values for the `?`, `$1` or `$name` of a statement. */
export type QueryParam = string | number | bigint | boolean | null | Uint8Array
export type QueryParams = readonly QueryParam[] | Readonly<Record<string, QueryParam>>

export interface QueryOptions {
  /** Stops a running statement; the query then rejects with 'sql/interrupted'. */
  readonly signal?: AbortSignal
  /** Asked for a table that the session does not have, before the statement runs; its files, or undefined. */
  readonly resolveTable?: (name: string) => Promise<readonly TableFile[] | undefined>
  /** Further names that FROM could find, for 'did you mean'. */
  readonly knownTables?: () => Promise<readonly string[]>
  /** Told how many files of a table the statement was given, of how many there are; before it runs. */
  readonly onTable?: (table: string, files: { readonly admitted: number; readonly all: number }) => void
}

/** What holds for all rows of a file; `ns` are nanoseconds since 1970. */
export type FileValue = string | number | bigint | { readonly ns: bigint }

/**
 * One Parquet file of a table, and the data-ID dimensions that hold for all its rows. A file may stand there more than once
 * with other values: its rows are there as often.
 */
export interface TableFile {
  /** Local path that the engine can open; with `load`, only a name. */
  readonly path: string
  readonly dataId: Readonly<Record<string, FileValue>>
  /** Reads the rows of a file that the engine cannot open itself. */
  readonly load?: () => Promise<Catalog>
}

export interface ParquetOptions {
  /** What the data-ID columns mean. */
  readonly notes?: Readonly<Record<string, { readonly unit?: string; readonly doc?: string }>>
  /** The table has the columns of the files and no row. */
  readonly empty?: boolean
  /** Further files whose columns the table has as well, not their rows; they may be gone. */
  readonly alike?: readonly TableFile[]
}

export interface SessionOptions {
  /** Threads of the engine; by default those of the machine. */
  readonly threads?: number
  /** `2GB`, `80%`: beyond it the engine spills to disk or refuses. */
  readonly memoryLimit?: string
  /** A database file; in memory by default. */
  readonly path?: string
}

/**
 * An SQL engine over catalogs. It reads no network and loads no extension by itself. One statement runs at a time,
 * further ones wait; `close` interrupts what runs.
 */
export interface CatalogSession {
  /**
   * Run SQL and give the last statement's rows; column units are carried for plain references to columns that have one.
   * @throws 'sql/syntax', 'sql/no-such-table', 'sql/no-such-column', 'sql/interrupted', 'sql/failed'
   */
  query(sql: string, params?: QueryParams, options?: QueryOptions): Promise<Catalog>
  /**
   * Make `name` a view over Parquet files. Its columns are those of any file, by name in any case, wide enough for the
   * values of all (an integer beside a 4-byte float is a double, text beside numbers is text), NULL where a file has none;
   * a whole number that no double is ends the query in place of being rounded. Data-ID dimensions become columns (in place of those of the files, if they
   * have them too) and a WHERE on them leaves the other files unopened.
   */
  registerParquet(name: string, files: readonly TableFile[], options?: ParquetOptions): Promise<void>
  /**
   * Make `name` a table with the rows of a catalog, or of several, whose columns are united as those of files are; `hidden`
   * ones are in a schema of the engine's own.
   */
  registerCatalog(
    name: string,
    catalog: Catalog | readonly Catalog[],
    options?: { readonly hidden?: boolean },
  ): Promise<void>
  /** Names that can stand behind FROM. */
  tableNames(): Promise<readonly string[]>
  /** Tables that a statement reads and does not define itself, as written. @throws 'sql/syntax' */
  referencedTables(sql: string): Promise<readonly string[]>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a name stands for: files, each with its data ID, or rows that are there. */
export type ResolvedTable =
  | { readonly files: readonly TableFile[]; readonly notes?: ParquetOptions['notes'] }
  | { readonly catalog: Catalog }

/** Who knows what a table name stands for; a butler over its collections, for example. */
export interface TableResolver {
  /** For completion and for 'did you mean'. */
  tableNames(): readonly string[] | Promise<readonly string[]>
  /** Undefined when there is no such table; an empty list when it has no files. */
  resolve(name: string): Promise<ResolvedTable | undefined>
  /** Why a name that looks like a table is none. */
  refusal?(name: string): Promise<{ readonly message: string; readonly hint: string } | undefined>
}

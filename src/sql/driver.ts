/** What a registry column holds on the wire: booleans are 0 and 1, UUIDs and regions text, instants integers. */
export type SqlValue = string | number | bigint | Uint8Array | null

export type SqlRow = readonly SqlValue[]

export interface SqlResult {
  /** Rows inserted, updated or deleted. */
  readonly changes: number
}

export type SqlDialect = 'sqlite' | 'postgresql'

/**
 * One connection to a database. SQL is written once, in the dialect of SQLite kept to what PostgreSQL has too, with `?` for
 * parameters; timespans are `timespan_begin` and `timespan_end`, patterns GLOB, uploads `json_each`: the PostgreSQL driver
 * translates (`postgresql/translate.ts`). Statements are prepared once and kept by their text. Integers come back as numbers,
 * above 2^53 as bigint.
 */
export interface SqlConnection {
  readonly dialect: SqlDialect
  /** Rows as arrays in column order. */
  all(sql: string, parameters?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** The first row, or undefined. */
  first(sql: string, parameters?: readonly SqlValue[]): Promise<SqlRow | undefined>
  run(sql: string, parameters?: readonly SqlValue[]): Promise<SqlResult>
  /** The same statement for many parameter rows; gives the number of changed rows. */
  runMany(sql: string, rows: Iterable<readonly SqlValue[]>): Promise<number>
  /** Several statements without parameters or results: schema scripts, pragmas. */
  script(sql: string): Promise<void>
  /** Start a write transaction, waiting for other writers; throws `sql/busy` when they take too long. */
  begin(): Promise<void>
  /** A number that changes when another process has committed (and, in PostgreSQL, when this one has). */
  changeCounter(): Promise<number>
  hasTable(name: string): Promise<boolean>
  /** Keep others from changing a table until the transaction ends; in SQLite a writer is alone anyway. */
  lockTable(name: string): Promise<void>
  close(): Promise<void>
}

export interface SqliteOptions {
  readonly readOnly?: boolean
  /** Make the file; without it a missing file is an error. */
  readonly create?: boolean
  /** How changes are journalled; by default as the file system allows: `wal` on a local disk, `delete` on a network. */
  readonly journal?: 'wal' | 'delete'
  /** How long a writer waits for others before `sql/busy`, milliseconds. Default 60 000. */
  readonly busyTimeoutMs?: number
}

/** How a platform opens SQLite files. */
export type SqliteOpener = (path: string, options?: SqliteOptions) => Promise<SqlConnection>

export interface PostgresOptions {
  readonly readOnly?: boolean
  /** Schema that holds the tables; made with `create`. By default the one that the server gives. */
  readonly namespace?: string
  /** Make what a new repository needs beside its tables: the schema and the extension btree_gist. */
  readonly create?: boolean
  /** User, password, host, port and database where the URL lacks them. */
  readonly parts?: Readonly<Record<string, string>>
}

/** How a platform opens PostgreSQL databases, by a URL `postgresql://user@host:port/database`. */
export type PostgresOpener = (url: string, options?: PostgresOptions) => Promise<SqlConnection>

/** What a registry column holds on the wire: booleans are 0 and 1, UUIDs and regions text, instants integers. */
export type SqlValue = string | number | bigint | Uint8Array | null

export type SqlRow = readonly SqlValue[]

export interface SqlResult {
  /** Rows inserted, updated or deleted. */
  readonly changes: number
  /** Value of the integer primary key of the last inserted row. */
  readonly lastId: number
}

export type SqlDialect = 'sqlite' | 'postgresql'

/**
 * One connection to a database. Statements are prepared once and kept by their text, so the same text should be used with
 * different parameters (`?` in SQLite). Integers come back as numbers; select what may pass 2^53 as text.
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
  /** A number that changes when another process has committed. */
  changeCounter(): Promise<number>
  close(): Promise<void>
}

export interface SqliteOptions {
  readonly readOnly?: boolean
  /** Make the file; without it a missing file is an error. */
  readonly create?: boolean
  /** How long a writer waits for others before `sql/busy`, milliseconds. Default 60 000. */
  readonly busyTimeoutMs?: number
}

/** How a platform opens SQLite files. */
export type SqliteOpener = (path: string, options?: SqliteOptions) => Promise<SqlConnection>

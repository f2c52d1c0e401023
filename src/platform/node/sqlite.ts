import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import {
  type SqlConnection,
  SqlError,
  type SqlErrorKind,
  type SqliteOptions,
  type SqlRow,
  type SqlValue,
} from '#sql'

const MOST_STATEMENTS = 400
const BUSY_CODES = new Set(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED'])

/**
 * SQLite by better-sqlite3: foreign keys on, one writer at a time (BEGIN IMMEDIATE; others wait without blocking the event
 * loop), WAL for files we make on a local disk, FULL sync so that a finished put survives a power cut.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Promise<SqlConnection> {
  if (options.create !== true && !existsSync(path))
    return Promise.reject(new SqlError('failed', `No database file '${path}'.`))
  try {
    const database = new Database(path, { readonly: options.readOnly === true, timeout: 0 })
    database.pragma('foreign_keys = ON')
    if (options.create === true) database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('cache_size = -65536')
    database.pragma('temp_store = MEMORY')
    return Promise.resolve(new SqliteConnection(database, options.busyTimeoutMs ?? 60_000))
  } catch (error) {
    return Promise.reject(translate(error, path))
  }
}

class SqliteConnection implements SqlConnection {
  readonly dialect = 'sqlite'
  private readonly database: Database.Database
  private readonly busyTimeoutMs: number
  private readonly statements = new Map<string, Database.Statement<SqlValue[], SqlRow>>()

  constructor(database: Database.Database, busyTimeoutMs: number) {
    this.database = database
    this.busyTimeoutMs = busyTimeoutMs
  }

  all(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.patient(() => this.prepare(sql).all(...parameters))
  }

  first(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
    return this.patient(() => this.prepare(sql).get(...parameters))
  }

  run(sql: string, parameters: readonly SqlValue[] = []) {
    return this.patient(() => {
      const { changes } = this.prepare(sql).run(...parameters)
      return { changes }
    })
  }

  runMany(sql: string, rows: Iterable<readonly SqlValue[]>): Promise<number> {
    return this.patient(() => {
      const statement = this.prepare(sql)
      let changes = 0
      for (const row of rows) changes += statement.run(...row).changes
      return changes
    })
  }

  script(sql: string): Promise<void> {
    return this.patient(() => {
      this.database.exec(sql)
    })
  }

  async begin(): Promise<void> {
    await this.run('BEGIN IMMEDIATE')
  }

  changeCounter(): Promise<number> {
    return this.patient(() => this.prepare('PRAGMA data_version').get()![0] as number)
  }

  hasTable(name: string): Promise<boolean> {
    return this.patient(
      () =>
        this.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined,
    )
  }

  lockTable(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.statements.clear()
    this.database.close()
    return Promise.resolve()
  }

  private prepare(sql: string): Database.Statement<SqlValue[], SqlRow> {
    const known = this.statements.get(sql)
    if (known !== undefined) return known
    if (this.statements.size >= MOST_STATEMENTS) this.statements.delete(this.statements.keys().next().value!)
    const statement = this.database.prepare<SqlValue[], SqlRow>(sql)
    if (statement.reader) statement.raw(true)
    this.statements.set(sql, statement)
    return statement
  }

  /** Runs at once; when another process holds the lock, tries again until the time is up, leaving the event loop free. */
  private async patient<T>(work: () => T): Promise<T> {
    const deadline = Date.now() + this.busyTimeoutMs
    for (let pause = 1; ; pause = Math.min(pause * 1.5, 50)) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw translate(error, this.database.name)
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
      }
    }
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const isBusy = (error: unknown): boolean => BUSY_CODES.has(codeOf(error))

const KINDS: readonly (readonly [prefix: string, kind: SqlErrorKind])[] = [
  ['SQLITE_CONSTRAINT_UNIQUE', 'unique'],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'unique'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'foreign-key'],
  ['SQLITE_CONSTRAINT_NOTNULL', 'not-null'],
  ['SQLITE_CONSTRAINT_CHECK', 'check'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_CANTOPEN', 'failed'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_FULL', 'full'],
]

function translate(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (!(error instanceof Error) || !code.startsWith('SQLITE_')) return error
  const kind = KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'failed'
  return new SqlError(kind, `${error.message} (database '${path}')`, { cause: error })
}

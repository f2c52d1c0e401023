import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import {
  type SqlConnection,
  SqlError,
  type SqlErrorKind,
  type SqliteOptions,
  type SqlRow,
  type SqlValue,
} from '#sql'
import { survivesPowerLoss } from './durability.ts'
import { isOnNetwork } from './file-system.ts'

const MOST_STATEMENTS = 400
/** Pages of 4 KiB in the write-ahead log before they are brought into the file, which waits for the disk; the last to close does it too. */
const LOG_PAGES = 32_768
/** Longest sleep of a waiting writer: short, so that one that writes without pause does not shut the others out. */
const LONGEST_PAUSE_MS = 8

/**
 * SQLite by better-sqlite3: foreign keys on, one writer at a time (BEGIN IMMEDIATE; others wait without blocking the event
 * loop). Files that we make have a write-ahead log, with which readers and the writer do not wait for each other; on a network
 * file system, which has no shared memory, a rollback journal. The mode is kept in the file: every SQLite, also the real
 * Butler's, follows it.
 *
 * What a commit survives is decided in `durability.ts`. With a write-ahead log `synchronous = NORMAL` keeps every commit when the
 * process is killed and never breaks the file, but a power cut may undo the last commits, which `FULL` prevents by a wait for the
 * disk at each. A rollback journal is always `FULL`: there NORMAL could break the file.
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<SqlConnection> {
  if (options.create !== true && !existsSync(path))
    throw new SqlError('failed', `No database file '${path}'.`)
  const busyTimeoutMs = options.busyTimeoutMs ?? 60_000
  try {
    // Others hold the file locked for the time of a commit, of a checkpoint, and when the last of them closes it.
    const database = await whenFree(() => openRecovered(path, options), busyTimeoutMs)
    return new SqliteConnection(database, busyTimeoutMs)
  } catch (error) {
    throw translate(error, path)
  }
}

/** A process that was killed may have left a change half-way, which a reader cannot take back: then it is opened for writing first. */
function openRecovered(path: string, options: SqliteOptions): Database.Database {
  try {
    return openDatabase(path, options)
  } catch (error) {
    if (options.readOnly !== true || !/^SQLITE_READONLY_(ROLLBACK|RECOVERY)$/.test(codeOf(error))) throw error
    openDatabase(path, { ...options, readOnly: false }).close()
    return openDatabase(path, options)
  }
}

function openDatabase(path: string, options: SqliteOptions): Database.Database {
  const database = keep(new Database(path, { readonly: options.readOnly === true, timeout: 0 }))
  try {
    setUp(database, path, options)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

function setUp(database: Database.Database, path: string, options: SqliteOptions): void {
  database.exec('PRAGMA foreign_keys = ON')
  chooseJournal(database, path, options)
  const isLogged = keep(database.prepare('PRAGMA journal_mode').pluck()).get() === 'wal'
  const sync = isLogged && !survivesPowerLoss() ? 'NORMAL' : 'FULL'
  database.exec(`PRAGMA synchronous = ${sync}; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY`)
  if (isLogged) database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`)
}

function chooseJournal(database: Database.Database, path: string, options: SqliteOptions): void {
  if (options.readOnly === true) return
  const isShared = options.journal === undefined ? isOnNetwork(dirname(path)) : options.journal === 'delete'
  if (options.create === true) database.exec(`PRAGMA journal_mode = ${isShared ? 'DELETE' : 'WAL'}`)
  else if (isShared && keep(database.prepare('PRAGMA journal_mode').pluck()).get() === 'wal')
    database.exec('PRAGMA journal_mode = DELETE')
}

const kept = new Set<object>()
const collectable = Number(process.versions.node.split('.')[0]) < 24

/**
 * From Node 24.19 on, an object of better-sqlite3 12 that the garbage collector frees aborts the process (its ObjectWrap wants an
 * environment, and there is none then; better-sqlite3 13 needs Node 22). So there none is ever freed: some hundred bytes each once its
 * database is closed. `pragma()` makes statements that cannot be kept, hence `exec`.
 */
function keep<T extends object>(object: T): T {
  if (!collectable) kept.add(object)
  return object
}

class SqliteConnection implements SqlConnection {
  readonly dialect = 'sqlite'
  private readonly database: Database.Database
  private readonly busyTimeoutMs: number
  private readonly statements = new Map<string, Database.Statement<SqlValue[], SqlRow>>()
  /** Why SQLite itself took the open transaction back, as it does on a full disk: all in it fails until its end. */
  private lost: Error | undefined

  constructor(database: Database.Database, busyTimeoutMs: number) {
    this.database = database
    this.busyTimeoutMs = busyTimeoutMs
  }

  all(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.patient(() => {
      const statement = this.prepare(sql)
      const rows = statement.all(...parameters)
      return rows.some(isRounded) ? exactly(statement, (s) => s.all(...parameters)).map(toNumbers) : rows
    })
  }

  first(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
    return this.patient(() => {
      const statement = this.prepare(sql)
      const row = statement.get(...parameters)
      return row !== undefined && isRounded(row)
        ? toNumbers(exactly(statement, (s) => s.get(...parameters))!)
        : row
    })
  }

  run(sql: string, parameters: readonly SqlValue[] = []) {
    if (this.lost !== undefined && /^(ROLLBACK|RELEASE)/.test(sql)) {
      if (sql === 'ROLLBACK') this.lost = undefined
      return Promise.resolve({ changes: 0 })
    }
    return this.patient(() => {
      const { changes } = this.prepare(sql).run(...parameters)
      return { changes }
    })
  }

  /** One by one: an INSERT of several rows may fail half-way, so SQLite journals it, which in a nested transaction costs ever more. */
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
    this.lost = undefined
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
    const statement = keep(this.database.prepare<SqlValue[], SqlRow>(sql))
    if (statement.reader) statement.raw(true)
    this.statements.set(sql, statement)
    return statement
  }

  /** Runs at once, or when the lock is free. */
  private async patient<T>(work: () => T): Promise<T> {
    if (this.lost !== undefined) throw this.lost
    const { inTransaction } = this.database
    try {
      return await whenFree(work, this.busyTimeoutMs)
    } catch (error) {
      const told = translate(error, this.database.name)
      if (inTransaction && !this.database.inTransaction && told instanceof Error) this.lost = told
      throw told
    }
  }
}

/** Does it at once; while another process holds the lock, tries again until the time is up, leaving the event loop free. */
async function whenFree<T>(work: () => T, busyTimeoutMs: number): Promise<T> {
  const deadline = Date.now() + busyTimeoutMs
  for (let pause = 1; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))

type Statement = Database.Statement<SqlValue[], SqlRow>

/** Whether a row has an integer that a number cannot hold; floats that large are taken for one, at no harm. */
const isRounded = (row: SqlRow): boolean =>
  Array.isArray(row) &&
  row.some((v) => typeof v === 'number' && Number.isInteger(v) && !Number.isSafeInteger(v))

/** Run a reading statement once more with all integers as bigint. */
function exactly<T>(statement: Statement, run: (statement: Statement) => T): T {
  statement.safeIntegers(true)
  try {
    return run(statement)
  } finally {
    statement.safeIntegers(false)
  }
}

const toNumbers = (row: SqlRow): SqlRow =>
  row.map((v) => (typeof v === 'bigint' && Number.isSafeInteger(Number(v)) ? Number(v) : v))

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
  ['SQLITE_IOERR_SHMSIZE', 'full'],
]

function translate(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (error instanceof TypeError && error.message === 'The database connection is not open')
    return new SqlError('closed', `The database '${path}' has been closed.`, { cause: error })
  if (!(error instanceof Error) || !code.startsWith('SQLITE_')) return error
  const kind = KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'failed'
  return new SqlError(kind, `${error.message} (database '${path}')`, { cause: error })
}

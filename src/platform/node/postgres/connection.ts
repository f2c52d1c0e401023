import type { Client, QueryArrayConfig, QueryArrayResult } from 'pg'
import {
  type PostgresStatement,
  type SqlConnection,
  type SqlResult,
  type SqlRow,
  type SqlValue,
  translateToPostgres,
} from '#sql'
import { translatePostgresError } from './errors.ts'
import { valueParsers } from './types.ts'

const MOST_STATEMENTS = 400
/** Rows of one INSERT, and parameters (the protocol allows 65535). */
const MOST_ROWS = 500
const MOST_PARAMETERS = 30_000

interface Prepared extends PostgresStatement {
  readonly name: string
}

/**
 * One session of a PostgreSQL server. Statements come in SQLite's dialect and are translated and prepared once; they go to the server
 * one after the other in the order of the calls. A repository has one session and no pool: what it reads inside a transaction must
 * be what that transaction wrote, and a notebook, whose cells run one at a time, would hold the others open for nothing.
 */
export class PostgresConnection implements SqlConnection {
  readonly dialect = 'postgresql'
  private readonly client: Client
  private readonly where: string
  private readonly statements = new Map<string, Prepared>()
  private made = 0
  /** Ends with the statement that was asked for last. */
  private last: Promise<void> = Promise.resolve()

  /** `where` names the database in messages. */
  constructor(client: Client, where: string) {
    this.client = client
    this.where = where
  }

  async all(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.query(this.prepare(sql), parameters)).rows
  }

  async first(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
    return (await this.all(sql, parameters))[0]
  }

  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlResult> {
    const { rowCount } = await this.query(this.prepare(sql), parameters)
    return { changes: rowCount ?? 0 }
  }

  /** Plain inserts go in batches: a row by itself costs a round trip. */
  async runMany(sql: string, rows: Iterable<readonly SqlValue[]>): Promise<number> {
    const all = [...rows]
    const parts = all.length > 1 ? ONE_ROW.exec(sql) : null
    let changes = 0
    if (parts === null) {
      for (const row of all) changes += (await this.run(sql, row)).changes
      return changes
    }
    const width = all[0]!.length
    const size = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_PARAMETERS / Math.max(1, width))))
    for (let i = 0; i < all.length; i += size) {
      const batch = all.slice(i, i + size)
      changes += await this.insertBatch(sql, parts, batch)
    }
    return changes
  }

  async script(sql: string): Promise<void> {
    await this.guarded(() => this.client.query(sql))
  }

  async begin(): Promise<void> {
    await this.run('BEGIN')
  }

  async changeCounter(): Promise<number> {
    const row = await this.first('SELECT pg_snapshot_xmax(pg_current_snapshot())::text')
    return Number(row![0])
  }

  async hasTable(name: string): Promise<boolean> {
    const row = await this.first(
      'SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ?',
      [name],
    )
    return row !== undefined
  }

  async lockTable(name: string): Promise<void> {
    await this.script(`LOCK TABLE ${name} IN EXCLUSIVE MODE`)
  }

  async close(): Promise<void> {
    await this.client.end()
  }

  private async insertBatch(sql: string, parts: RegExpExecArray, batch: readonly (readonly SqlValue[])[]) {
    const [, head, tuple, tail] = parts as unknown as readonly [string, string, string, string]
    const translated = translateToPostgres(`${head}${tuple}`)
    const values = translated.text.slice(translated.text.search(VALUES))
    const one = values.replace(VALUES, '')
    const width = batch[0]!.length
    const tuples = batch.map((_, row) =>
      one.replace(/\$(\d+)/g, (__, n: string) => `$${Number(n) + row * width}`),
    )
    const text = `${translated.text.slice(0, translated.text.search(VALUES))} VALUES ${tuples.join(', ')} ${tail}`
    const isFull = batch.length === MOST_ROWS
    const key = `${sql}\u0000${batch.length}`
    const statement = isFull
      ? this.remember(key, { text, converters: translated.converters })
      : { text, converters: translated.converters, name: '' }
    const { rowCount } = await this.query(statement, batch.flat())
    return rowCount ?? 0
  }

  private prepare(sql: string): Prepared {
    return this.statements.get(sql) ?? this.remember(sql, translateToPostgres(sql))
  }

  /** Prepared statements stay in the session; those beyond the limit are sent without a name. */
  private remember(key: string, statement: PostgresStatement): Prepared {
    const known = this.statements.get(key)
    if (known !== undefined) return known
    const isWorthIt =
      this.statements.size < MOST_STATEMENTS && /^\s*(SELECT|INSERT|UPDATE|DELETE)/i.test(statement.text)
    const prepared = { ...statement, name: isWorthIt ? `firstlight_${this.made++}` : '' }
    if (isWorthIt) this.statements.set(key, prepared)
    return prepared
  }

  private query(
    { text, name, converters }: Prepared,
    parameters: readonly SqlValue[],
  ): Promise<QueryArrayResult<SqlValue[]>> {
    const values = parameters.map((value, i) => asParameter(converters.get(i)?.(value) ?? value))
    const config: QueryArrayConfig = {
      text,
      values,
      rowMode: 'array',
      types: valueParsers,
      ...(name !== '' && { name }),
    }
    return this.guarded(() => this.client.query<SqlValue[]>(config))
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    const before = this.last
    let done = () => {}
    this.last = new Promise((resolve) => (done = resolve))
    await before
    try {
      return await work()
    } catch (error) {
      throw translatePostgresError(error, this.where)
    } finally {
      done()
    }
  }
}

const VALUES = /\sVALUES\s/

/** `INSERT … VALUES (?, …)` with one row and what follows it. */
const ONE_ROW = /^(\s*INSERT\s[^?]*\sVALUES\s*)(\((?:[^()]|\([^()]*\))*\))\s*((?:ON CONFLICT\b[^?]*)?)$/i

/** Numbers and bigints go as text: the server knows the type that is wanted. */
const asParameter = (value: SqlValue): unknown =>
  typeof value === 'bigint' || typeof value === 'number' ? String(value) : value

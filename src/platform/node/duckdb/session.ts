import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBPreparedStatement,
} from '@duckdb/node-api'
import { FirstlightError } from '#core'
import {
  type CatalogSession,
  type ColumnNote,
  explainDuckDbError,
  HIDDEN_SCHEMA,
  missingTable,
  type ParquetOptions,
  type QueryOptions,
  type QueryParam,
  type QueryParams,
  quoteIdentifier,
  quoteText,
  resultNotes,
  type SessionOptions,
  sqlError,
  type TableFile,
  type TableNotes,
  tablesRead,
  uniteColumns,
  viewSql,
} from '#sql'
import { Catalog, type Column, readParquetInfo, Schema } from '#table'
import { openNodeSource } from '../node-files.ts'
import { makeBuilder } from './builders.ts'
import { type FileShape, FileShapes } from './file-shapes.ts'
import { fillTable } from './fill-table.ts'
import { combineWith, fillUnited, kindsOf } from './fill-united.ts'

/** See openCatalogSession, which loads this file. */
export async function openDuckDb(options: SessionOptions): Promise<CatalogSession> {
  const instance = await DuckDBInstance.create(options.path ?? ':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(options.threads !== undefined && { threads: String(options.threads) }),
    ...(options.memoryLimit !== undefined && { memory_limit: options.memoryLimit }),
  })
  const connection = await instance.connect()
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${HIDDEN_SCHEMA}`)
  return new DuckDbSession(instance, connection)
}

class DuckDbSession implements CatalogSession {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #shapes: FileShapes
  readonly #notes = new Map<string, TableNotes>()
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
    this.#shapes = new FileShapes(connection)
  }

  query(sql: string, params: QueryParams = [], options: QueryOptions = {}): Promise<Catalog> {
    return this.#inTurn(async () => {
      const { signal } = options
      if (isAborted(signal)) throw interrupted()
      let quiet: (() => void) | undefined
      const stop = () => {
        quiet = this.#interrupt()
      }
      signal?.addEventListener('abort', stop, { once: true })
      try {
        return await this.#run(sql, params, options)
      } catch (error) {
        throw isAborted(signal) ? interrupted(error) : error
      } finally {
        signal?.removeEventListener('abort', stop)
        quiet?.()
      }
    })
  }

  registerParquet(name: string, files: readonly TableFile[], options: ParquetOptions = {}): Promise<void> {
    return this.#inTurn(() => this.#register(name, files, options))
  }

  registerCatalog(
    name: string,
    catalog: Catalog | readonly Catalog[],
    { hidden = false }: { readonly hidden?: boolean } = {},
  ): Promise<void> {
    return this.#inTurn(async () => {
      const kinds = kindsOf(catalog instanceof Catalog ? [catalog] : catalog)
      const place = { name, ...(hidden && { schema: HIDDEN_SCHEMA }) }
      const [first] = kinds
      await this.#told('', () =>
        kinds.length === 1
          ? fillTable(this.#connection, place, first!)
          : fillUnited(this.#connection, place, kinds),
      )
      if (!hidden) this.#notes.set(name.toLowerCase(), agreedNotes(kinds.map(({ schema }) => schema)))
    })
  }

  tableNames(): Promise<readonly string[]> {
    return this.#inTurn(() => this.#tableNames())
  }

  referencedTables(sql: string): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const found = tablesRead((await this.#serialize(sql)) ?? '')
      return found ?? this.#connection.getTableNames(sql, false)
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const quiet = this.#interrupt()
    await this.#last.catch(() => {})
    quiet()
    this.#connection.closeSync()
    this.#instance.closeSync()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** DuckDB forgets an interrupt that comes before its statement has begun, so it is repeated until the returned function is called. */
  #interrupt(): () => void {
    this.#connection.interrupt()
    const again = setInterval(() => this.#connection.interrupt(), 20)
    return () => clearInterval(again)
  }

  /** One statement at a time: the connection is not made for more. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last
      .catch(() => {})
      .then(() => {
        if (this.#closed) throw sqlError('sql/closed', 'The session is closed.')
        return work()
      })
    this.#last = next
    return next
  }

  async #run(sql: string, params: QueryParams, options: QueryOptions): Promise<Catalog> {
    const count = await this.#countStatements(sql, options)
    for (let i = 0; i < count - 1; i++) {
      const prepared = await this.#prepare(sql, i, options)
      await this.#told(sql, () => prepared.run(), options)
    }
    const prepared = await this.#prepare(sql, count - 1, options)
    bind(prepared, params)
    const result = await this.#told(sql, () => prepared.run(), options)
    const columns = await readColumns(result)
    return new Catalog(await this.#withNotes(sql, columns), columns)
  }

  async #countStatements(sql: string, options: QueryOptions): Promise<number> {
    const nothing = sqlError('sql/syntax', 'There is no statement to run.')
    if (sql.trim() === '') throw nothing
    const { count } = await this.#told(sql, () => this.#connection.extractStatements(sql), options)
    if (count === 0) throw nothing
    return count
  }

  /**
   * Prepare one statement of the text; a table that is missing may be made by the caller, then it is tried again.
   * The text is taken apart anew each time: what was extracted is spent by a failed attempt.
   */
  async #prepare(sql: string, index: number, options: QueryOptions): Promise<DuckDBPreparedStatement> {
    const { resolveTable } = options
    const asked = new Set<string>()
    for (;;) {
      const statements = await this.#connection.extractStatements(sql)
      try {
        return await statements.prepare(index)
      } catch (error) {
        const table = error instanceof Error ? missingTable(error.message) : undefined
        const files = table === undefined || asked.has(table) ? undefined : await resolveTable?.(table)
        if (table === undefined || files === undefined) throw await this.#explain(error, sql, options)
        asked.add(table)
        await this.#register(table, files)
      }
    }
  }

  async #register(name: string, files: readonly TableFile[], options: ParquetOptions = {}): Promise<void> {
    if (files.length === 0)
      throw sqlError('sql/empty-table', `The table '${name}' has no files.`, {
        hint: 'No dataset of that type is in the collections that are searched.',
        data: { table: name },
      })
    await this.#told('', async () => {
      const paths = files.map(({ path }) => path)
      const shapes = await this.#shapes.of([...paths, ...(options.alike ?? []).map(({ path }) => path)])
      const { setup, view, dimensions } = viewSql(name, files, {
        shapes: shapes
          .map(({ columns, members }) => ({ columns, members: members.filter((i) => i < files.length) }))
          .filter(({ members }) => members.length > 0),
        columns: await uniteColumns(
          shapes.map(({ columns }) => columns),
          combineWith(this.#connection),
        ),
        empty: options.empty === true,
      })
      await this.#drop(name)
      await this.#connection.run(`DROP TABLE IF EXISTS ${HIDDEN_SCHEMA}.${quoteIdentifier(name)}`)
      for (const statement of setup) await this.#connection.run(statement)
      await this.#connection.run(view)
      const notes = await notesOfShapes(shapes)
      for (const d of dimensions)
        notes.set(d.toLowerCase(), options.notes?.[d] ?? notes.get(d.toLowerCase()) ?? {})
      this.#notes.set(name.toLowerCase(), notes)
    })
  }

  /** A table gives way to a view of its name: rows of a catalog may have stood there. */
  async #drop(name: string): Promise<void> {
    const found = await this.#connection.runAndReadAll(
      `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND lower(table_name) = ${quoteText(name.toLowerCase())}`,
    )
    if (found.currentRowCount > 0) await this.#connection.run(`DROP TABLE ${quoteIdentifier(name)}`)
  }

  async #tableNames(): Promise<readonly string[]> {
    const result = await this.#connection.runAndReadAll(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name",
    )
    return result.getRows().map(([name]) => String(name))
  }

  async #serialize(sql: string): Promise<string | undefined> {
    try {
      const result = await this.#connection.runAndReadAll(`SELECT json_serialize_sql(${quoteText(sql)})`)
      return String(result.getRows()[0]?.[0] ?? '')
    } catch {
      return undefined
    }
  }

  async #withNotes(sql: string, columns: readonly Column[]): Promise<Schema> {
    const serialized = this.#notes.size === 0 ? undefined : await this.#serialize(sql)
    const notes =
      serialized === undefined ? undefined : resultNotes(serialized, (table) => this.#notes.get(table))
    return new Schema(columns.map(({ spec }) => ({ ...spec, ...notes?.get(spec.name.toLowerCase()) })))
  }

  async #told<T>(sql: string, work: () => T | Promise<T>, options: QueryOptions = {}): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw await this.#explain(error, sql, options)
    }
  }

  async #explain(error: unknown, sql: string, { knownTables }: QueryOptions): Promise<unknown> {
    if (!(error instanceof Error) || error instanceof FirstlightError) return error
    const own = await this.#tableNames().catch(() => [])
    const tables = [...own, ...((await knownTables?.()) ?? [])]
    const text = sql.toLowerCase()
    const columns = [...this.#notes].flatMap(([name, notes]) =>
      text.includes(name) ? [...notes.keys()] : [],
    )
    return explainDuckDbError(error, { sql, tables, columns })
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

const interrupted = (cause?: unknown) => sqlError('sql/interrupted', 'The query was interrupted.', { cause })

async function readColumns(result: DuckDBMaterializedResult): Promise<readonly Column[]> {
  const types = result.columnTypes()
  const builders = result
    .deduplicatedColumnNames()
    .map((name, i) => makeBuilder(name, types[i]!, result.rowCount))
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  )
    for (const [i, builder] of builders.entries()) builder.append(chunk.getColumnVector(i), 0, chunk.rowCount)
  return builders.map((b) => b.finish())
}

async function schemaOfFile(path: string): Promise<Schema> {
  const source = await openNodeSource(path)
  try {
    return (await readParquetInfo(source)).schema
  } finally {
    await source.close()
  }
}

async function notesOfShapes(shapes: readonly FileShape[]): Promise<Map<string, ColumnNote>> {
  const schemas: Schema[] = []
  for (const { path } of shapes) schemas.push(await schemaOfFile(path))
  return agreedNotes(schemas)
}

/** A unit holds for a column when all agree. */
function agreedNotes(schemas: readonly Schema[]): Map<string, ColumnNote> {
  const all = new Map<string, ColumnNote>()
  for (const [name, note] of schemas.flatMap((schema) => [...notesOf(schema)])) {
    const known = all.get(name) ?? note
    const { unit: _, ...rest } = known
    all.set(name, known.unit === note.unit ? known : rest)
  }
  return all
}

const notesOf = (schema: Schema): Map<string, ColumnNote> =>
  new Map(
    schema.columns.map(({ name, unit, doc }) => [
      name.toLowerCase(),
      { ...(unit !== undefined && { unit }), ...(doc !== undefined && { doc }) },
    ]),
  )

function bind(prepared: DuckDBPreparedStatement, params: QueryParams): void {
  const given = Array.isArray(params) ? params.length : Object.keys(params).length
  if (given !== prepared.parameterCount)
    throw sqlError(
      'sql/failed',
      `The statement has ${prepared.parameterCount} parameters, ${given} values were given.`,
    )
  for (let i = 1; i <= prepared.parameterCount; i++) {
    const value = Array.isArray(params)
      ? (params as readonly QueryParam[])[i - 1]
      : (params as Readonly<Record<string, QueryParam>>)[prepared.parameterName(i)]
    if (value === undefined)
      throw sqlError('sql/failed', `The parameter ${prepared.parameterName(i)} has no value.`)
    bindOne(prepared, i, value)
  }
}

/** Whole numbers as BIGINT, so that a comparison with an id column needs no cast. */
function bindOne(prepared: DuckDBPreparedStatement, i: number, value: QueryParam): void {
  if (value === null) prepared.bindNull(i)
  else if (typeof value === 'boolean') prepared.bindBoolean(i, value)
  else if (typeof value === 'string') prepared.bindVarchar(i, value)
  else if (value instanceof Uint8Array) prepared.bindBlob(i, value)
  else if (typeof value === 'number')
    if (Number.isSafeInteger(value)) prepared.bindBigInt(i, BigInt(value))
    else prepared.bindDouble(i, value)
  else if (BigInt.asIntN(64, value) === value) prepared.bindBigInt(i, value)
  else prepared.bindHugeInt(i, value)
}

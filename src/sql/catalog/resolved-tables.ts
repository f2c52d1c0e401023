import { FirstlightError } from '#core'
import { Catalog, type ColumnSpec, Schema } from '#table'
import { sqlError } from './errors.ts'
import { FILE_NUMBER, type KnownTable, PARAMETER, type PruneQuery, pruneQueries, selectOf } from './prune.ts'
import type {
  CatalogSession,
  FileValue,
  QueryOptions,
  QueryParam,
  QueryParams,
  ResolvedTable,
  TableFile,
} from './session.ts'
import type { TablesRead } from './statement-reader.ts'
import { quoteText } from './quote.ts'
import { filesTable } from './view.ts'

type FileTable = Extract<ResolvedTable, { readonly files: unknown }>

interface Narrow {
  readonly name: string
  readonly table: FileTable
  readonly admitted: readonly TableFile[]
}

/** A statement's parameters and options, as far as choosing files needs them. */
export interface Asked {
  readonly params: QueryParams
  readonly options: QueryOptions
}

/**
 * The tables of a resolver in a session: registered when a statement names them, with the files that the statement can
 * need, and registered anew when those differ from what is there.
 */
export class ResolvedTables {
  readonly #session: CatalogSession
  /** What stands in the session under each name, as a text that changes with it. */
  readonly #states = new Map<string, string>()
  readonly #fileStates = new Map<string, string>()
  /** Tables of the last statement that have the columns of their admitted files alone. */
  readonly #narrow = new Map<string, Narrow>()

  constructor(session: CatalogSession) {
    this.#session = session
  }

  /** Names in lower case. */
  get names(): readonly string[] {
    return [...this.#states.keys()]
  }

  has(name: string): boolean {
    return this.#states.has(name.toLowerCase())
  }

  /** The session's owner took the name for something else. */
  forget(name: string): void {
    this.#states.delete(name.toLowerCase())
  }

  /** Register with every file. */
  async registerWhole(name: string, table: ResolvedTable): Promise<void> {
    if ('catalog' in table) return this.#registerRows(name, table.catalog)
    if (table.files.length === 0) throw emptyTable(name)
    await this.#registerFiles(name, table, table.files)
  }

  /** Tables whose columns alone are asked for. */
  async registerShapes(tables: ReadonlyMap<string, ResolvedTable>): Promise<void> {
    for (const [name, table] of tables)
      if ('catalog' in table) await this.#registerRows(name, table.catalog)
      else if (table.files.length === 0) throw emptyTable(name)
      else await this.#registerFiles(name, table, [], true)
  }

  /** Give the tables that have part of their files the columns of the others too. @returns whether there was any */
  async widen(): Promise<boolean> {
    const narrow = [...this.#narrow.values()]
    for (const { name, table, admitted } of narrow) await this.#registerFiles(name, table, admitted, true)
    return narrow.length > 0
  }

  /** Register tables with the files that the places where they are read can need. */
  async registerFor(
    { tables: read, isNested }: TablesRead,
    tables: ReadonlyMap<string, ResolvedTable>,
    asked: Asked,
  ): Promise<void> {
    this.#narrow.clear()
    const known = new Map<string, KnownTable>()
    for (const [name, table] of tables) {
      if ('catalog' in table) {
        await this.#registerRows(name, table.catalog)
        known.set(name.toLowerCase(), { kind: 'rows', columns: lowerCase(table.catalog.schema.names) })
        continue
      }
      if (table.files.length === 0) throw emptyTable(name)
      const columns = lowerCase(dimensionsOf(table.files))
      const all = isNested && tables.size > 1 ? await this.#columnsOf(name, table) : undefined
      known.set(name.toLowerCase(), { kind: 'files', columns, all })
    }
    const queries = pruneQueries(read, known)
    for (const query of queries) if (query.ask !== undefined) await this.#putFileNumbers(query.table, tables)
    for (const [name, table] of tables) {
      if ('catalog' in table) continue
      const own = queries.filter((query) => query.table === name.toLowerCase())
      const admitted = await this.#admitted(table.files, own, asked)
      asked.options.onTable?.(name, { admitted: admitted.length, all: table.files.length })
      const isWide = known.get(name.toLowerCase())?.all !== undefined
      await this.#registerFiles(name, table, admitted, isWide)
    }
  }

  /** Of all files, as any of them could have a column that decides. Undefined when they would have to be fetched whole. */
  async #columnsOf(name: string, table: FileTable): Promise<ReadonlySet<string> | undefined> {
    if (table.files.some(({ load }) => load !== undefined)) return undefined
    try {
      await this.#registerFiles(name, table, [], true)
      const columns = await this.#session.query(
        `SELECT column_name AS name FROM duckdb_columns() WHERE schema_name = 'main' AND lower(table_name) = ${quoteText(name.toLowerCase())}`,
      )
      return lowerCase(columns.strings('name'))
    } catch {
      return undefined
    }
  }

  async #admitted(
    files: readonly TableFile[],
    queries: readonly PruneQuery[],
    asked: Asked,
  ): Promise<readonly TableFile[]> {
    const numbers = new Set<number>()
    for (const { ask } of queries) {
      const found = ask === undefined ? undefined : await this.#ask(ask, asked)
      if (found === undefined) return files
      for (const number of found) numbers.add(number)
    }
    return queries.length === 0 ? files : files.filter((_, i) => numbers.has(i))
  }

  /** File numbers; undefined when the engine cannot tell (an expression that fails without the rows, say). */
  async #ask(
    { sql, condition, parameters }: NonNullable<PruneQuery['ask']>,
    { params, options: { signal } }: Asked,
  ): Promise<Iterable<number> | undefined> {
    const how = signal === undefined ? {} : { signal }
    try {
      const text = await this.#session.query(
        `SELECT json_deserialize_sql(${quoteText(selectOf(condition))}) AS t`,
      )
      const where = (text.strings('t')[0] ?? '').replace(/^SELECT /, '')
      const answer = await this.#session.query(
        sql.replace('{0}', () => where),
        pick(params, parameters),
        how,
      )
      return answer.i32(FILE_NUMBER)
    } catch (error) {
      if (error instanceof FirstlightError && error.code === 'sql/interrupted') throw error
      return undefined
    }
  }

  async #putFileNumbers(lower: string, tables: ReadonlyMap<string, ResolvedTable>): Promise<void> {
    const [name, table] = [...tables].find(([known]) => known.toLowerCase() === lower)!
    const { files } = table as FileTable
    const state = fingerprint(files)
    if (this.#fileStates.get(lower) === state) return
    const numbers = { [FILE_NUMBER]: Int32Array.from(files.keys()) }
    const dimensions = dimensionsOf(files)
    const columns = dimensions.map((d) => files.map((file) => plain(file.dataId[d])))
    const specs: ColumnSpec[] = [
      { name: FILE_NUMBER, type: 'i32' },
      ...dimensions.map((d) => ({ name: d, type: typeOfAll(files, d) })),
    ]
    const values = Object.fromEntries(dimensions.map((d, i) => [d, columns[i]!]))
    await this.#session.registerCatalog(
      filesTable(name),
      Catalog.fromColumns(specs, { ...numbers, ...values }),
      { hidden: true },
    )
    this.#fileStates.set(lower, state)
  }

  async #registerFiles(
    name: string,
    table: FileTable,
    admitted: readonly TableFile[],
    isWide = false,
  ): Promise<void> {
    const lower = name.toLowerCase()
    const shown = admitted.length === 0 ? table.files.slice(0, 1) : admitted
    const isLocal = shown.every((file) => file.load === undefined)
    const alike = isWide && isLocal ? table.files.filter((file) => file.load === undefined) : []
    if (isLocal && !isWide && shown.length < table.files.length)
      this.#narrow.set(lower, { name, table, admitted })
    else this.#narrow.delete(lower)
    const state = `${admitted.length === 0 ? 'empty ' : ''}${fingerprint(shown)}${fingerprint(alike)}`
    if (this.#states.get(lower) === state) return
    const empty = admitted.length === 0
    if (isLocal)
      await this.#session.registerParquet(name, shown, {
        empty,
        alike,
        ...(table.notes !== undefined && { notes: table.notes }),
      })
    else await this.#session.registerCatalog(name, await loadAll(shown, dimensionsOf(table.files), empty))
    this.#states.set(lower, state)
  }

  async #registerRows(name: string, catalog: Catalog): Promise<void> {
    await this.#session.registerCatalog(name, catalog)
    this.#states.set(name.toLowerCase(), 'rows')
  }
}

const emptyTable = (name: string): FirstlightError =>
  sqlError('sql/empty-table', `The table '${name}' has no files.`, {
    hint: 'No dataset of that type is in the collections that are searched.',
    data: { table: name },
  })

/** Rows of files that the engine cannot open, with their data IDs as columns in front. */
async function loadAll(
  files: readonly TableFile[],
  dimensions: readonly string[],
  empty: boolean,
): Promise<readonly Catalog[]> {
  const parts: Catalog[] = []
  for (const file of files) {
    const rows = await file.load?.()
    if (rows === undefined)
      throw sqlError('sql/unsupported', `Local and remote files cannot be one table yet.`)
    parts.push(withDataId(rows, file, dimensions))
  }
  return empty ? parts.map((part) => part.slice(0, 0)) : parts
}

function withDataId(rows: Catalog, file: TableFile, dimensions: readonly string[]): Catalog {
  const replaced = lowerCase(dimensions)
  const specs = dimensions.map((d): ColumnSpec => ({ name: d, type: typeOfAll([file], d) }))
  const keys = Catalog.fromColumns(
    specs,
    Object.fromEntries(
      dimensions.map((d) => [d, Array.from({ length: rows.numRows }, () => plain(file.dataId[d]))]),
    ),
  )
  const own = rows.schema.columns.filter((c) => !replaced.has(c.name.toLowerCase()))
  const columns = [...specs.map((s) => keys.columnData(s.name)), ...own.map((c) => rows.columnData(c.name))]
  return new Catalog(new Schema([...specs, ...own]), columns, rows.numRows)
}

const dimensionsOf = (files: readonly TableFile[]): readonly string[] => [
  ...new Set(files.flatMap((file) => Object.keys(file.dataId))),
]

function typeOfAll(files: readonly TableFile[], dimension: string): 'string' | 'timestamp' | 'i64' {
  const values = files.map(({ dataId }) => dataId[dimension])
  if (values.some((value) => typeof value === 'string')) return 'string'
  return values.some((value) => typeof value === 'object') ? 'timestamp' : 'i64'
}

const plain = (value: FileValue | undefined): string | number | bigint | undefined =>
  typeof value === 'object' ? value.ns : value

const lowerCase = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((n) => n.toLowerCase()))

/** Values for the parameters that are left in a condition, by their new names. */
function pick(params: QueryParams, used: readonly string[]): Readonly<Record<string, QueryParam>> {
  const value = (name: string) =>
    Array.isArray(params)
      ? (params as readonly QueryParam[])[Number(name) - 1]
      : (params as Readonly<Record<string, QueryParam>>)[name]
  return Object.fromEntries(used.map((name) => [`${PARAMETER}${name}`, value(name) ?? null]))
}

const fingerprint = (files: readonly TableFile[]): string =>
  JSON.stringify(files.map((f) => [f.path, Object.entries(f.dataId).map(([k, v]) => [k, String(plain(v))])]))

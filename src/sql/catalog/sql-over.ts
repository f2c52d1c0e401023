import { isFirstlightError } from '#core'
import type { Catalog } from '#table'
import { asList, asNode, type Node, parseTree } from './ast.ts'
import { sqlError } from './errors.ts'
import { type Asked, ResolvedTables } from './resolved-tables.ts'
import type { CatalogSession, QueryOptions, QueryParams, ResolvedTable, TableResolver } from './session.ts'
import { type Definition, type Definitions, tablesIn } from './statement-reader.ts'
import { quoteText } from './quote.ts'

/**
 * A session whose FROM also finds the tables of a resolver. Before a statement runs, the tables it names are looked up
 * and given those files alone that its conditions on data IDs admit, by WHERE and by joins with dimension records. What
 * the session's owner made himself goes before the resolver's. `close` closes the session below.
 */
export function sqlOver(session: CatalogSession, resolver: TableResolver): CatalogSession {
  const over = new SessionOver(session, resolver)
  return {
    query: (sql, params = [], options = {}) => over.query(sql, { params, options }),
    registerParquet: (name, files, options) =>
      over.own(name, () => session.registerParquet(name, files, options)),
    registerCatalog: (name, catalog, options) =>
      over.own(name, () => session.registerCatalog(name, catalog, options)),
    tableNames: async () =>
      [...new Set([...(await session.tableNames()), ...(await resolver.tableNames())])].sort(),
    referencedTables: (sql) => session.referencedTables(sql),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  }
}

class SessionOver {
  readonly #session: CatalogSession
  readonly #resolver: TableResolver
  readonly #tables: ResolvedTables
  #last: Promise<unknown> = Promise.resolve()

  constructor(session: CatalogSession, resolver: TableResolver) {
    this.#session = session
    this.#resolver = resolver
    this.#tables = new ResolvedTables(session)
  }

  /** One statement at a time: the next one may need other files under the same name. */
  query(sql: string, asked: Asked) {
    return this.#inTurn(async () => {
      if (SHOW_TABLES.test(sql)) return this.#showTables()
      const described = describedIn(sql)
      const tree = described === undefined ? await this.#treeOf(sql.replace(EXPLAIN, '')) : undefined
      if (described !== undefined) await this.#tables.registerShapes(await this.#resolveAll([described]))
      else if (tree === undefined) await this.#registerWhole(await this.#mentioned(sql))
      else await this.#registerRead(tree, asked)
      const run = () => this.#session.query(sql, asked.params, this.#optionsOf(asked.options))
      try {
        return await run().catch((error: unknown) => this.#again(error, run))
      } catch (error) {
        throw await this.#explain(error)
      }
    })
  }

  /** A column that none of the admitted files has may be one of the others: it is there, and NULL. */
  async #again(error: unknown, run: () => Promise<Catalog>): Promise<Catalog> {
    const isMissing = isFirstlightError(error) && error.code === 'sql/no-such-column'
    if (!isMissing || !(await this.#tables.widen())) throw error
    return run()
  }

  /** Those that a statement could name, though none of them has been one yet. */
  async #showTables() {
    const names = new Set([...(await this.#session.tableNames()), ...(await this.#resolver.tableNames())])
    const list = [...names].sort().map(quoteText).join(', ')
    return this.#session.query(`SELECT unnest([${list}]::VARCHAR[]) AS name`)
  }

  /** The owner takes a name for a table of his own. */
  own(name: string, work: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      this.#tables.forget(name)
      await work()
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.catch(() => {}).then(work)
    this.#last = next
    return next
  }

  async #treeOf(sql: string): Promise<Node | undefined> {
    try {
      const text = await this.#session.query(`SELECT json_serialize_sql(${quoteText(sql)}) AS t`)
      return parseTree(text.strings('t')[0] ?? '')
    } catch {
      return undefined
    }
  }

  /** What the owner's views stand for. */
  async #views(): Promise<{ readonly understood: Definitions; readonly others: ReadonlySet<string> }> {
    const views = await this.#session.query(
      "SELECT lower(view_name) AS name, sql FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'",
    )
    const understood = new Map<string, Definition>()
    const others = new Set<string>()
    for (const [i, name] of views.strings('name').entries()) {
      if (this.#tables.has(name)) continue
      const [text = '', columns] =
        VIEW.exec(views.strings('sql')[i] ?? '')
          ?.slice(1)
          .reverse() ?? []
      const tree = await this.#treeOf(text)
      const body = asNode(asNode(asList(tree?.['statements'])[0])?.['node'])
      if (body === undefined) others.add(name)
      else understood.set(name, { kind: 'query', body, around: understood, isRenamed: columns !== undefined })
    }
    return { understood, others }
  }

  /** Resolver's names in a text that the engine gives no tree of, but for one that the text itself makes. */
  async #mentioned(sql: string): Promise<readonly string[]> {
    const made = /^\s*CREATE\b[^(]*?\b(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/i.exec(sql)?.[1]
    const words = new Set(sql.toLowerCase().match(/\w+/g))
    if (made !== undefined) words.delete(made.toLowerCase())
    return (await this.#resolver.tableNames()).filter((name) => words.has(name.toLowerCase()))
  }

  async #registerWhole(names: readonly string[]): Promise<void> {
    for (const [name, table] of await this.#resolveAll(names)) await this.#tables.registerWhole(name, table)
  }

  async #registerRead(tree: Node, asked: Asked): Promise<void> {
    const views = await this.#views()
    const read = tablesIn(tree, views.understood)
    if (read.names.some((name) => views.others.has(name.toLowerCase())))
      await this.#registerWhole([...this.#tables.names, ...read.names])
    else await this.#tables.registerFor(read, await this.#resolveAll(read.names), asked)
  }

  /** What the resolver has under the names, without those that the session's owner took. */
  async #resolveAll(names: readonly string[]): Promise<ReadonlyMap<string, ResolvedTable>> {
    const owned = new Set((await this.#session.tableNames()).map((name) => name.toLowerCase()))
    const found = new Map<string, ResolvedTable>()
    for (const name of names) {
      if (owned.has(name.toLowerCase()) && !this.#tables.has(name)) continue
      const table = await this.#resolve(name)
      if (table !== undefined) found.set(name, table)
    }
    return found
  }

  #optionsOf(options: QueryOptions): QueryOptions {
    return {
      ...options,
      knownTables: async () => [
        ...(await this.#resolver.tableNames()),
        ...((await options.knownTables?.()) ?? []),
      ],
    }
  }

  async #resolve(name: string): Promise<ResolvedTable | undefined> {
    return (await this.#resolver.resolve(name)) ?? (await this.#resolver.resolve(await this.#spelling(name)))
  }

  /** SQL names are the same in any case, dataset types are not. */
  async #spelling(name: string): Promise<string> {
    const lower = name.toLowerCase()
    return (await this.#resolver.tableNames()).find((known) => known.toLowerCase() === lower) ?? name
  }

  async #explain(error: unknown): Promise<unknown> {
    if (!isFirstlightError(error) || error.code !== 'sql/no-such-table') return error
    const { table, ...data } = error.data as { readonly table: string }
    const refusal = await this.#resolver.refusal?.(table)
    if (refusal === undefined) return error
    return sqlError('sql/not-a-table', refusal.message, {
      hint: refusal.hint,
      data: { ...data, table },
    })
  }
}

const SHOW_TABLES = /^\s*SHOW\s+(?:ALL\s+)?TABLES\s*;?\s*$/i

/** How the engine writes a view down: its columns, if they were named, and its query. */
const VIEW =
  /^CREATE (?:TEMP(?:ORARY)? )?VIEW (?:(?:\w+|"(?:[^"]|"")*")\.)*(?:\w+|"(?:[^"]|"")*") ?(\((?:\w+|"(?:[^"]|"")*"|, )*\) )?AS ([^]*?);?$/

const EXPLAIN = /^\s*(?:EXPLAIN\s+(?:ANALYZE\s+)?|(?:DESCRIBE|DESC)\s+)/i

/** The table of `DESCRIBE table`. */
const describedIn = (sql: string): string | undefined =>
  /^\s*(?:DESCRIBE|DESC)\s+"?(?!SELECT\b)(\w+)"?\s*;?\s*$/i.exec(sql)?.[1]

import { butlerTables } from '#butler'
import { FirstlightError, isFirstlightError } from '#core'
import { type CatalogSession, type QueryParam, sqlOver, type TableResolver } from '#sql'
import { openCatalogSession } from '#platform/node'
import { Catalog } from '#table'
import type { SqlTag, SqlValue } from '../globals/engine.ts'
import { asAnswer, currentRun } from '../execute/run-context.ts'
import type { Scope } from '../execute/scope.ts'
import type { SessionButler } from './session-butler.ts'

/** The session's SQL: DuckDB over the butler's tables and the notebook's catalogs, opened at the first query. */
export class SessionSql {
  readonly #butler: SessionButler
  readonly #scope: Scope
  /** Variables that have been tables, for one that is no catalog any more must not be read as it was. */
  readonly #read = new Set<string>()
  #session: Promise<CatalogSession> | undefined
  #catalogs = 0

  constructor(butler: SessionButler, scope: Scope) {
    this.#butler = butler
    this.#scope = scope
  }

  /** The tag for templates: values are bound parameters, catalogs become tables. */
  readonly tag: SqlTag = Object.assign(
    (strings: TemplateStringsArray, ...values: readonly SqlValue[]) =>
      asAnswer(this.#template(strings, values)),
    {
      query: (text: string, parameters: readonly QueryParam[] = []) => asAnswer(this.query(text, parameters)),
      table: (name: string, catalog: Catalog) => this.#table(name, catalog),
    },
  )

  async query(text: string, parameters: readonly QueryParam[] = []): Promise<Catalog> {
    const session = await this.#open()
    return session.query(text, parameters, { signal: currentRun().abort.signal })
  }

  async close(): Promise<void> {
    await (await this.#session)?.close()
    this.#session = undefined
  }

  async #template(strings: TemplateStringsArray, values: readonly SqlValue[]): Promise<Catalog> {
    const parameters: QueryParam[] = []
    let text = strings[0] ?? ''
    for (const [i, value] of values.entries()) {
      if (value instanceof Catalog) {
        const name = `catalog_${++this.#catalogs}`
        await this.#table(name, value)
        text += name
      } else text += `$${parameters.push(value)}`
      text += strings[i + 1] ?? ''
    }
    return this.query(text, parameters)
  }

  async #table(name: string, catalog: Catalog): Promise<void> {
    await (await this.#open()).registerCatalog(name, catalog)
  }

  #open(): Promise<CatalogSession> {
    this.#session ??= openCatalogSession().then((session) => sqlOver(session, this.#tables()))
    return this.#session
  }

  /** The text of a cell or line of SQL. */
  async magic(text: string): Promise<Catalog> {
    try {
      return await this.query(text)
    } catch (error) {
      if (!text.includes('${') || !isFirstlightError(error) || error.code !== 'sql/syntax') throw error
      throw new FirstlightError(error.code, error.message, {
        cause: error,
        hint: 'Here SQL is plain text; values of variables go into it by the tag: await sql`SELECT … ${value} …`',
      })
    }
  }

  /** A variable of the notebook that holds a catalog is a table of its name. */
  #variable(name: string): { readonly catalog: Catalog } | undefined {
    const value: unknown = Object.getOwnPropertyDescriptor(this.#scope, name)?.value
    if (value instanceof Catalog) {
      this.#read.add(name)
      return { catalog: value }
    }
    if (this.#read.has(name))
      throw new FirstlightError('sql/no-such-table', `The variable '${name}' holds no catalog any more.`)
    return undefined
  }

  #variables(): readonly string[] {
    const all = Object.entries(Object.getOwnPropertyDescriptors(this.#scope))
    return all.filter(([, { value }]) => value instanceof Catalog).map(([name]) => name)
  }

  /** The butler that is open when a query runs; without one SQL still works on files and catalogs. Its tables go before variables. */
  #tables(): TableResolver {
    const now = () => (this.#butler.isOpen ? butlerTables(this.#butler.butler) : undefined)
    return {
      tableNames: async () => [...((await now()?.tableNames()) ?? []), ...this.#variables()],
      resolve: async (name) => (await now()?.resolve(name)) ?? this.#variable(name),
      refusal: async (name) => now()?.refusal?.(name),
    }
  }
}

import { butlerTables } from '#butler'
import { type CatalogSession, type QueryParam, sqlOver, type TableResolver } from '#sql'
import { openCatalogSession } from '#platform/node'
import { Catalog } from '#table'
import type { SqlTag, SqlValue } from '../globals/engine.ts'
import { currentRun } from '../execute/run-context.ts'
import type { SessionButler } from './session-butler.ts'

/** The session's SQL: DuckDB over the butler's tables, opened at the first query. */
export class SessionSql {
  readonly #butler: SessionButler
  #session: Promise<CatalogSession> | undefined
  #catalogs = 0

  constructor(butler: SessionButler) {
    this.#butler = butler
  }

  /** The tag for templates: values are bound parameters, catalogs become tables. */
  readonly tag: SqlTag = Object.assign(
    (strings: TemplateStringsArray, ...values: readonly SqlValue[]) => this.#template(strings, values),
    {
      query: (text: string, parameters: readonly QueryParam[] = []) => this.query(text, parameters),
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

  /** The butler that is open when a query runs; without one SQL still works on files and catalogs. */
  #tables(): TableResolver {
    const now = () => (this.#butler.isOpen ? butlerTables(this.#butler.butler) : undefined)
    return {
      tableNames: async () => (await now()?.tableNames()) ?? [],
      resolve: async (name) => now()?.resolve(name),
      refusal: async (name) => now()?.refusal?.(name),
    }
  }
}

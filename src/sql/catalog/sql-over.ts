import type { CatalogSession, TableFile, TableResolver } from './session.ts'

/**
 * A session whose FROM also finds the tables of a resolver: names that a statement refers to are resolved and registered
 * before it runs, again whenever their files have changed. `close` closes the session below.
 */
export function sqlOver(session: CatalogSession, resolver: TableResolver): CatalogSession {
  const registered = new Map<string, string>()
  const prepare = async (sql: string) => {
    for (const name of await session.referencedTables(sql)) {
      const found = await resolver.resolve(name)
      if (found === undefined) continue
      const state = fingerprint(found.files)
      if (registered.get(name) === state) continue
      await session.registerParquet(name, found.files)
      registered.set(name, state)
    }
  }
  return {
    query: async (sql, params, options) => {
      await prepare(sql)
      return session.query(sql, params, options)
    },
    registerParquet: (name, files) => session.registerParquet(name, files),
    registerCatalog: (name, catalog) => session.registerCatalog(name, catalog),
    tableNames: async () =>
      [...new Set([...(await session.tableNames()), ...(await resolver.tableNames())])].sort(),
    referencedTables: (sql) => session.referencedTables(sql),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  }
}

const fingerprint = (files: readonly TableFile[]): string =>
  JSON.stringify(files.map((f) => [f.path, Object.entries(f.dataId).map(([k, v]) => [k, String(v)])]))

import type { CatalogSession, TableFile, TableResolver } from './session.ts'

/**
 * A session whose FROM also finds the tables of a resolver. A name the engine does not know is resolved when the
 * statement is prepared, before anything of it runs; tables resolved earlier are looked up again when the statement
 * names them, and registered anew if their files have changed. `close` closes the session below.
 */
export function sqlOver(session: CatalogSession, resolver: TableResolver): CatalogSession {
  const registered = new Map<string, string>()
  const filesOf = async (name: string): Promise<readonly TableFile[] | undefined> =>
    (await resolver.resolve(name))?.files ??
    (await resolver.resolve(await knownSpelling(resolver, name)))?.files
  const refresh = async (sql: string) => {
    for (const [name, state] of registered) {
      if (!mentions(sql, name)) continue
      const files = await filesOf(name)
      const now = fingerprint(files ?? [])
      if (files === undefined || now === state) continue
      await session.registerParquet(name, files)
      registered.set(name, now)
    }
  }
  return {
    query: async (sql, params, options = {}) => {
      await refresh(sql)
      const resolveTable = async (name: string) => {
        const files = (await filesOf(name)) ?? (await options.resolveTable?.(name))
        if (files !== undefined) registered.set(name, fingerprint(files))
        return files
      }
      const knownTables = async () => [
        ...(await resolver.tableNames()),
        ...((await options.knownTables?.()) ?? []),
      ]
      return session.query(sql, params, { ...options, resolveTable, knownTables })
    },
    registerParquet: (name, files) => {
      registered.delete(name)
      return session.registerParquet(name, files)
    },
    registerCatalog: (name, catalog) => {
      registered.delete(name)
      return session.registerCatalog(name, catalog)
    },
    tableNames: async () =>
      [...new Set([...(await session.tableNames()), ...(await resolver.tableNames())])].sort(),
    referencedTables: (sql) => session.referencedTables(sql),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  }
}

/** SQL names are the same in any case, dataset types are not. */
async function knownSpelling(resolver: TableResolver, name: string): Promise<string> {
  const lower = name.toLowerCase()
  return (await resolver.tableNames()).find((known) => known.toLowerCase() === lower) ?? name
}

const mentions = (sql: string, name: string): boolean => sql.toLowerCase().includes(name.toLowerCase())

const fingerprint = (files: readonly TableFile[]): string =>
  JSON.stringify(files.map((f) => [f.path, Object.entries(f.dataId).map(([k, v]) => [k, String(v)])]))

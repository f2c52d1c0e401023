import Database from 'better-sqlite3'

const kept: object[] = []

/** A database file without our driver, to see or spoil what is in it. Kept from the collector: see platform/node/sqlite.ts on Node 24. */
export function rawSqlite(path: string, options?: Database.Options): Database.Database {
  const database = new Database(path, options)
  kept.push(database)
  const prepare = database.prepare.bind(database)
  database.prepare = ((sql: string) => {
    const statement = prepare(sql)
    kept.push(statement)
    return statement
  }) as Database.Database['prepare']
  return database
}

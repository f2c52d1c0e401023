import Database from 'better-sqlite3'

const kept: object[] = []

/** A database file without our driver, to see or spoil what is in it. Kept from the collector: see platform/node/sqlite.ts on Node 24. */
export class RawSqlite extends Database {
  constructor(path: string, options?: Database.Options) {
    super(path, options)
    kept.push(this)
  }

  override prepare<P extends unknown[] | object = unknown[], R = unknown>(
    sql: string,
  ): P extends unknown[] ? Database.Statement<P, R> : Database.Statement<[P], R> {
    const statement = super.prepare<P, R>(sql)
    kept.push(statement)
    return statement
  }
}

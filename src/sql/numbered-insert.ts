import type { SqlConnection, SqlDialect, SqlValue } from './driver.ts'
import { quoteName } from './fragment.ts'
import { sequenceName } from './postgresql/columns.ts'

/** A row of a table whose integer key the database numbers: `INSERT …` with that key, placeholders for the columns. */
export function numberedInsert(
  dialect: SqlDialect,
  table: string,
  key: string,
  columns: readonly string[],
): string {
  const names = columns.map(quoteName)
  const places = columns.map(() => '?')
  if (dialect === 'postgresql') {
    names.unshift(quoteName(key))
    places.unshift(`nextval('${sequenceName(table, key)}')`)
  }
  return names.length === 0
    ? `INSERT INTO ${table} DEFAULT VALUES`
    : `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`
}

/** Insert such a row and give its number. */
export async function insertNumbered(
  connection: SqlConnection,
  table: string,
  key: string,
  row: Readonly<Record<string, SqlValue>>,
): Promise<number> {
  const statement = numberedInsert(connection.dialect, table, key, Object.keys(row))
  const inserted = await connection.first(`${statement} RETURNING ${quoteName(key)}`, Object.values(row))
  return Number(inserted![0])
}

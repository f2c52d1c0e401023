import { createTable, type SqlConnection } from '#sql'
import { fileRecords } from '../schema/static-tables.ts'

/** Make the tables of the datastores' records that are missing: the real Butler's `create` leaves them to who first writes. */
export async function makeRecordsTables(connection: SqlConnection, names: readonly string[]): Promise<void> {
  if ((await missing(connection, names)).length === 0) return
  await connection.begin()
  try {
    await connection.lockTable('opaque_meta')
    // Another process may have made them since.
    const wanted = await missing(connection, names)
    for (const name of wanted)
      await connection.script(createTable(fileRecords(name), connection.dialect).join(';\n'))
    await connection.runMany(
      'INSERT INTO opaque_meta (table_name) VALUES (?) ON CONFLICT DO NOTHING',
      wanted.map((name) => [name]),
    )
    await connection.run('COMMIT')
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function missing(connection: SqlConnection, names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of names) if (!(await connection.hasTable(name))) found.push(name)
  return found
}

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createNodeButler, openNodeButler } from '#platform/node'
import type { TestServer } from '../postgres.ts'
import { rawSqlite } from '../raw-sqlite.ts'

/** The same repository with its registry in a PostgreSQL database, row for row; gives its folder. */
export async function copyToPostgres(root: string, server: TestServer): Promise<string> {
  const url = await server.newDatabase()
  const target = `${root}-in-postgres`
  const database = rawSqlite(join(root, 'gen3.sqlite3'), { readonly: true })
  const made = await createNodeButler(target, { db: url })
  const source = await openNodeButler(root)
  // Tables of datasets are numbered as groups of dimensions come along.
  const types = database.prepare('SELECT name FROM dataset_type ORDER BY dimensions_key, id').pluck().all()
  for (const name of types)
    await made.registry.registerDatasetType(await source.getDatasetType(name as string))
  await Promise.all([made.close(), source.close()])

  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
  const statements = (tables as string[])
    .filter((table) => !/^sqlite_|^butler_attributes$/.test(table))
    .map((table) => copyTable(table, database.prepare(`SELECT * FROM "${table}"`).safeIntegers().all()))
  // Rows as they come, without a look at foreign keys.
  await server.rows(url, ['SET session_replication_role = replica', ...statements, COUNT_ON].join(';\n'))
  database.close()
  cpSync(root, target, { recursive: true, filter: (path) => !/(butler\.yaml|\.sqlite3)$/.test(path) })
  rmSync(root, { recursive: true })
  return target
}

/** Numbers that the database gives go on after those that came along: `TABLE_seq_COLUMN` counts them. */
const COUNT_ON = `DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT sequencename s, split_part(sequencename, '_seq_', 1) t, split_part(sequencename, '_seq_', 2) c
    FROM pg_sequences WHERE schemaname = current_schema()
  LOOP
    EXECUTE format('SELECT setval(%L, (SELECT COALESCE(MAX(%I), 0) + 1 FROM %I), false)', r.s, r.c, r.t);
  END LOOP;
END $$`

/** Everything as text: PostgreSQL makes of it what the columns are. */
function copyTable(table: string, rows: readonly unknown[]): string {
  const json = JSON.stringify(rows.map((row) => asTexts(row as Readonly<Record<string, unknown>>)))
  return `DELETE FROM "${table}"; INSERT INTO "${table}" SELECT * FROM json_populate_recordset(NULL::"${table}", $json$${json}$json$)`
}

function asTexts({ timespan_begin: begin, timespan_end: end, ...row }: Readonly<Record<string, unknown>>) {
  const texts = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value === null
        ? null
        : value instanceof Uint8Array
          ? `\\x${Buffer.from(value).toString('hex')}`
          : String(value),
    ]),
  )
  return begin === undefined
    ? texts
    : { ...texts, timespan: rangeOf(begin as bigint | null, end as bigint | null) }
}

/** SQLite keeps the ends of time as numbers, PostgreSQL has none there. */
const [FIRST, LAST] = [0n, 4_102_444_800_000_000_000n]

function rangeOf(begin: bigint | null, end: bigint | null): string | null {
  if (begin === null || end === null) return null
  if (begin >= end) return 'empty'
  return `[${begin <= FIRST ? '' : begin},${end >= LAST ? '' : end})`
}

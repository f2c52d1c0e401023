import { join, quoteName, raw, type Sql, type SqlValue, sql } from '#sql'
import type { Source } from './sources.ts'
import type { Upload } from './spec.ts'

/** SQLite allows 500 terms in a compound SELECT and 32766 parameters; JSON has no such limits and is one parameter. */
export function uploadSource({ group, rows }: Upload, alias: string): Source {
  const names = group.required
  const columns = new Map(names.map((d) => [d, d]))
  if (names.length === 0) return { alias, table: raw('(SELECT 1 AS nothing)'), columns, conditions: [] }
  const table = JSON.stringify(rows.map((row) => names.map((d): SqlValue => jsonSafe(row[d]!))))
  const picks: readonly Sql[] = names.map((d, i) => raw(`json_extract(value, '$[${i}]') AS ${quoteName(d)}`))
  return {
    alias,
    table: sql`(SELECT ${join(picks, ', ')} FROM json_each(${table}))`,
    columns,
    conditions: [],
  }
}

const jsonSafe = (value: SqlValue): SqlValue => (typeof value === 'bigint' ? Number(value) : value)

import { join, jsonRows, jsonValue, quoteName, raw, type Sql, sql } from '#sql'
import type { Source } from './sources.ts'
import type { Upload } from './spec.ts'

/** SQLite allows 500 terms in a compound SELECT and 32766 parameters; JSON has no such limits and is one parameter. */
export function uploadSource({ group, rows }: Upload, alias: string): Source {
  const names = group.required
  const columns = new Map(names.map((d) => [d, d]))
  if (names.length === 0) return { alias, table: raw('(SELECT 1 AS one)'), columns, conditions: [] }
  const table = jsonRows(rows.map((row) => names.map((d) => row[d]!)))
  const isText = (d: string) => group.universe.get(d).keys[0]!.type === 'string'
  const picks: readonly Sql[] = names.map((d, i) => raw(`${jsonValue(i, isText(d))} AS ${quoteName(d)}`))
  return {
    alias,
    table: sql`(SELECT ${join(picks, ', ')} FROM json_each(${table}))`,
    columns,
    conditions: [],
  }
}

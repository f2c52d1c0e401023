import type { DuckDBConnection } from '@duckdb/node-api'
import { type FileColumn, HIDDEN_SCHEMA, listSql, quoteIdentifier, uniteColumns } from '#sql'
import { Catalog } from '#table'
import { fillTable } from './fill-table.ts'

/** Make a table with the rows of catalogs that differ in their columns. */
export async function fillUnited(
  connection: DuckDBConnection,
  place: TablePlace,
  kinds: readonly Catalog[],
): Promise<void> {
  const shapes: (readonly FileColumn[])[] = []
  const tables = kinds.map((_, i) => ({
    schema: HIDDEN_SCHEMA,
    name: `${place.name.toLowerCase()} kind ${i}`,
  }))
  for (const [i, kind] of kinds.entries()) {
    await fillTable(connection, tables[i]!, kind)
    const described = await connection.runAndReadAll(
      `SELECT column_name, column_type FROM (DESCRIBE ${tableSql(tables[i]!)})`,
    )
    shapes.push(described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) })))
  }
  const columns = await uniteColumns(shapes, combineWith(connection))
  const parts = shapes.map((own, i) => `SELECT ${listSql(columns, own)} FROM ${tableSql(tables[i]!)} t`)
  await fillTable(connection, place, kinds[0]!.slice(0, 0))
  await connection.run(`CREATE OR REPLACE TABLE ${tableSql(place)} AS ${parts.join(' UNION ALL ')}`)
  for (const table of tables) await connection.run(`DROP TABLE ${tableSql(table)}`)
}

/** The engine's own type of a column with values of both. */
export const combineWith =
  (connection: DuckDBConnection) =>
  async (a: string, b: string): Promise<string | undefined> => {
    try {
      const result = await connection.runAndReadAll(
        `SELECT any_value(typeof(x)) FROM (SELECT NULL::${a} AS x UNION ALL SELECT NULL::${b})`,
      )
      return String(result.getRows()[0]?.[0])
    } catch {
      return undefined
    }
  }

/** Those with the same columns one below the other. */
export function kindsOf(parts: readonly Catalog[]): readonly Catalog[] {
  const groups = new Map<string, Catalog[]>()
  for (const part of parts) {
    const key = JSON.stringify(part.schema.columns.map(({ doc: _, ...spec }) => spec))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [part])
    else group.push(part)
  }
  return [...groups.values()].map((group) => (group.length === 1 ? group[0]! : Catalog.concat(group)))
}

interface TablePlace {
  readonly schema?: string
  readonly name: string
}

const tableSql = ({ schema, name }: TablePlace): string =>
  `${schema === undefined ? '' : `${schema}.`}${quoteIdentifier(name)}`

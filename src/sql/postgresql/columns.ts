import { quoteName } from '../fragment.ts'
import type { SqlColumn, SqlColumnType, SqlTable } from '../table.ts'
import { TIMESPAN, TIMESPAN_BEGIN, TIMESPAN_END } from '../timespan.ts'
import { shrinkName } from './shrink-name.ts'

/** A column as PostgreSQL declares it; `range` is a timespan. */
export type PostgresColumn = Omit<SqlColumn, 'type'> & { readonly type: SqlColumnType | { kind: 'range' } }

/** Strings longer than this are TEXT, as in lsst-daf-butler. */
const LONGEST_VARCHAR = 32

/** Columns with the two ends of a timespan as one range. */
export const rangeColumns = (columns: readonly SqlColumn[]): readonly PostgresColumn[] =>
  columns.flatMap((column): readonly PostgresColumn[] => {
    if (column.name === TIMESPAN_END) return []
    if (column.name !== TIMESPAN_BEGIN) return [column]
    return [
      {
        name: TIMESPAN,
        type: { kind: 'range' },
        nullable: column.nullable,
        ...(column.default !== undefined && { default: `'(,)'::int8range` }),
      },
    ]
  })

/** Names of an index's columns, a timespan's two ends as one. */
export const rangeNames = (names: readonly string[]): readonly string[] =>
  names.filter((n) => n !== TIMESPAN_END).map((n) => (n === TIMESPAN_BEGIN ? TIMESPAN : n))

export function postgresColumn(column: PostgresColumn): string {
  const fallback = column.default === undefined ? '' : ` DEFAULT ${column.default}`
  return `${quoteName(column.name)} ${typeText(column.type)}${fallback}${column.nullable ? '' : ' NOT NULL'}`
}

function typeText(type: PostgresColumn['type']): string {
  switch (type.kind) {
    case 'string':
      return type.length !== undefined && type.length <= LONGEST_VARCHAR ? `VARCHAR(${type.length})` : 'TEXT'
    case 'region':
    case 'hash':
      return 'TEXT'
    case 'range':
      return 'INT8RANGE'
    case 'float':
      return 'DOUBLE PRECISION'
    case 'integer':
      return 'BIGINT'
    default:
      return type.kind.toUpperCase()
  }
}

/** Name of the sequence that numbers a table's rows. */
export const sequenceName = (table: string, key: string): string => shrinkName(`${table}_seq_${key}`)

/** The statement for a table's sequence; only keys of kind `integer` are numbered. */
export function sequenceOf(table: SqlTable): readonly string[] {
  const key = table.columns.find((c) => c.type.kind === 'integer')
  return key === undefined ? [] : [`CREATE SEQUENCE ${sequenceName(table.name, key.name)}`]
}

import type { SqlDialect } from './driver.ts'
import { quoteName } from './fragment.ts'
import { postgresColumn, rangeColumns, rangeNames, sequenceOf } from './postgresql/columns.ts'
import { shrinkName } from './postgresql/shrink-name.ts'

export type SqlColumnType =
  | { readonly kind: 'integer' | 'bigint' | 'smallint' | 'float' | 'boolean' | 'uuid' | 'region' | 'hash' }
  | { readonly kind: 'string'; readonly length?: number }

export interface SqlColumn {
  readonly name: string
  readonly type: SqlColumnType
  readonly nullable: boolean
  /** SQL text of the default. */
  readonly default?: string
}

export interface SqlForeignKey {
  readonly columns: readonly string[]
  readonly table: string
  readonly targets: readonly string[]
  readonly cascade?: boolean
}

export interface SqlTable {
  readonly name: string
  readonly columns: readonly SqlColumn[]
  readonly primaryKey: readonly string[]
  readonly unique?: readonly (readonly string[])[]
  readonly foreignKeys?: readonly SqlForeignKey[]
  readonly indexes?: readonly (readonly string[])[]
}

/** Longest string kept as VARCHAR with a length check; longer ones are TEXT, as SQLAlchemy's users in the stack do. */
const LONGEST_CHECKED = 32

/**
 * The statements that make a table and its indexes, with the names and texts of lsst-daf-butler: constraints `T_len_c` (SQLite),
 * `T_unq_a_b`, `fkey_T_target_…`, indexes `T_fkidx_…` for every foreign key that is not the primary key, `T_idx_…`. In PostgreSQL
 * an integer key has a sequence `T_seq_key`, a timespan is one range, and names over 63 bytes end in a hash.
 */
export const createTable = (table: SqlTable, dialect: SqlDialect = 'sqlite'): readonly string[] =>
  dialect === 'sqlite' ? createInSqlite(table) : createInPostgres(table)

function createInPostgres(table: SqlTable): readonly string[] {
  const lines = [
    ...rangeColumns(table.columns).map(postgresColumn),
    `PRIMARY KEY (${table.primaryKey.map(quoteName).join(', ')})`,
    ...uniques(table, shrinkName),
    ...(table.foreignKeys ?? []).map((f) => foreignKeyText(table.name, f, shrinkName)),
  ]
  return [
    ...sequenceOf(table),
    `CREATE TABLE ${bareName(table.name)} (\n\t${lines.join(', \n\t')}\n)`,
    ...foreignKeyIndexes(table, shrinkName),
    ...extraIndexes(table, shrinkName),
  ]
}

function createInSqlite(table: SqlTable): readonly string[] {
  const lines = [
    ...table.columns.map(columnText),
    `PRIMARY KEY (${table.primaryKey.map(bareName).join(', ')})`,
    ...table.columns.flatMap((c) => lengthCheck(table.name, c)),
    ...uniques(table),
    ...(table.foreignKeys ?? []).map((f) => foreignKeyText(table.name, f)),
  ]
  const create = `CREATE TABLE ${bareName(table.name)} (\n\t${lines.join(', \n\t')}\n)`
  return [create, ...foreignKeyIndexes(table), ...extraIndexes(table)]
}

type Naming = (name: string) => string
const asItIs: Naming = (name) => name

const uniques = (table: SqlTable, naming = asItIs): readonly string[] =>
  (table.unique ?? []).map(
    (u) => `CONSTRAINT ${naming(`${table.name}_unq_${u.join('_')}`)} UNIQUE (${u.map(bareName).join(', ')})`,
  )

function columnText(column: SqlColumn): string {
  const fallback = column.default === undefined ? '' : ` DEFAULT ${column.default}`
  return `${bareName(column.name)} ${typeText(column.type)}${fallback}${column.nullable ? '' : ' NOT NULL'}`
}

function typeText(type: SqlColumnType): string {
  switch (type.kind) {
    case 'string':
      return isChecked(type) ? `VARCHAR(${type.length})` : 'TEXT'
    case 'uuid':
      return 'CHAR(32)'
    case 'region':
    case 'hash':
      return 'TEXT'
    default:
      return type.kind.toUpperCase()
  }
}

const isChecked = (type: SqlColumnType): type is { kind: 'string'; length: number } =>
  type.kind === 'string' && type.length !== undefined && type.length <= LONGEST_CHECKED

function lengthCheck(table: string, column: SqlColumn): readonly string[] {
  if (!isChecked(column.type)) return []
  const c = `length("${column.name}")`
  return [`CONSTRAINT ${table}_len_${column.name} CHECK (${c}<=${column.type.length} AND ${c}>=1)`]
}

function foreignKeyText(table: string, key: SqlForeignKey, naming = asItIs): string {
  const label = naming(['fkey', table, key.table, ...key.targets, ...key.columns].join('_'))
  const cascade = key.cascade === true ? ' ON DELETE CASCADE' : ''
  return `CONSTRAINT ${label} FOREIGN KEY(${key.columns.map(bareName).join(', ')}) REFERENCES ${bareName(key.table)} (${key.targets.map(bareName).join(', ')})${cascade}`
}

function foreignKeyIndexes(table: SqlTable, naming = asItIs): readonly string[] {
  const primary = table.primaryKey.join()
  const seen = new Set<string>()
  return (table.foreignKeys ?? []).flatMap(({ columns }) => {
    const key = columns.join()
    if (key === primary || seen.has(key)) return []
    seen.add(key)
    return [
      `CREATE INDEX ${naming(`${table.name}_fkidx_${columns.join('_')}`)} ON ${bareName(table.name)} (${columns.map(bareName).join(', ')})`,
    ]
  })
}

const extraIndexes = (table: SqlTable, naming?: Naming): readonly string[] =>
  (table.indexes ?? []).map((listed) => {
    const i = naming === undefined ? listed : rangeNames(listed)
    const label = (naming ?? asItIs)(`${table.name}_idx_${i.join('_')}`)
    return `CREATE INDEX ${label} ON ${bareName(table.name)} (${i.map(bareName).join(', ')})`
  })

/** Names are bare unless they are keywords: `group` is the one in the schema. */
const bareName = (identifier: string): string => (identifier === 'group' ? quoteName(identifier) : identifier)

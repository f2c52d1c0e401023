/**
 * sql: the registry's side of databases. A small driver interface that platforms implement (SQLite now, PostgreSQL beside it),
 * SQL fragments with parameters, table definitions in the anchor's dialect, transactions that also undo files. It knows no
 * butler. Hand-written fragments and not a query builder: statements are few, hot ones are prepared by their text, and a
 * builder would take most of the 0.2 s in which a command has to answer. `sql/catalog` is the other side: DuckDB sessions.
 */
export { eachRow } from './each-row.ts'
export type {
  PostgresOpener,
  PostgresOptions,
  SqlConnection,
  SqlDialect,
  SqliteOpener,
  SqliteOptions,
  SqlResult,
  SqlRow,
  SqlValue,
} from './driver.ts'
export { isSqlError, SqlError, type SqlErrorKind } from './errors.ts'
export { and, join, name, or, quoteName, raw, type Sql, sql, valueList } from './fragment.ts'
export {
  createTable,
  type SqlColumn,
  type SqlColumnType,
  type SqlForeignKey,
  type SqlTable,
} from './table.ts'
export { jsonRows, jsonUuid, jsonValue } from './json-rows.ts'
export { insertNumbered, numberedInsert } from './numbered-insert.ts'
export { translateToPostgres, type PostgresStatement } from './postgresql/translate.ts'
export { blake2b } from './postgresql/blake2b.ts'
export { Transactions, type UndoLog } from './transactions.ts'
export type {
  CatalogSession,
  ParquetOptions,
  QueryOptions,
  QueryParam,
  QueryParams,
  ResolvedTable,
  SessionOptions,
  TableFile,
  TableResolver,
} from './catalog/session.ts'
export { sqlOver } from './catalog/sql-over.ts'
export { quoteIdentifier, quoteText } from './catalog/quote.ts'
export { type FileColumn, listSql, uniteColumns } from './catalog/unite-columns.ts'
export { HIDDEN_SCHEMA, literalPath, viewSql } from './catalog/view.ts'
export { type ColumnNote, resultNotes, type TableNotes, tablesRead } from './catalog/column-origins.ts'
export { type CatalogSqlErrorCode, explainDuckDbError, missingTable, sqlError } from './catalog/errors.ts'

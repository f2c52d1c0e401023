import type { TableFile } from './session.ts'

type Dimension = string | number | bigint

/** SQL that makes a table of Parquet files: first what it needs, then the view. */
export interface ViewSql {
  readonly setup: readonly string[]
  readonly view: string
  /** Dimensions that became columns, in order. */
  readonly dimensions: readonly string[]
}

export interface ViewOptions {
  /** Columns that the files themselves have; a dimension of that name stands in place of theirs. */
  readonly fileColumns: readonly string[]
  /** No rows: the columns alone. */
  readonly empty?: boolean
  /** The files differ in their columns: match by name, missing ones null. Opens every footer. */
  readonly unionByName?: boolean
}

/** Up to so many files the dimensions stand in a CASE over the file name, beyond in a table joined by it. */
export const CASE_LIMIT = 32

/** A schema of the engine for tables that users do not see. */
export const HIDDEN_SCHEMA = 'firstlight_files'

/** In that schema: the table of a table's files with their data IDs, by which files are chosen before any is opened. */
export const filesTable = (name: string): string => `${name.toLowerCase()} files`

/**
 * A view over Parquet files with their data-ID dimensions as columns. The engine leaves files unopened whose dimensions
 * a WHERE excludes: a dimension with one value everywhere is a constant; up to 32 files it is a CASE over the file name,
 * which the optimizer folds file by file before opening any; for more it is a join with a table of file names, whose
 * keys reach the scan as a dynamic filter (a CASE over 1000 files takes seconds to plan, the join milliseconds).
 */
export function viewSql(name: string, files: readonly TableFile[], options: ViewOptions): ViewSql {
  const dimensions = [...new Set(files.flatMap((f) => Object.keys(f.dataId)))]
  const lower = new Set(dimensions.map((d) => d.toLowerCase()))
  const replaced = options.fileColumns.filter((c) => lower.has(c.toLowerCase()))
  const constant = dimensions.filter((d) => files.every((f) => f.dataId[d] === files[0]!.dataId[d]))
  const varying = dimensions.filter((d) => !constant.includes(d))
  const paths = files.map((f) => quoteText(literalPath(f.path))).join(', ')
  const byFile = varying.length > 0
  const parameters = [
    `[${paths}]`,
    ...(byFile ? ['filename = true'] : []),
    'hive_partitioning = false',
    ...(options.unionByName === true ? ['union_by_name = true'] : []),
  ]
  const source = `read_parquet(${parameters.join(', ')})`
  const joined = byFile && files.length > CASE_LIMIT
  const dims = `${HIDDEN_SCHEMA}.${quoteIdentifier(name)}`
  const columnOf = (d: string): string => {
    if (constant.includes(d)) return `${literal(files[0]!.dataId[d])} AS ${quoteIdentifier(d)}`
    return joined ? `d.${quoteIdentifier(d)}` : `${caseOf(d, files)} AS ${quoteIdentifier(d)}`
  }
  const left = [...replaced.map(quoteIdentifier), ...(byFile ? ['filename'] : [])]
  const rest = left.length === 0 ? 't.*' : `t.* EXCLUDE (${left.join(', ')})`
  const columns = [...dimensions.map(columnOf), ...(hasMore(options, replaced) ? [rest] : [])].join(', ')
  const where = options.empty === true ? ' WHERE false' : ''
  const from = `${joined ? `${source} t JOIN ${dims} d ON t.filename = d.filename` : `${source} t`}${where}`
  return {
    dimensions,
    setup: joined ? [dimensionTable(dims, varying, files)] : [],
    view: `CREATE OR REPLACE VIEW ${quoteIdentifier(name)} AS SELECT ${columns} FROM ${from}`,
  }
}

/** EXCLUDE may not leave out every column. */
const hasMore = ({ fileColumns }: ViewOptions, replaced: readonly string[]): boolean =>
  fileColumns.length > replaced.length

const dimensionTable = (
  table: string,
  dimensions: readonly string[],
  files: readonly TableFile[],
): string => {
  const rows = files.map(
    (f) => `(${[quoteText(f.path), ...dimensions.map((d) => literal(f.dataId[d]))].join(', ')})`,
  )
  const names = ['filename', ...dimensions.map(quoteIdentifier)].join(', ')
  return `CREATE OR REPLACE TABLE ${table} AS SELECT * FROM (VALUES ${rows.join(', ')}) v(${names})`
}

const caseOf = (dimension: string, files: readonly TableFile[]): string => {
  const cases = files.map((f) => `WHEN ${quoteText(f.path)} THEN ${literal(f.dataId[dimension])}`)
  return `CASE t.filename ${cases.join(' ')} END`
}

function literal(value: Dimension | undefined): string {
  if (value === undefined) return 'NULL'
  if (typeof value === 'string') return quoteText(value)
  return typeof value === 'bigint' || Number.isInteger(value) ? `${value}::BIGINT` : `${value}::DOUBLE`
}

export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A path that the engine takes as it stands and not as a pattern. */
const literalPath = (path: string): string => path.replace(/[*?[]/g, '[$&]')

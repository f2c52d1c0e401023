import { quoteIdentifier, quoteText } from './quote.ts'
import type { FileValue, TableFile } from './session.ts'
import { type FileColumn, listSql, type UnitedColumn } from './unite-columns.ts'

/** SQL that makes a table of Parquet files: first what it needs, then the view. */
export interface ViewSql {
  readonly setup: readonly string[]
  readonly view: string
  /** Dimensions that became columns, in order. */
  readonly dimensions: readonly string[]
}

export interface ViewOptions {
  /** Files by the columns that they have. */
  readonly shapes: readonly {
    readonly columns: readonly FileColumn[]
    /** Their places in the list of files. */
    readonly members: readonly number[]
  }[]
  /** Columns of the table beside the dimensions; a dimension stands in place of one of its name. */
  readonly columns: readonly UnitedColumn[]
  /** No rows: the columns alone. */
  readonly empty?: boolean
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
 * keys reach the scan as a dynamic filter (a CASE over 1000 files takes seconds to plan, the join milliseconds), and so
 * it is for a file that is there more than once. Files
 * with different columns are read each kind by itself, as the engine takes the types of the first file for all.
 */
export function viewSql(name: string, files: readonly TableFile[], options: ViewOptions): ViewSql {
  const dimensions = [...new Set(files.flatMap((f) => Object.keys(f.dataId)))]
  const lower = new Set(dimensions.map((d) => d.toLowerCase()))
  const columns = options.columns.filter((c) => !lower.has(c.name.toLowerCase()))
  const constant = dimensions.filter((d) =>
    files.every((f) => literal(f.dataId[d]) === literal(files[0]!.dataId[d])),
  )
  const varying = dimensions.filter((d) => !constant.includes(d))
  const isRepeated = new Set(files.map((f) => f.path)).size < files.length
  const joined = isRepeated || (varying.length > 0 && files.length > CASE_LIMIT)
  const dims = `${HIDDEN_SCHEMA}.${quoteIdentifier(name)}`
  const parts = options.shapes.map((shape) => {
    const own = shape.members.map((i) => files[i]!)
    const dimensionSql = (d: string): string => {
      if (constant.includes(d)) return `${literal(files[0]!.dataId[d])} AS ${quoteIdentifier(d)}`
      return joined ? `d.${quoteIdentifier(d)}` : `${caseOf(d, own)} AS ${quoteIdentifier(d)}`
    }
    const list = [
      ...dimensions.map(dimensionSql),
      ...(columns.length === 0 ? [] : [listSql(columns, shape.columns)]),
    ]
    const source = `${readSql(own, joined || varying.length > 0)} t`
    const from = joined ? `${source} JOIN ${dims} d ON t.filename = d.filename` : source
    return `SELECT ${list.join(', ')} FROM ${from}${options.empty === true ? ' WHERE false' : ''}`
  })
  return {
    dimensions,
    setup: joined ? [dimensionTable(dims, varying, files)] : [],
    view: `CREATE OR REPLACE VIEW ${quoteIdentifier(name)} AS ${parts.join(' UNION ALL ')}`,
  }
}

function readSql(files: readonly TableFile[], byFile: boolean): string {
  const paths = [...new Set(files.map((f) => quoteText(literalPath(f.path))))].join(', ')
  return `read_parquet([${paths}]${byFile ? ', filename = true' : ''}, hive_partitioning = false)`
}

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

function literal(value: FileValue | undefined): string {
  if (value === undefined) return 'NULL'
  if (typeof value === 'object') return `make_timestamp_ns(${value.ns})`
  if (typeof value === 'string') return quoteText(value)
  return typeof value === 'bigint' || Number.isInteger(value) ? `${value}::BIGINT` : `${value}::DOUBLE`
}

/** A path that the engine takes as it stands and not as a pattern. */
export const literalPath = (path: string): string => path.replace(/[*?[]/g, '[$&]')

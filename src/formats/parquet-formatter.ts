import { flatProvenance, type Formatter, type ReadOptions } from '#butler'
import type { ByteSource } from '#core'
import { Catalog, readParquet, readParquetInfo, type Schema, writeParquet } from '#table'
import { badValue, formatError, noComponent } from './errors.ts'

/** Catalogs. Reads all, or the columns that `parameters.columns` names (with `*` and `?`); a DataFrame keeps its index. */
export const parquetFormatter: Formatter = {
  name: 'lsst.daf.butler.formatters.parquet.ParquetFormatter',
  extension: '.parq',
  alsoReads: ['.parquet'],
  async read(source, options) {
    if (options.component !== undefined) return readComponent(source, options.component)
    const columns = await wantedColumns(source, options)
    return readParquet(source, columns === undefined ? {} : { columns })
  },
  write: (value, _storageClass, origin) => {
    if (!(value instanceof Catalog)) throw badValue('Parquet', 'a Catalog', value)
    if (origin === undefined) return writeParquet(value)
    return writeParquet(value, { tableMeta: Object.fromEntries(flatProvenance(origin, TABLE_META)) })
  },
}

/** With more inputs than these none is listed, as in the Rubin stack's tables. */
const TABLE_META = { prefix: 'LSST.BUTLER', separator: '.', maxInputs: 2000 } as const

async function readComponent(source: ByteSource, component: string): Promise<unknown> {
  const { schema, numRows } = await readParquetInfo(source)
  switch (component) {
    case 'columns':
      return schema.names
    case 'schema':
      return schema
    case 'rowcount':
      return numRows
    default:
      throw noComponent('A catalog', component, ['columns', 'schema', 'rowcount'])
  }
}

async function wantedColumns(
  source: ByteSource,
  { parameters, storageClass }: ReadOptions,
): Promise<readonly string[] | undefined> {
  const asked = parameters?.['columns']
  if (asked === undefined || asked === null) return undefined
  const patterns = (Array.isArray(asked) ? asked : [asked]).map(String)
  const { schema, indexColumns } = await readParquetInfo(source)
  const found = patterns.flatMap((pattern) => matching(pattern, schema, source.name))
  return [...new Set([...found, ...(storageClass === 'DataFrame' ? indexColumns : [])])]
}

function matching(pattern: string, schema: Schema, name: string): readonly string[] {
  const expression = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  )
  const found = schema.names.filter((column) => expression.test(column))
  if (found.length === 0)
    throw formatError('no-column', `Column ${pattern} specified in parameters not available in ${name}.`, {
      hint: `There are ${schema.names.length} columns: ${schema.names.slice(0, 12).join(', ')}${schema.names.length > 12 ? ' …' : ''}.`,
    })
  return found
}

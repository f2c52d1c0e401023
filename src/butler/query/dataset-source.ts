import { quoteName, raw, type Sql, sql, valueList } from '#sql'
import type { DatasetSearch } from './spec.ts'
import type { Source } from './sources.ts'

const ALWAYS = 'CAST(0 AS INTEGER) AS timespan_begin, CAST(4102444800000000000 AS INTEGER) AS timespan_end'

/**
 * The rows of a dataset search: memberships in RUN and TAGGED collections straight from their table; with CALIBRATION collections
 * a union, in which memberships are valid for ever.
 */
export function datasetSource(search: DatasetSearch, alias: string): Source {
  const { type, candidates } = search
  const columns = new Map(type.type.dimensions.required.map((d) => [d, d]))
  const tagged = candidates.filter((c) => c.type !== 'CALIBRATION').map((c) => c.id)
  const certified = candidates.filter((c) => c.type === 'CALIBRATION').map((c) => c.id)
  const where = (ids: readonly number[], prefix: string): readonly Sql[] => [
    sql`${raw(`${prefix}dataset_type_id`)} = ${type.id}`,
    ids.length === 1
      ? sql`${raw(`${prefix}collection_id`)} = ${ids[0]!}`
      : sql`${raw(`${prefix}collection_id`)} IN ${valueList(ids)}`,
  ]
  if (certified.length === 0)
    return { alias, table: raw(type.tags), columns, conditions: where(tagged, `${alias}.`) }
  const own = ['dataset_id', 'collection_id', ...type.type.dimensions.required].map(quoteName).join(', ')
  const [byType, byCollection] = where(certified, '')
  const calibs = sql`SELECT ${raw(own)}, timespan_begin, timespan_end FROM ${raw(type.calibs!)} WHERE ${byType!} AND ${byCollection!}`
  if (tagged.length === 0) return { alias, table: sql`(${calibs})`, columns, conditions: [] }
  const [sameType, sameCollection] = where(tagged, '')
  const tags = sql`SELECT ${raw(`${own}, ${ALWAYS}`)} FROM ${raw(type.tags)} WHERE ${sameType!} AND ${sameCollection!}`
  return { alias, table: sql`(${tags} UNION ALL ${calibs})`, columns, conditions: [] }
}

export const hasCalibrations = (search: DatasetSearch): boolean =>
  search.candidates.some((c) => c.type === 'CALIBRATION')

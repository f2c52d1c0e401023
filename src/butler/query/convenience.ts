import type { Logger } from '#core'
import { nameList } from '../arguments.ts'
import type { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId } from '../dimensions/data-id.ts'
import { ArgumentError, EmptyQueryResultError } from '../errors.ts'
import type { QueryOptions } from '../options.ts'
import type { QueryResults } from './query.ts'

/** Most rows of a query unless a limit is given; more are cut with a warning. */
export const DEFAULT_LIMIT = -20_000

/** Narrow, order, limit and run; warns when a negative limit cuts, throws EmptyQueryResultError with reasons unless told not to. */
export async function runQuery<T>(
  results: QueryResults<T>,
  options: QueryOptions,
  what: string,
  log: Logger,
): Promise<readonly T[]> {
  let query = results
  if (options.dataId !== undefined) query = query.where(options.dataId as DataId | DataCoordinate)
  if (options.where !== undefined && options.where !== '') query = query.where(options.where, options.bind)
  query = query.orderBy(...nameList(options.orderBy ?? [], 'orderBy'))
  if (options.withDimensionRecords === true) query = query.withDimensionRecords()
  const limit = options.limit === undefined ? DEFAULT_LIMIT : options.limit
  if (limit !== null && !Number.isSafeInteger(limit))
    throw new ArgumentError(`A limit is a whole number of rows, or null for all, not ${limit}.`)
  if (limit === 0) return []
  const most = limit === null ? undefined : Math.abs(limit)
  if (most !== undefined) query = query.limit(limit !== null && limit < 0 ? most + 1 : most)
  const rows = await query.list()
  if (rows.length === 0 && options.explain !== false)
    throw new EmptyQueryResultError(await query.explainNoResults())
  if (most === undefined || rows.length <= most) return rows
  log.warn(`More ${what} are available than the requested limit of ${most}.`)
  return rows.slice(0, most)
}

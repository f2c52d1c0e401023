import type { Butler, DatasetType, Query, QueryResults } from '#butler'
import type { Logger } from '#core'

/** What query-data-ids and query-dimension-records have in common. */
export interface JoinedQuery {
  readonly datasets?: readonly string[]
  readonly collections?: readonly string[]
  readonly where?: string
  readonly limit: number
  readonly orderBy?: readonly string[]
  readonly offset?: number
  readonly json: boolean
}

/** Types that `--datasets` names, and a query joined with each of those that the collections may hold. */
export async function joinDatasets(
  butler: Butler,
  { datasets, collections }: JoinedQuery,
): Promise<{
  readonly query: Query
  readonly types: readonly DatasetType[]
  readonly nowhere: string | undefined
}> {
  let query = butler.query()
  if (datasets === undefined) return { query, types: [], nowhere: undefined }
  const types = await butler.registry.queryDatasetTypes(datasets)
  const infos = await butler.collections.queryInfo(collections ?? '*', { includeSummary: true })
  let joined = 0
  for (const { name } of types) {
    const holders = infos.filter((i) => i.datasetTypes?.includes(name) === true).map((i) => i.name)
    if (holders.length === 0) continue
    query = query.joinDatasetSearch(name, holders)
    joined++
  }
  const names = datasets.map((d) => `'${d}'`).join(', ')
  const nowhere =
    joined > 0
      ? undefined
      : `No datasets of type ${names} existed in the specified collections ${infos.map((i) => i.name).join(',')}.`
  return { query, types, nowhere }
}

/** Rows within the limit; says in the log when there are more, or why there are none. */
export async function limitedRows<T>(
  results: QueryResults<T>,
  options: JoinedQuery,
  log: Logger,
): Promise<readonly T[]> {
  let narrowed = options.where === undefined ? results : results.where(options.where)
  narrowed = narrowed.orderBy(...(options.orderBy ?? []))
  const most = Math.abs(options.limit)
  const rows = await (most === 0 ? narrowed : narrowed.limit(options.limit < 0 ? most + 1 : most)).list()
  if (rows.length === 0) for (const reason of await narrowed.explainNoResults()) log.info(reason)
  if (most === 0 || rows.length <= most) return rows
  log.warn(`There are more than ${most} rows. Use --limit to see more, or --where to narrow the search.`)
  return rows.slice(0, most)
}

import { type Butler, type DatasetRef, type DatasetType, UnimplementedQueryError } from '#butler'
import type { Logger } from '#core'
import { sortRefs } from './rows.ts'

export interface DatasetSelection {
  readonly collections?: readonly string[]
  readonly where?: string
  readonly findFirst?: boolean
  /** 0: all. Negative: with a warning when there are more. */
  readonly limit?: number
  readonly orderBy?: readonly string[]
}

/** Datasets of several types that match, each once, a list per type that has any, sorted as listings are. */
export async function selectDatasets(
  butler: Butler,
  log: Logger,
  types: readonly DatasetType[],
  options: DatasetSelection,
): Promise<readonly (readonly DatasetRef[])[]> {
  const limit = options.limit ?? 0
  const most = limit === 0 ? undefined : Math.abs(limit)
  const tables: (readonly DatasetRef[])[] = []
  let left = most
  for (const type of types) {
    if (left !== undefined && left <= 0) break
    const found = await butler.queryDatasets(type, {
      collections: options.collections ?? '*',
      findFirst: options.findFirst ?? false,
      explain: false,
      limit: left === undefined ? null : left + 1,
      ...(options.where !== undefined && { where: options.where }),
      ...(options.orderBy !== undefined && { orderBy: options.orderBy }),
    })
    if (found.length === 0) continue
    const refs = [...new Map(found.map((ref) => [ref.id, ref])).values()]
    const kept = left === undefined ? refs : refs.slice(0, left)
    if (kept.length < refs.length && limit < 0)
      log.warn(
        `Requested limit of ${most!} hit for number of datasets returned. Use --limit to increase this limit.`,
      )
    tables.push((options.orderBy ?? []).length > 0 ? kept : sortRefs(kept))
    if (left !== undefined) left -= kept.length
  }
  return tables
}

export function refuseOffset(offset: string | undefined): void {
  if (offset !== undefined)
    throw new UnimplementedQueryError('--offset is not supported.', {
      hint: 'Narrow the query with --where.',
    })
}

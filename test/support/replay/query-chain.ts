import type { BindValue, Butler, DataId, Query, QueryResults } from '#butler'
import { isMap, type Json, readValue } from './notation.ts'
import type { Spec } from './operations.ts'

/** Run a recorded chain of query methods. */
export async function runQueryChain(butler: Butler, spec: Spec): Promise<unknown> {
  let query = butler.query()
  for (const dimensions of (spec['join_dimensions'] ?? []) as readonly string[][])
    query = query.joinDimensions(dimensions)
  for (const [type, collections] of (spec['join_dataset_search'] ?? []) as readonly [string, string[]][])
    query = query.joinDatasetSearch(type, collections)
  if (spec['join_data_coordinates'] !== undefined) {
    const ids = []
    for (const id of spec['join_data_coordinates'] as readonly DataId[])
      ids.push(await butler.registry.expandDataId(id))
    query = query.joinDataCoordinates(ids)
  }
  const bind = readValue(spec['bind'] ?? {}) as Record<string, BindValue>
  for (const where of (spec['where'] ?? []) as readonly (string | DataId)[]) query = query.where(where, bind)
  if (spec['kwargs'] !== undefined) query = query.where(spec['kwargs'] as DataId)
  if (spec['materialize'] !== undefined)
    query = await query.materialize(spec['materialize'] as { dimensions?: string[]; datasets?: string[] })
  return result(query, spec)
}

async function result(query: Query, spec: Spec): Promise<unknown> {
  const [kind, ...args] = spec['result'] as readonly [string, ...Json[]]
  const options = (args[0] ?? {}) as Record<string, boolean>
  if (kind === 'any') return query.any(options)
  if (kind === 'explain') return query.explainNoResults(options)
  let results = await start(query, kind, args)
  for (const name of (spec['order_by'] ?? []) as readonly string[]) results = results.orderBy(name)
  if (spec['limit'] !== undefined) results = results.limit(spec['limit'] as number)
  switch (spec['out'] ?? 'list') {
    case 'list':
      return results.list()
    case 'count':
      return results.count((spec['count'] ?? {}) as Record<string, boolean>)
    case 'any':
      return results.any((spec['any'] ?? {}) as Record<string, boolean>)
    case 'explain':
      return results.explainNoResults()
    default:
      throw new Error(`unknown output ${String(spec['out'])}`)
  }
}

async function start(query: Query, kind: string, args: readonly Json[]): Promise<QueryResults<unknown>> {
  switch (kind) {
    case 'data_ids':
      return query.dataIds(args[0] as string[])
    case 'dimension_records':
      return query.dimensionRecords(args[0] as string)
    case 'datasets':
      return query.datasets(args[0] as string, args[1] as string[], {
        findFirst: (args[2] as boolean | undefined) ?? true,
      })
    case 'general': {
      const options = isMap(args[1]) ? args[1] : {}
      const findFirst = options['find_first']
      return query.general(args[0] as string[], {
        datasetFields: (options['dataset_fields'] ?? {}) as Record<string, string[] | 'all'>,
        dimensionFields: (options['dimension_fields'] ?? {}) as Record<string, string[]>,
        ...(typeof findFirst === 'boolean' && { findFirst }),
      })
    }
    default:
      throw new Error(`unknown kind of result ${kind}`)
  }
}

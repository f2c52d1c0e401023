import { resolveCollections } from '../collections/resolve.ts'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import type { Repository } from './repository.ts'

/** Governor values of which the collections hold one each: they need not be said in data IDs and queries. */
export async function inferDataId(repository: Repository, collections: readonly string[]): Promise<DataId> {
  if (collections.length === 0) return {}
  const values = new Map<string, Set<DataIdValue>>()
  for (const collection of await resolveCollections(repository.collections, collections, {
    flattenChains: true,
  })) {
    const { governors } = await repository.summaries.get(collection.id)
    for (const [governor, some] of Object.entries(governors)) {
      const all = values.get(governor) ?? new Set()
      for (const value of some) all.add(value as DataIdValue)
      values.set(governor, all)
    }
  }
  return Object.fromEntries([...values].filter(([, v]) => v.size === 1).map(([g, v]) => [g, [...v][0]!]))
}

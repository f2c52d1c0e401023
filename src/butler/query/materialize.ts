import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { InvalidQueryError } from '../errors.ts'
import { predicateGroup } from './inspect.ts'
import type { DatasetSearch, QuerySpec } from './spec.ts'

/** Every dimension that conditions, searches and uploads of a query touch. */
export function involvedGroup(universe: DimensionUniverse, spec: QuerySpec): DimensionGroup {
  let group = spec.group
  for (const { predicate } of spec.conditions) group = group.union(predicateGroup(universe, predicate))
  for (const search of spec.searches.values()) group = group.union(search.type.type.dimensions)
  for (const upload of spec.uploads) group = group.union(upload.group)
  return group
}

/** Searches that stay joined to a query whose data IDs, of the given dimensions, are kept. */
export function keptSearches(
  spec: QuerySpec,
  group: DimensionGroup,
  names: Iterable<string> = spec.searches.keys(),
): ReadonlyMap<string, DatasetSearch> {
  const kept = new Map<string, DatasetSearch>()
  for (const name of names) {
    const search = spec.searches.get(name)
    if (search === undefined)
      throw new InvalidQueryError(`Dataset type '${name}' is not part of this query.`, {
        hint: 'Join it with joinDatasetSearch before.',
      })
    const { dimensions } = search.type.type
    if (!group.contains(dimensions))
      throw new InvalidQueryError(
        `The dimensions to keep (${group.label}) do not cover those of ${name} (${dimensions.label}).`,
        { hint: 'Name more dimensions, or leave this dataset type out.' },
      )
    kept.set(name, search)
  }
  return kept
}

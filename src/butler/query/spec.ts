import type { CollectionRecord } from '../collections/store.ts'
import type { DatasetTypeRecord } from '../datasets/type-store.ts'
import type { DataId } from '../dimensions/data-id.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { Predicate } from '../expression/columns.ts'

/** A dataset type searched for in collections. */
export interface DatasetSearch {
  readonly type: DatasetTypeRecord
  /** Names and globs as they were given. */
  readonly asked: readonly string[]
  /** Flattened, in search order. */
  readonly collections: readonly CollectionRecord[]
  /** Those of them that may hold such datasets; none means that nothing can be found. */
  readonly candidates: readonly CollectionRecord[]
  /** Governor dimensions for which the candidates hold one value only: it need not be read from each row. */
  readonly constants: DataId
}

/** One condition, with its text for explanations. */
export interface Condition {
  readonly predicate: Predicate
  readonly text: string
}

/** Data IDs to join with, as a table of values. */
export interface Upload {
  readonly group: DimensionGroup
  readonly rows: readonly DataId[]
}

/** What a query asks, before SQL: all parts are and-ed. */
export interface QuerySpec {
  readonly group: DimensionGroup
  readonly searches: ReadonlyMap<string, DatasetSearch>
  readonly conditions: readonly Condition[]
  readonly uploads: readonly Upload[]
}

export const emptySpec = (group: DimensionGroup): QuerySpec => ({
  group,
  searches: new Map(),
  conditions: [],
  uploads: [],
})

export const withGroup = (spec: QuerySpec, group: DimensionGroup): QuerySpec =>
  group === spec.group ? spec : { ...spec, group: spec.group.union(group) }

import type { Butler, BindValue, DataCoordinate, DatasetRef, DatasetType } from '#butler'
import type { CoordinateTable } from './coordinates.ts'

/** Lists longer than this do not go into a query; the result is cut down here instead. */
const MOST_VALUES = 2000

/**
 * The datasets of a type that exist for the data IDs of a table, found first along the collections: one query for all of
 * them, limited by the values that each dimension takes.
 */
export async function findExisting(
  butler: Butler,
  type: DatasetType,
  table: CoordinateTable,
  collections: readonly string[],
): Promise<ReadonlyMap<number, DatasetRef>> {
  const found = new Map<number, DatasetRef>()
  if (table.size === 0 || collections.length === 0) return found
  const refs = await butler.queryDatasets(type, {
    collections,
    findFirst: true,
    limit: null,
    explain: false,
    ...limitTo(table.all, type.dimensions.required),
  })
  for (const ref of refs) {
    const at = table.find(ref.coordinate)
    if (at !== undefined) found.set(at, ref)
  }
  return found
}

interface Limit {
  readonly where?: string
  readonly bind?: Readonly<Record<string, BindValue>>
  readonly dataId?: Readonly<Record<string, string | number | bigint>>
}

/** `exposure IN (:exposure)` and the like, for the values that occur; single values as a data ID. */
export function limitTo(coordinates: readonly DataCoordinate[], dimensions: readonly string[]): Limit {
  const dataId: Record<string, string | number | bigint> = {}
  const bind: Record<string, BindValue> = {}
  const terms: string[] = []
  for (const name of dimensions) {
    const values = new Set<string | number | bigint>()
    for (const coordinate of coordinates) {
      const value = coordinate.get(name)
      if (value !== undefined) values.add(value)
      if (values.size > MOST_VALUES) break
    }
    const [only] = values
    if (values.size === 1 && only !== undefined) dataId[name] = only
    else if (values.size > 0 && values.size <= MOST_VALUES) {
      terms.push(`${name} IN (:${name}_values)`)
      bind[`${name}_values`] = [...values]
    }
  }
  return {
    ...(terms.length > 0 && { where: terms.join(' AND '), bind }),
    ...(Object.keys(dataId).length > 0 && { dataId }),
  }
}

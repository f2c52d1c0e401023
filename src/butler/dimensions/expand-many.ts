import { DataCoordinate } from './data-coordinate.ts'
import type { DataId, DataIdValue } from './data-id.ts'
import type { DimensionElement } from './element.ts'
import { hasKey, refuse, requireValue, takeImplied } from './expand.ts'
import type { DimensionGroup } from './group.ts'
import type { RecordStore } from './record-store.ts'
import { type ElementRows, rowsFor, SharedRecords } from './shared-records.ts'

export interface ExpandManyOptions {
  /** A band need not be that of a filter here, as when datasets come from elsewhere. */
  readonly allowNewViews?: boolean
  /** Also records that say nothing of the data ID's values (visit_detector_region). Default true. */
  readonly all?: boolean
}

/** Many data IDs of one group, each as `expandDataId` makes it, with one statement an element. */
export async function expandDataIds(
  store: RecordStore,
  group: DimensionGroup,
  given: readonly DataId[],
  options: ExpandManyOptions = {},
): Promise<readonly DataCoordinate[]> {
  const ids = given.map((id) => {
    const values: Record<string, DataIdValue> = {}
    for (const name of group.required) values[name] = requireValue(id, name)
    return values
  })
  const tables = new Map<string, ElementRows>()
  for (const name of group.lookupOrder) {
    const element = group.universe.get(name)
    if (options.all === false && element.kind === 'join' && !element.definesRelationships) continue
    const rows = await rowsFor(store, element, ids)
    tables.set(name, rows)
    for (const values of ids) complete(group, element, rows, values, options.allowNewViews === true)
  }
  return ids.map((values) => {
    const ordered: Record<string, DataIdValue> = {}
    for (const name of group.keys) ordered[name] = values[name]!
    return new DataCoordinate(group, ordered, true, new SharedRecords(tables, ordered))
  })
}

function complete(
  group: DimensionGroup,
  element: DimensionElement,
  { keyOf, rows }: ElementRows,
  values: Record<string, DataIdValue>,
  allowNewViews: boolean,
): void {
  const record = hasKey(element, values) ? rows.get(keyOf(values)) : undefined
  if (record === undefined) {
    if (element.kind !== 'view' || !allowNewViews) refuse(element, group, values)
    return
  }
  takeImplied(element, record, values)
}

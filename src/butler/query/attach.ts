import { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { RecordStore } from '../dimensions/record-store.ts'
import { type ElementRows, rowsFor, SharedRecords } from '../dimensions/shared-records.ts'

/** Put the records of all elements to many data IDs: one statement an element, shared by the IDs, looked up when asked for. */
export async function attachRecords(
  store: RecordStore,
  group: DimensionGroup,
  ids: readonly DataCoordinate[],
): Promise<readonly DataCoordinate[]> {
  const values = ids.map((id) => id.values)
  const tables = new Map<string, ElementRows>()
  for (const element of group.elements) tables.set(element.name, await rowsFor(store, element, values))
  return values.map((v) => new DataCoordinate(group, v, true, new SharedRecords(tables, v)))
}

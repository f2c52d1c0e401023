import { DataIdValueError, DimensionNameError, InconsistentDataIdError } from '../errors.ts'
import { DataCoordinate, formatDataId } from './data-coordinate.ts'
import type { DataId, DataIdValue } from './data-id.ts'
import type { DimensionElement } from './element.ts'
import type { DimensionGroup } from './group.ts'
import type { DimensionRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'

/**
 * Add implied values and a record for every element. Implied values that were given and disagree are replaced, as the anchor does;
 * two dimensions that no relationship row connects (an exposure with another's visit) are an InconsistentDataIdError.
 * `allowNewViews`: a band need not be that of a filter here, as when datasets come from elsewhere.
 */
export async function expandDataId(
  store: RecordStore,
  group: DimensionGroup,
  given: DataId,
  options: { readonly allowNewViews?: boolean } = {},
): Promise<DataCoordinate> {
  const values: Record<string, DataIdValue> = {}
  for (const name of group.required) values[name] = requireValue(given, name)
  const records = new Map<string, DimensionRecord | undefined>()
  for (const name of group.lookupOrder) {
    const element = group.universe.get(name)
    const record = hasKey(element, values) ? await store.fetch(element, values) : undefined
    records.set(name, record)
    if (record === undefined) {
      if (element.kind !== 'view' || options.allowNewViews !== true) refuse(element, group, values)
      continue
    }
    takeImplied(element, record, values)
  }
  const ordered: Record<string, DataIdValue> = {}
  for (const name of group.keys) ordered[name] = values[name]!
  return new DataCoordinate(group, ordered, true, records)
}

/** Add implied values without fetching more records than that takes; stays minimal when a record is missing. */
export async function fillImplied(store: RecordStore, minimal: DataCoordinate): Promise<DataCoordinate> {
  const { group } = minimal
  if (minimal.full) return minimal
  const values: Record<string, DataIdValue> = { ...minimal.values }
  for (const name of group.lookupOrder) {
    const element = group.universe.get(name)
    if (element.directImplied.length === 0) continue
    const record = await store.fetch(element, values)
    if (record === undefined) return minimal
    for (const implied of element.directImplied) values[implied] = record.fields[implied] as DataIdValue
  }
  return new DataCoordinate(group, values, true)
}

/** Add the implied values of a record. @throws InconsistentDataIdError when another record has said otherwise */
export function takeImplied(
  element: DimensionElement,
  record: DimensionRecord,
  values: Record<string, DataIdValue>,
): void {
  for (const implied of element.directImplied) {
    const value = record.fields[implied] as DataIdValue | null | undefined
    if (value === null || value === undefined) continue
    const known = values[implied]
    if (known !== undefined && known !== value)
      throw new InconsistentDataIdError(
        `The ${element.name} of data ID ${formatDataId(values)} has ${implied} ${String(value)}, not ${String(known)}.`,
      )
    values[implied] = value
  }
}

export function requireValue(given: DataId, name: string): DataIdValue {
  const value = given[name] as DataIdValue | null | undefined
  if (value === undefined || value === null)
    throw new DimensionNameError(
      `No value in data ID ${formatDataId(given)} for required dimension '${name}'.`,
    )
  return value
}

/** Whether values hold the element's key. */
export const hasKey = (element: DimensionElement, values: DataId): boolean =>
  element.required.every((d) => values[d] !== undefined)

/** Throw where a data ID cannot do without the record that it lacks. */
export function refuse(element: DimensionElement, group: DimensionGroup, values: DataId): void {
  if (element.kind !== 'join') {
    if (element.kind === 'view' && !group.required.includes(element.name)) return
    throw new DataIdValueError(`There is no ${element.name} record for ${formatDataId(values)}.`, {
      data: { element: element.name },
    })
  }
  if (element.definesRelationships)
    throw new InconsistentDataIdError(
      `${formatDataId(values)} does not hang together: there is no ${element.name} row for it.`,
    )
}

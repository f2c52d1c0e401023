import type { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { expandDataIds } from '../dimensions/expand-many.ts'
import type { DimensionRecord } from '../dimensions/record.ts'
import { keyText } from '../dimensions/record-store.ts'
import type { Repository } from '../repository/repository.ts'
import { quoteName } from '#sql'

/** Dimension records by element, parents before children. */
export type RecordSets = ReadonlyMap<string, readonly DimensionRecord[]>

/**
 * All records that data IDs need elsewhere: of every element of their groups, and of the join elements that are filled together
 * with one of them (a visit's exposures and visit systems), with what those need in turn.
 */
export async function collectRecords(
  repository: Repository,
  ids: readonly DataCoordinate[],
): Promise<RecordSets> {
  const { universe } = repository
  const found = new Map<string, Map<string, DimensionRecord>>()
  const fresh: DimensionRecord[] = []
  const add = (record: DimensionRecord) => {
    const { element } = record
    if (element.kind === 'skypix' || element.kind === 'view') return
    let records = found.get(element.name)
    if (records === undefined) found.set(element.name, (records = new Map<string, DimensionRecord>()))
    const key = keyText(element, record.dataId)
    if (records.has(key)) return
    records.set(key, record)
    fresh.push(record)
  }
  const expand = async (group: DataCoordinate['group'], values: DataId) => {
    for (const record of (await expandDataId(repository.records, group, values)).records?.values() ?? [])
      if (record !== undefined) add(record)
  }
  const seen = new Set<DimensionRecord>()
  for (const [group, members] of byGroup(ids)) {
    const expanded = await expandDataIds(repository.records, group, members)
    for (const name of group.lookupOrder)
      for (const { records } of expanded) {
        const record = records?.get(name)
        if (record === undefined || seen.has(record)) continue
        seen.add(record)
        add(record)
      }
  }
  for (let record = fresh.pop(); record !== undefined; record = fresh.pop())
    for (const element of universe.elements) {
      if (element.populatedBy !== record.element.name || !element.alwaysJoin) continue
      for (const row of await rowsOf(repository, element.name, record)) {
        add(row)
        for (const dimension of element.required) await expand(universe.group([dimension]), row.dataId)
      }
    }
  const order = [...found.keys()].sort((a, b) => universe.get(a).index - universe.get(b).index)
  return new Map(order.map((name) => [name, [...found.get(name)!.values()]]))
}

function byGroup(ids: readonly DataCoordinate[]): ReadonlyMap<DataCoordinate['group'], readonly DataId[]> {
  const groups = new Map<DataCoordinate['group'], DataId[]>()
  for (const { group, values } of ids) {
    const list = groups.get(group)
    if (list === undefined) groups.set(group, [values])
    else list.push(values)
  }
  return groups
}

async function rowsOf(
  repository: Repository,
  name: string,
  of: DimensionRecord,
): Promise<readonly DimensionRecord[]> {
  const element = repository.universe.get(name)
  const codec = repository.records.codec(element)
  const key = Object.entries(of.dataId)
  const rows = await repository.connection.all(
    `SELECT ${codec.selectList('t')} FROM ${quoteName(name)} t WHERE ${key.map(([d]) => `t.${quoteName(d)} = ?`).join(' AND ')}`,
    key.map(([, value]): DataIdValue => value),
  )
  return rows.map((row) => codec.decode(row)!)
}

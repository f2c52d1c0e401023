import type { DataId, DataIdValue } from './data-id.ts'
import type { DimensionElement } from './element.ts'
import { LazyRecords } from './lazy-records.ts'
import type { DimensionRecord } from './record.ts'
import { keyText, type RecordStore } from './record-store.ts'

/** Rows of one element and how a data ID finds its own among them. */
export interface ElementRows {
  readonly keyOf: (values: DataId) => DataIdValue
  readonly rows: ReadonlyMap<DataIdValue, DimensionRecord>
}

/** The rows of an element that some data IDs have, by one statement. */
export async function rowsFor(
  store: RecordStore,
  element: DimensionElement,
  ids: readonly DataId[],
): Promise<ElementRows> {
  if (store.isCached(element))
    return { keyOf: (v) => keyText(element, v), rows: await store.allCached(element) }
  const keyOf = keyMaker(element, ids)
  const wanted = new Map<DataIdValue, DataId>()
  for (const id of ids) wanted.set(keyOf(id), id)
  const keys = [...wanted.values()]
    .filter((id) => element.required.every((d) => id[d] !== undefined))
    .map((id) => element.required.map((d) => id[d]!))
  const rows = new Map<DataIdValue, DimensionRecord>()
  for (const record of await store.fetchMany(element, keys)) rows.set(keyOf(record.dataId), record)
  return { keyOf, rows }
}

/** Text or number by which the data IDs' rows are told apart: only dimensions that have more than one value matter. */
function keyMaker(element: DimensionElement, ids: readonly DataId[]): (values: DataId) => DataIdValue {
  const first = ids[0] ?? {}
  const names = element.required.filter((d) => ids.some((values) => values[d] !== first[d]))
  const [a, b] = names
  if (a === undefined) return () => ''
  if (b === undefined) return (values) => values[a]!
  if (names.length === 2) return (values) => `${values[a]!}\u0000${values[b]!}`
  return (values) => names.map((d) => values[d]).join('\u0000')
}

/** The records of one data ID, as a map over tables that many share. */
export class SharedRecords extends LazyRecords {
  private readonly tables: ReadonlyMap<string, ElementRows>
  private readonly dataId: DataId

  constructor(tables: ReadonlyMap<string, ElementRows>, dataId: DataId) {
    super()
    this.tables = tables
    this.dataId = dataId
  }

  get size(): number {
    return this.tables.size
  }

  get(name: string): DimensionRecord | undefined {
    const table = this.tables.get(name)
    return table?.rows.get(table.keyOf(this.dataId))
  }

  has(name: string): boolean {
    return this.tables.has(name)
  }

  keys(): MapIterator<string> {
    return this.tables.keys()
  }
}

import { jsonRows, jsonValue, quoteName, type SqlConnection } from '#sql'
import { DataCoordinate, type RecordMap } from '../dimensions/data-coordinate.ts'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionRecord } from '../dimensions/record.ts'
import { keyText, type RecordStore } from '../dimensions/record-store.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'

/** Rows of one element and how a data ID finds its own among them. */
interface ElementRows {
  readonly keyOf: (values: DataId) => DataIdValue
  readonly rows: ReadonlyMap<DataIdValue, DimensionRecord>
}

/** Puts the records of all elements to many data IDs: one statement an element, shared by the IDs, looked up when asked for. */
export class RecordAttacher {
  private readonly connection: SqlConnection
  private readonly universe: DimensionUniverse
  private readonly records: RecordStore

  constructor(connection: SqlConnection, universe: DimensionUniverse, records: RecordStore) {
    this.connection = connection
    this.universe = universe
    this.records = records
  }

  async attach(group: DimensionGroup, ids: readonly DataCoordinate[]): Promise<readonly DataCoordinate[]> {
    const varying = varyingDimensions(group, ids)
    const tables = new Map<string, ElementRows>()
    for (const element of group.elements) tables.set(element.name, await this.load(element, ids, varying))
    return ids.map(({ values }) => new DataCoordinate(group, values, true, new SharedRecords(tables, values)))
  }

  private async load(
    element: DimensionElement,
    ids: readonly DataCoordinate[],
    varying: ReadonlySet<string>,
  ): Promise<ElementRows> {
    if (this.records.isCached(element))
      return { keyOf: (v) => keyText(element, v), rows: await this.records.allCached(element) }
    const keyOf = keyMaker(element, varying)
    const keys = new Map<DataIdValue, DataId>()
    for (const { values } of ids) keys.set(keyOf(values), values)
    const rows = new Map<DataIdValue, DimensionRecord>()
    const found =
      element.kind === 'skypix' ? await this.pixels(element, keys.values()) : await this.read(element, keys)
    for (const record of found) rows.set(keyOf(record.dataId), record)
    return { keyOf, rows }
  }

  private async pixels(
    element: DimensionElement,
    wanted: Iterable<DataId>,
  ): Promise<readonly DimensionRecord[]> {
    const out: DimensionRecord[] = []
    for (const values of wanted) out.push((await this.records.fetch(element, values))!)
    return out
  }

  private async read(
    element: DimensionElement,
    keys: ReadonlyMap<DataIdValue, DataId>,
  ): Promise<readonly DimensionRecord[]> {
    const codec = this.records.codec(element)
    const same = element.required.map((d, i) => {
      const column = quoteName(d === element.name ? element.keyField : d)
      return `t.${column} = ${jsonValue(i, this.universe.get(d).keys[0]!.type === 'string')}`
    })
    const wanted = jsonRows([...keys.values()].map((v) => element.required.map((d) => v[d]!)))
    const rows = await this.connection.all(
      `SELECT ${codec.selectList('t')} FROM json_each(?) CROSS JOIN ${quoteName(element.name)} t WHERE ${same.join(' AND ')}`,
      [wanted],
    )
    return rows.map((row) => codec.decode(row)!)
  }
}

/** Dimensions that have more than one value in a list of data IDs: only these tell them apart. */
function varyingDimensions(group: DimensionGroup, ids: readonly DataCoordinate[]): ReadonlySet<string> {
  const first = ids[0]?.values ?? {}
  return new Set(group.keys.filter((d) => ids.some(({ values }) => values[d] !== first[d])))
}

function keyMaker(element: DimensionElement, varying: ReadonlySet<string>): (values: DataId) => DataIdValue {
  const names = element.required.filter((d) => varying.has(d))
  const [only] = names
  if (only === undefined) return () => ''
  if (names.length === 1) return (values) => values[only]!
  return (values) => names.map((d) => values[d]).join('\u0000')
}

/** The records of one data ID, as a map over tables that many share. */
class SharedRecords implements RecordMap {
  private readonly tables: ReadonlyMap<string, ElementRows>
  private readonly dataId: DataId

  constructor(tables: ReadonlyMap<string, ElementRows>, dataId: DataId) {
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

  entries(): MapIterator<[string, DimensionRecord | undefined]> {
    return new Map([...this.tables.keys()].map((name) => [name, this.get(name)])).entries()
  }

  values(): MapIterator<DimensionRecord | undefined> {
    return new Map(this.entries()).values()
  }

  forEach(visit: (record: DimensionRecord | undefined, name: string, map: RecordMap) => void): void {
    for (const [name, record] of this.entries()) visit(record, name, this)
  }

  [Symbol.iterator](): MapIterator<[string, DimensionRecord | undefined]> {
    return this.entries()
  }
}

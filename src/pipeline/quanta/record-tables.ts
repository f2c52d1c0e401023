import {
  type Butler,
  type DataId,
  type DimensionCodes,
  type DimensionElement,
  type DimensionGroup,
  type DimensionRecord,
  type ElementRegions,
  type ElementTable,
  KeyIndex,
  LazyRecords,
  queryElementTable,
  type RecordMap,
  regionTable,
} from '#butler'
import type { Columns } from './coordinates.ts'

/** A record: its table, and its place there. */
export interface RecordPlaces {
  /** Number of the record of each row; -1 where there is none. */
  readonly places: Int32Array
  readonly table: ElementTable
}

/** The dimension records of a graph's data IDs, read from the registry element by element. */
export class RecordTables {
  readonly #codes: DimensionCodes
  readonly #parts = new Map<string, ElementTable[]>()
  readonly #asked = new Map<string, KeyIndex>()

  constructor(codes: DimensionCodes) {
    this.#codes = codes
  }

  /** Take regions that a query has read already. */
  addRegions(regions: ElementRegions): void {
    const { element } = regions
    if (this.#asked.has(element.name)) return
    const table = regionTable(regions, this.#codes)
    if (table === undefined) return
    this.#parts.set(element.name, [table])
    const asked = new KeyIndex(element.required.length)
    asked.addAll(
      element.required.map((_, k) => table.index.column(k)),
      table.length,
    )
    this.#asked.set(element.name, asked)
  }

  /** Read the records of some rows that are not here yet. */
  async load(butler: Butler, element: DimensionElement, rows: Columns): Promise<void> {
    const keys = element.required.map((d) => rows.column(d))
    const asked = this.#askedOf(element)
    const before = asked.size
    asked.addAll(keys, rows.length)
    if (asked.size === before) return
    const missing = new KeyIndex(keys.length)
    const columns = keys.map((_, k) => asked.column(k).subarray(before))
    missing.addAll(columns, asked.size - before)
    const parts = this.#parts.get(element.name) ?? []
    parts.push(await queryElementTable(butler, element, missing, this.#codes))
    this.#parts.set(element.name, parts)
  }

  /** Read all records of a group's data IDs but those of pixels, which are computed. */
  async loadGroup(butler: Butler, group: DimensionGroup, rows: Columns): Promise<void> {
    for (const element of group.elements)
      if (element.kind !== 'skypix') await this.load(butler, element, rows)
  }

  /** Tables of an element's records. */
  tables(element: string): readonly ElementTable[] {
    return this.#parts.get(element) ?? []
  }

  get elements(): readonly string[] {
    return [...this.#parts.keys()]
  }

  /** Where the records of rows are, in each of the element's tables. */
  places(element: DimensionElement, rows: Columns): readonly RecordPlaces[] {
    const keys = element.required.map((d) => rows.column(d))
    return this.tables(element.name).map((table) => ({
      table,
      places: table.index.findAll(keys, rows.length),
    }))
  }

  /** The records of one data ID, looked up when asked for. */
  of(group: DimensionGroup, values: DataId): RecordMap {
    return new GraphRecords(group, (element) => this.find(element, values))
  }

  find(element: DimensionElement, values: DataId): DimensionRecord | undefined {
    const key = element.required.map((d) => Int32Array.of(this.#codes.of(d).find(values[d]) ?? -1))
    for (const table of this.tables(element.name)) {
      const at = table.index.find(key, 0)
      if (at >= 0) return table.record(at)
    }
    return undefined
  }

  #askedOf(element: DimensionElement): KeyIndex {
    const known = this.#asked.get(element.name)
    if (known !== undefined) return known
    const made = new KeyIndex(element.required.length)
    this.#asked.set(element.name, made)
    return made
  }
}

class GraphRecords extends LazyRecords {
  readonly #group: DimensionGroup
  readonly #find: (element: DimensionElement) => DimensionRecord | undefined

  constructor(group: DimensionGroup, find: (element: DimensionElement) => DimensionRecord | undefined) {
    super()
    this.#group = group
    this.#find = find
  }

  get size(): number {
    return this.#group.elements.length
  }

  get(name: string): DimensionRecord | undefined {
    return this.has(name) ? this.#find(this.#group.universe.get(name)) : undefined
  }

  has(name: string): boolean {
    return this.#group.elements.some((element) => element.name === name)
  }

  keys(): MapIterator<string> {
    return new Set(this.#group.elements.map((element) => element.name)).values()
  }
}

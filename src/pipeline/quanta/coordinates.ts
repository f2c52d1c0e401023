import { DataCoordinate, type DimensionGroup } from '#butler'

/** The distinct data IDs of one dimension group, numbered. */
export class CoordinateTable {
  readonly group: DimensionGroup
  readonly #items: DataCoordinate[] = []
  readonly #index = new Map<string, number>()

  constructor(group: DimensionGroup) {
    this.group = group
  }

  get size(): number {
    return this.#items.length
  }

  get(i: number): DataCoordinate {
    const found = this.#items[i]
    if (found === undefined) throw new RangeError(`data ID ${i} of ${this.group}`)
    return found
  }

  get all(): readonly DataCoordinate[] {
    return this.#items
  }

  /** Number of a data ID seen through this group; undefined when it is not in the table. */
  find(coordinate: DataCoordinate): number | undefined {
    return this.#index.get(this.keyOf(coordinate))
  }

  /** Number of a data ID seen through this group, added when new. */
  add(coordinate: DataCoordinate): number {
    const key = this.keyOf(coordinate)
    const known = this.#index.get(key)
    if (known !== undefined) return known
    const at = this.#items.length
    this.#items.push(coordinate.subset(this.group))
    this.#index.set(key, at)
    return at
  }

  private keyOf({ values }: DataCoordinate): string {
    const { required } = this.group
    if (required.length === 1) return String(values[required[0] ?? ''])
    let key = ''
    for (const name of required) key += `${String(values[name])}\u0000`
    return key
  }
}

/** One table a dimension group; groups are interned by the universe. */
export class CoordinateTables {
  readonly #tables = new Map<DimensionGroup, CoordinateTable>()

  of(group: DimensionGroup): CoordinateTable {
    const known = this.#tables.get(group)
    if (known !== undefined) return known
    const made = new CoordinateTable(group)
    this.#tables.set(group, made)
    return made
  }
}

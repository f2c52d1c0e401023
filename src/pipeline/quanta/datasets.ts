import { type DataCoordinate, DatasetRef, type DatasetType } from '#butler'
import type { CoordinateTable } from './coordinates.ts'
import { idOf, type IdSource } from './ids.ts'

/**
 * The datasets of one type that a graph knows: nodes with a data ID, and a ref where one exists. Those to be made get theirs
 * when asked for. Of a calibration type several nodes may share a data ID.
 */
export class DatasetNodes {
  readonly type: DatasetType
  readonly table: CoordinateTable
  readonly #coordinates: number[] = []
  readonly #refs = new Map<number, DatasetRef>()
  readonly #byCoordinate = new Map<number, number>()
  readonly #byRef = new Map<string, number>()
  /** Ids that a file gave to datasets to be made; others are counted. */
  readonly #planned = new Map<number, string>()

  constructor(type: DatasetType, table: CoordinateTable) {
    this.type = type
    this.table = table
  }

  /** Nodes as a file had them. */
  static restore(
    type: DatasetType,
    table: CoordinateTable,
    coordinates: ArrayLike<number> & Iterable<number>,
    existing: (node: number, coordinate: DataCoordinate) => DatasetRef | undefined,
  ): DatasetNodes {
    const nodes = new DatasetNodes(type, table)
    for (const coordinate of coordinates) {
      const node = nodes.#coordinates.length
      nodes.#coordinates.push(coordinate)
      if (!nodes.#byCoordinate.has(coordinate)) nodes.#byCoordinate.set(coordinate, node)
      const ref = existing(node, table.get(coordinate))
      if (ref === undefined) continue
      nodes.#refs.set(node, ref)
      nodes.#byRef.set(ref.id, node)
    }
    return nodes
  }

  get size(): number {
    return this.#coordinates.length
  }

  coordinateIndex(node: number): number {
    return this.#coordinates[node] ?? -1
  }

  coordinate(node: number): DataCoordinate {
    return this.table.get(this.coordinateIndex(node))
  }

  /** The node of a data ID, made when new. */
  at(coordinate: number): number {
    const known = this.#byCoordinate.get(coordinate)
    if (known !== undefined) return known
    const node = this.#coordinates.length
    this.#coordinates.push(coordinate)
    this.#byCoordinate.set(coordinate, node)
    return node
  }

  find(coordinate: number): number | undefined {
    return this.#byCoordinate.get(coordinate)
  }

  /** The node of a dataset that exists. */
  addRef(ref: DatasetRef): number {
    const known = this.#byRef.get(ref.id)
    if (known !== undefined) return known
    const coordinate = this.table.add(ref.coordinate)
    const shared = this.#byCoordinate.get(coordinate)
    const node = shared !== undefined && !this.#refs.has(shared) ? shared : this.#coordinates.length
    if (node === this.#coordinates.length) this.#coordinates.push(coordinate)
    if (shared === undefined) this.#byCoordinate.set(coordinate, node)
    this.#refs.set(node, ref)
    this.#byRef.set(ref.id, node)
    return node
  }

  /** Give a dataset to be made the id that a file has for it. */
  plan(node: number, id: string): void {
    this.#planned.set(node, id)
  }

  /** The id a file gave to a dataset to be made. */
  plannedId(node: number): string | undefined {
    return this.#planned.get(node)
  }

  /** The same nodes with no ids but those of existing datasets. */
  withoutPlans(): DatasetNodes {
    return DatasetNodes.restore(this.type, this.table, this.#coordinates, (node) => this.#refs.get(node))
  }

  existing(node: number): DatasetRef | undefined {
    return this.#refs.get(node)
  }

  /** The ref of a node: the existing one, or that of the dataset to be made in `run`. */
  ref(node: number, run: string, ids: IdSource, firstId: number): DatasetRef {
    const known = this.#refs.get(node)
    if (known !== undefined) return known
    const id = this.#planned.get(node) ?? idOf(ids, firstId + node)
    return new DatasetRef(this.type, this.coordinate(node), run, id)
  }
}

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

  constructor(type: DatasetType, table: CoordinateTable) {
    this.type = type
    this.table = table
  }

  /** Nodes as a file had them. */
  static restore(
    type: DatasetType,
    table: CoordinateTable,
    coordinates: readonly number[],
    existing: (node: number, coordinate: DataCoordinate) => DatasetRef | undefined,
  ): DatasetNodes {
    const nodes = new DatasetNodes(type, table)
    coordinates.forEach((coordinate, node) => {
      nodes.#coordinates.push(coordinate)
      if (!nodes.#byCoordinate.has(coordinate)) nodes.#byCoordinate.set(coordinate, node)
      const ref = existing(node, table.get(coordinate))
      if (ref === undefined) return
      nodes.#refs.set(node, ref)
      nodes.#byRef.set(ref.id, node)
    })
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

  existing(node: number): DatasetRef | undefined {
    return this.#refs.get(node)
  }

  /** The ref of a node: the existing one, or that of the dataset to be made in `run`. */
  ref(node: number, run: string, ids: IdSource, firstId: number): DatasetRef {
    return (
      this.#refs.get(node) ?? new DatasetRef(this.type, this.coordinate(node), run, idOf(ids, firstId + node))
    )
  }
}

import { type DataCoordinate, DatasetRef, type DatasetType } from '#butler'
import type { CoordinateTable } from './coordinates.ts'
import { idOf, type IdSource } from './ids.ts'
import { uuidBytes, uuidText } from './uuid.ts'

/** What there is of existing datasets, by column. */
export interface StoredDatasets {
  /** 16 bytes of each UUID. */
  readonly ids: Uint8Array
  /** Run of each, a number in `runNames`. */
  readonly runs: Int32Array
  readonly runNames: readonly string[]
}

const NONE = -1

/**
 * The datasets of one type that a graph knows: nodes with a data ID, and a UUID and a run where one exists. Those to be made get
 * theirs when asked for, and refs are made only for who looks at them. Of a calibration type several nodes may share a data ID.
 */
export class DatasetNodes {
  readonly type: DatasetType
  readonly table: CoordinateTable
  #size = 0
  /** By node: number of its data ID, and of its stored dataset or NONE. */
  #coordinates = new Int32Array(8)
  #stored = new Int32Array(8).fill(NONE)
  /** By data ID: its first node, or NONE. */
  #byCoordinate = new Int32Array(8).fill(NONE)
  #storedCount = 0
  #ids = new Uint8Array(16 * 8)
  #runs = new Int32Array(8)
  readonly #runNames: string[] = []
  #byId: Map<string, number> | undefined
  /** Ids that a file gave to datasets to be made; others are counted. */
  readonly #planned = new Map<number, string>()

  constructor(type: DatasetType, table: CoordinateTable) {
    this.type = type
    this.table = table
  }

  /** Nodes as a file had them: data IDs by node, nodes of the stored datasets. */
  static restore(
    type: DatasetType,
    table: CoordinateTable,
    coordinates: Int32Array,
    existing: Int32Array,
    stored: StoredDatasets,
  ): DatasetNodes {
    const nodes = new DatasetNodes(type, table)
    for (const coordinate of coordinates) {
      const node = nodes.#push(coordinate)
      if (nodes.find(coordinate) === undefined) nodes.#index(coordinate, node)
    }
    existing.forEach((node, k) => {
      nodes.#store(node, stored, k)
    })
    return nodes
  }

  get size(): number {
    return this.#size
  }

  /** Data IDs by node. */
  get coordinates(): Int32Array {
    return this.#coordinates.subarray(0, this.#size)
  }

  coordinateIndex(node: number): number {
    return node >= 0 && node < this.#size ? this.#coordinates[node]! : NONE
  }

  coordinate(node: number): DataCoordinate {
    return this.table.get(this.coordinateIndex(node))
  }

  /** The node of a data ID, made when new. */
  at(coordinate: number): number {
    const known = this.#byCoordinate[coordinate] ?? NONE
    if (known !== NONE) return known
    const node = this.#push(coordinate)
    this.#index(coordinate, node)
    return node
  }

  find(coordinate: number): number | undefined {
    const node = this.#byCoordinate[coordinate] ?? NONE
    return node === NONE ? undefined : node
  }

  /** The node of a dataset that exists, by its place in columns: for types with one dataset a data ID. */
  addStored(coordinate: number, stored: StoredDatasets, k: number): number {
    const node = this.at(coordinate)
    if (this.#stored[node] === NONE) this.#store(node, stored, k)
    return node
  }

  /** The node of a dataset that exists. */
  addRef(ref: DatasetRef): number {
    const byId = this.#nodesById()
    const known = byId.get(ref.id)
    if (known !== undefined) return known
    const coordinate = this.table.add(ref.coordinate)
    const shared = this.find(coordinate)
    const node = shared !== undefined && this.#stored[shared] === NONE ? shared : this.#push(coordinate)
    if (shared === undefined) this.#index(coordinate, node)
    this.#store(node, { ids: uuidBytes(ref.id), runs: Int32Array.of(0), runNames: [ref.run] }, 0)
    byId.set(ref.id, node)
    return node
  }

  /** Give a dataset to be made the id that a file has for it. */
  plan(node: number, id: string): void {
    this.#planned.set(node, id)
  }

  /** The ids that a file gave to datasets to be made, by node. */
  get planned(): ReadonlyMap<number, string> {
    return this.#planned
  }

  /** The same nodes with no ids but those of existing datasets. */
  withoutPlans(): DatasetNodes {
    return DatasetNodes.restore(
      this.type,
      this.table,
      this.coordinates,
      this.existingNodes(),
      this.storedColumns(),
    )
  }

  /** Nodes of datasets that exist, in order. */
  existingNodes(): Int32Array<ArrayBuffer> {
    const nodes = new Int32Array(this.#storedCount)
    let at = 0
    for (let node = 0; node < this.#size; node++) if (this.#stored[node] !== NONE) nodes[at++] = node
    return nodes
  }

  /** The stored datasets in the order of `existingNodes`. */
  storedColumns(): StoredDatasets {
    const nodes = this.existingNodes()
    const ids = new Uint8Array(16 * nodes.length)
    const runs = new Int32Array(nodes.length)
    nodes.forEach((node, i) => {
      const k = this.#stored[node]!
      for (let b = 0; b < 16; b++) ids[16 * i + b] = this.#ids[16 * k + b]!
      runs[i] = this.#runs[k]!
    })
    return { ids, runs, runNames: this.#runNames }
  }

  isStored(node: number): boolean {
    return node >= 0 && node < this.#size && this.#stored[node] !== NONE
  }

  existing(node: number): DatasetRef | undefined {
    if (!this.isStored(node)) return undefined
    const k = this.#stored[node]!
    return new DatasetRef(
      this.type,
      this.coordinate(node),
      this.#runNames[this.#runs[k]!]!,
      uuidText(this.#ids, 16 * k),
    )
  }

  /** The ref of a node: the existing one, or that of the dataset to be made in `run`. */
  ref(node: number, run: string, ids: IdSource, firstId: number): DatasetRef {
    const known = this.existing(node)
    if (known !== undefined) return known
    const id = this.#planned.get(node) ?? idOf(ids, firstId + node)
    return new DatasetRef(this.type, this.coordinate(node), run, id)
  }

  #push(coordinate: number): number {
    if (this.#size === this.#coordinates.length) {
      this.#coordinates = widened(this.#coordinates, 2 * this.#size, 0)
      this.#stored = widened(this.#stored, 2 * this.#size, NONE)
    }
    this.#coordinates[this.#size] = coordinate
    return this.#size++
  }

  #index(coordinate: number, node: number): void {
    if (coordinate >= this.#byCoordinate.length)
      this.#byCoordinate = widened(this.#byCoordinate, Math.max(this.table.size, 2 * coordinate), NONE)
    this.#byCoordinate[coordinate] = node
  }

  #store(node: number, { ids, runs, runNames }: StoredDatasets, k: number): void {
    const at = this.#storedCount++
    if (at === this.#runs.length) {
      this.#runs = widened(this.#runs, 2 * at, 0)
      const wider = new Uint8Array(32 * at)
      wider.set(this.#ids)
      this.#ids = wider
    }
    for (let b = 0; b < 16; b++) this.#ids[16 * at + b] = ids[16 * k + b]!
    this.#runs[at] = this.#runNumber(runNames[runs[k]!] ?? '')
    this.#stored[node] = at
  }

  #runNumber(run: string): number {
    const known = this.#runNames.indexOf(run)
    return known >= 0 ? known : this.#runNames.push(run) - 1
  }

  #nodesById(): Map<string, number> {
    if (this.#byId !== undefined) return this.#byId
    const byId = new Map<string, number>()
    for (let node = 0; node < this.#size; node++)
      if (this.#stored[node] !== NONE) byId.set(uuidText(this.#ids, 16 * this.#stored[node]!), node)
    this.#byId = byId
    return byId
  }
}

function widened(column: Int32Array<ArrayBuffer>, length: number, fill: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length)
  wider.set(column)
  if (fill !== 0) wider.fill(fill, column.length)
  return wider
}

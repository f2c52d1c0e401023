import type { Butler, DataCoordinate, DatasetRef, DatasetType } from '#butler'
import { Timespan } from '#time'
import { CoordinateTable, selectColumns } from './coordinates.ts'
import { Csr } from './csr.ts'
import { loadRecords, type Quanta } from './quanta.ts'

/** With more look-ups than this, all validity ranges of the type are read at once. */
const FEW = 64

/** Finds the dataset of one quantum, at its own time unless another is given; of a quantum without time, at any time. */
export type SingleFinder = (quantum: DataCoordinate, when?: Timespan) => Promise<readonly DatasetRef[]>

/** Calibrations of some quanta by data ID and time: datasets as `nodeOf` numbers them. */
export async function byTime(
  butler: Butler,
  type: DatasetType,
  quanta: Quanta,
  collections: readonly string[],
  nodeOf: (ref: DatasetRef) => number,
): Promise<Csr> {
  const lookup = timeLookup(butler, type, collections)
  if (quanta.coordinates.length > FEW) {
    const table = await ValidityTable.read(butler, type, collections, quanta)
    if (table !== undefined) return table.find(quanta, lookup, nodeOf)
  }
  await loadRecords(butler, quanta)
  const lists: number[][] = []
  for (const c of quanta.coordinates) lists.push((await lookup(quanta.table.get(c))).map(nodeOf))
  return Csr.fromLists(lists)
}

/** One question to the registry for each data ID and time, kept for quanta that share them. */
export function timeLookup(butler: Butler, type: DatasetType, collections: readonly string[]): SingleFinder {
  const known = new Map<string, Promise<DatasetRef | undefined>>()
  return async (quantum, given) => {
    const timespan = given ?? (quantum.group.timespanElement === undefined ? Timespan.all : quantum.timespan)
    const coordinate = quantum.subset(type.dimensions)
    const key = `${coordinate.key}|${timespan?.nsec.join() ?? ''}`
    const asked =
      known.get(key) ?? butler.findDataset(type, coordinate, { collections, ...(timespan && { timespan }) })
    known.set(key, asked)
    const ref = await asked
    return ref === undefined ? [] : [ref]
  }
}

interface Valid {
  /** Place of the collection in the search. */
  readonly rank: number
  /** Undefined: in a RUN or TAGGED collection, valid for ever. */
  readonly timespan: Timespan | undefined
  readonly ref: DatasetRef
}

/** What is valid for one data ID and time: a dataset; several in one collection, which the registry has to refuse; none. */
type Answer = DatasetRef | 'several' | undefined

/** All datasets of a calibration type with their validity, read once. */
class ValidityTable {
  readonly #table: CoordinateTable
  /** By number of the data ID. */
  readonly #valid: readonly (readonly Valid[])[]
  /** By place of the quantum's temporal record. */
  readonly #times: readonly (Timespan | undefined)[]
  readonly #timeOf: Int32Array

  private constructor(
    table: CoordinateTable,
    valid: readonly (readonly Valid[])[],
    times: readonly (Timespan | undefined)[],
    timeOf: Int32Array,
  ) {
    this.#table = table
    this.#valid = valid
    this.#times = times
    this.#timeOf = timeOf
  }

  /** Undefined when the quanta have no time. */
  static async read(
    butler: Butler,
    type: DatasetType,
    collections: readonly string[],
    { table: quantaTable, coordinates, records }: Quanta,
  ): Promise<ValidityTable | undefined> {
    const element = quantaTable.group.timespanElement
    if (element === undefined) return undefined
    const rows = selectColumns(quantaTable, coordinates)
    await records.load(butler, element, rows)
    const found = records.places(element, rows)
    const [first] = found
    if (first === undefined || found.length > 1) return undefined
    const table = new CoordinateTable(type.dimensions, quantaTable.codes)
    const valid: Valid[][] = []
    const rankOf = new Map(collections.map((name, i) => [name, i]))
    for (const { ref, collection, timespan } of await butler.registry.queryDatasetAssociations(type.name, {
      collections,
    })) {
      const rank = rankOf.get(collection)
      if (rank !== undefined) (valid[table.add(ref.coordinate)] ??= []).push({ rank, timespan, ref })
    }
    const times = Array.from({ length: first.table.length }, (_, i) => first.table.record(i).timespan)
    return new ValidityTable(table, valid, times, first.places)
  }

  async find(
    { table, coordinates }: Quanta,
    single: SingleFinder,
    nodeOf: (ref: DatasetRef) => number,
  ): Promise<Csr> {
    const keys = this.#table.findRows(selectColumns(table, coordinates))
    const answers = new Memo((this.#table.size + 1) * (this.#times.length + 1))
    const nodes = new Int32Array(coordinates.length)
    for (let q = 0; q < coordinates.length; q++) {
      const [key, time] = [keys[q]!, this.#timeOf[q]!]
      const about = (key + 1) * (this.#times.length + 1) + time + 1
      let node = answers.get(about)
      if (node === undefined) {
        const known = this.#times[time] === undefined ? 'several' : this.#answer(key, this.#times[time])
        const ref = known === 'several' ? (await single(table.get(coordinates[q]!)))[0] : known
        node = ref === undefined ? -1 : nodeOf(ref)
        answers.set(about, node)
      }
      nodes[q] = node
    }
    return Csr.single(nodes).map((node) => node)
  }

  #answer(key: number, when: Timespan): Answer {
    let best: Valid | undefined
    let several = false
    for (const valid of this.#valid[key] ?? []) {
      if (best !== undefined && valid.rank > best.rank) continue
      if (valid.timespan !== undefined && !valid.timespan.overlaps(when)) continue
      several = best !== undefined && valid.rank === best.rank
      best = valid
    }
    return several ? 'several' : best?.ref
  }
}

/** Answers by number: in an array while that is short, else in a map. */
class Memo {
  readonly #array: Int32Array | undefined
  readonly #map = new Map<number, number>()

  constructor(count: number) {
    if (count < MOST_PLACES) this.#array = new Int32Array(count).fill(UNASKED)
  }

  get(i: number): number | undefined {
    if (this.#array === undefined) return this.#map.get(i)
    const known = this.#array[i]!
    return known === UNASKED ? undefined : known
  }

  set(i: number, answer: number): void {
    if (this.#array === undefined) this.#map.set(i, answer)
    else this.#array[i] = answer
  }
}

const UNASKED = -2
const MOST_PLACES = 1 << 24

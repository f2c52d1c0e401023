import { fromHex, toHex } from '#core'
import { decodeRegion } from '#geom'
import { Timespan } from '#time'
import type { RecordInput } from './codec.ts'
import { DataCoordinate } from './data-coordinate.ts'
import type { DimensionElement } from './element.ts'
import { DimensionRecord, recordInput, type RecordValue } from './record.ts'
import type { DimensionUniverse } from './universe.ts'

export type Cell = string | number | bigint | boolean | null | readonly (number | bigint | null)[]

/** Rows of dimension tables by element: key, what it implies, further fields, then region (hexadecimal) and timespan (ns). */
export type RecordRows = Readonly<Record<string, readonly (readonly Cell[])[]>>

/** The dimension records that data IDs carry, each once. */
export function recordRows(coordinates: Iterable<DataCoordinate>): RecordRows {
  const rows: Record<string, Cell[][]> = {}
  const seen = new Set<DimensionRecord>()
  const keys = new Set<string>()
  for (const { group, records } of coordinates)
    for (const element of records === undefined ? [] : group.elements) {
      const record = records?.get(element.name)
      if (record === undefined || seen.has(record)) continue
      seen.add(record)
      const row = rowOf(record)
      const key = `${element.name}\u0000${keyOf(row, element)}`
      if (keys.has(key)) continue
      keys.add(key)
      ;(rows[element.name] ??= []).push(row)
    }
  return rows
}

/** Rows of dimension tables, made when an element is asked for. */
export interface RecordSource {
  readonly elements: readonly string[]
  rows(element: string): readonly (readonly Cell[])[]
}

/** Names of a row's fields: key, then what it implies in the universe's order, then the others. */
const fieldNames = (element: DimensionElement): readonly string[] => [
  ...element.required.map((d) => (d === element.name ? element.keyField : d)),
  ...element.implied.filter((d) => element.directImplied.includes(d)),
  ...element.keys.slice(1).map((k) => k.name),
  ...element.metadata.map((m) => m.name),
]

/** One record as a row. */
export function rowOf(record: DimensionRecord): Cell[] {
  const { element, fields } = record
  const row: Cell[] = fieldNames(element).map((field) => {
    const value = fields[field] ?? null
    return value instanceof Uint8Array ? toHex(value) : value
  })
  if (element.spatialFamily !== undefined) row.push(record.region ? toHex(record.region.encode()) : null)
  if (element.temporalFamily !== undefined)
    row.push(record.timespan === undefined ? null : [...record.timespan.nsec])
  return row
}

const keyOf = (row: readonly Cell[], element: DimensionElement): string =>
  row.slice(0, element.required.length).map(String).join('\u0000')

/** Dimension records of a graph file, found by data ID. */
export class RecordBook {
  readonly source: RecordSource
  readonly #universe: DimensionUniverse
  readonly #index = new Map<string, ReadonlyMap<string, readonly Cell[]>>()
  readonly #made = new Map<string, DimensionRecord>()

  constructor(source: RecordRows | RecordSource, universe: DimensionUniverse) {
    this.source = isSource(source)
      ? source
      : { elements: Object.keys(source), rows: (element) => source[element] ?? [] }
    this.#universe = universe
  }

  /** All rows of all elements. */
  get rows(): RecordRows {
    const { elements } = this.source
    return Object.fromEntries(elements.map((element) => [element, this.source.rows(element)]))
  }

  /** The data ID with implied values and records, as a registry would expand it. */
  expand(coordinate: DataCoordinate): DataCoordinate {
    if (coordinate.records !== undefined) return coordinate
    const { group } = coordinate
    const values = { ...coordinate.values }
    const records = new Map<string, DimensionRecord | undefined>()
    for (const name of group.lookupOrder) {
      const element = this.#universe.get(name)
      if (element.kind === 'skypix') continue
      const record = this.#find(element, values)
      records.set(name, record)
      for (const implied of record === undefined ? [] : element.directImplied)
        values[implied] ??= record?.get(implied) as string | number | bigint
    }
    return new DataCoordinate(
      group,
      values,
      group.implied.every((n) => values[n] !== undefined),
      records,
    )
  }

  #find(
    element: DimensionElement,
    values: Readonly<Record<string, string | number | bigint>>,
  ): DimensionRecord | undefined {
    const key = element.required.map((d) => String(values[d])).join('\u0000')
    const known = this.#made.get(`${element.name}\u0000${key}`)
    if (known !== undefined) return known
    const row = this.#indexOf(element).get(key)
    if (row === undefined) return undefined
    const made = recordOf(element, row)
    this.#made.set(`${element.name}\u0000${key}`, made)
    return made
  }

  #indexOf(element: DimensionElement): ReadonlyMap<string, readonly Cell[]> {
    const known = this.#index.get(element.name)
    if (known !== undefined) return known
    const index = new Map(this.source.rows(element.name).map((row) => [keyOf(row, element), row]))
    this.#index.set(element.name, index)
    return index
  }
}

const isSource = (source: RecordRows | RecordSource): source is RecordSource =>
  typeof source['rows'] === 'function'

function recordOf(element: DimensionElement, row: readonly Cell[]): DimensionRecord {
  const names = fieldNames(element)
  const fields: Record<string, RecordValue> = {}
  const hashes = new Set(element.keys.filter((k) => k.type === 'hash').map((k) => k.name))
  names.forEach((name, i) => {
    const value = row[i] as RecordValue
    fields[name] = hashes.has(name) && typeof value === 'string' ? fromHex(value) : value
  })
  let next = names.length
  const region = element.spatialFamily === undefined ? undefined : (row[next++] as string | null)
  const span =
    element.temporalFamily === undefined
      ? undefined
      : (row[next] as readonly (number | bigint | null)[] | null)
  return new DimensionRecord(element, fields, {
    region: typeof region === 'string' ? decodeRegion(fromHex(region)) : undefined,
    timespan: span ? Timespan.fromNsec(BigInt(span[0] ?? 0), BigInt(span[1] ?? 0)) : undefined,
  })
}

/** Rows as input for a registry, elements in the order in which they can be inserted; computed elements are left out. */
export function recordInputs(
  rows: RecordRows,
  universe: DimensionUniverse,
): readonly (readonly [element: string, inputs: readonly RecordInput[]])[] {
  const elements = Object.keys(rows).map((name) => universe.get(name))
  return elements
    .filter((e) => e.kind !== 'skypix' && e.kind !== 'view')
    .sort((a, b) => a.index - b.index)
    .map((e) => [e.name, rows[e.name]!.map((row) => recordInput(recordOf(e, row)))] as const)
}

import { RegionList } from '#geom'
import { and, quoteName, raw, sql, type SqlRow } from '#sql'
import type { Butler } from '../butler.ts'
import type { DataIdValue } from '../dimensions/data-id.ts'
import { type DimensionElement, hasTable, recordFields } from '../dimensions/element.ts'
import { DimensionRecord, type RecordValue } from '../dimensions/record.ts'
import { pixelRegion } from '../dimensions/sky.ts'
import type { ElementRegions } from './data-id-columns.ts'
import { KeyIndex } from './key-index.ts'
import type { DimensionCodes } from './value-codes.ts'
import { type KeyLimits, valueSweep } from './value-sweep.ts'

/** Records of one dimension element, found by key; objects are made for those that somebody looks at. */
export class ElementTable {
  readonly element: DimensionElement
  /** Regions by record; undefined for elements that have none. */
  readonly regions: RegionList | undefined
  /** Codes of the element's required dimensions. */
  readonly index: KeyIndex
  readonly #make: (i: number) => DimensionRecord
  readonly #made: (DimensionRecord | undefined)[] = []

  constructor(
    element: DimensionElement,
    index: KeyIndex,
    regions: RegionList | undefined,
    make: (i: number) => DimensionRecord,
  ) {
    this.element = element
    this.index = index
    this.regions = regions
    this.#make = make
  }

  get length(): number {
    return this.index.size
  }

  record(i: number): DimensionRecord {
    return (this.#made[i] ??= this.#make(i))
  }
}

/** A table of regions that were read with data IDs; undefined when the element's records hold more than that. */
export function regionTable(
  { element, keys, regions }: ElementRegions,
  codes: DimensionCodes,
): ElementTable | undefined {
  if (recordFields(element).length > element.required.length || element.temporalFamily !== undefined)
    return undefined
  const index = new KeyIndex(keys.length)
  const first: number[] = []
  for (let row = 0; row < regions.length; row++) {
    if (index.add(keys, row) === first.length) first.push(row)
  }
  const own = first.length === regions.length ? regions : regions.select(Int32Array.from(first))
  return new ElementTable(element, index, own, (i) => {
    const fields = keyFields(element, index, i, codes)
    return new DimensionRecord(element, fields, { region: own.get(i) })
  })
}

const keyFields = (
  element: DimensionElement,
  index: KeyIndex,
  i: number,
  codes: DimensionCodes,
): Readonly<Record<string, RecordValue>> =>
  Object.fromEntries(
    element.required.map((d, k) => [
      d === element.name ? element.keyField : d,
      codes.of(d).values[index.at(i, k)]!,
    ]),
  )

/** The records of an element with some keys, given as columns of codes. */
export async function queryElementTable(
  butler: Butler,
  element: DimensionElement,
  wanted: KeyIndex,
  codes: DimensionCodes,
): Promise<ElementTable> {
  if (!hasTable(element)) return computedTable(element, wanted, codes)
  const { connection, records } = butler.repository
  const codec = records.codec(element)
  const limits: KeyLimits = new Map(
    element.required.map((d, k) => [
      d,
      [...new Set(wanted.column(k))].map((code) => codes.of(d).values[code]!),
    ]),
  )
  const columnOf = (d: string): string => `t.${quoteName(d === element.name ? element.keyField : d)}`
  const places = element.required.map((d) => codec.fields.indexOf(d === element.name ? element.keyField : d))
  const index = new KeyIndex(wanted.width)
  const rows: SqlRow[] = []
  const key = element.required.map(() => new Int32Array(1))
  for (const conditions of wanted.size === 0 ? [] : valueSweep(limits, columnOf)) {
    const { text, values } =
      sql`SELECT ${raw(codec.selectList('t'))} FROM ${raw(quoteName(element.name))} AS t WHERE ${and(conditions)}`
    for (const row of await connection.all(text, values)) {
      element.required.forEach((d, k) => {
        key[k]![0] = codes.of(d).find(row[places[k]!] as DataIdValue) ?? -1
      })
      if (wanted.find(key, 0) < 0) continue
      if (index.add(key, 0) === rows.length) rows.push(row)
    }
  }
  const regions =
    element.spatialFamily === undefined
      ? undefined
      : RegionList.fromBase64(rows.map((row) => row[codec.fields.length] as string | null))
  return new ElementTable(element, index, regions, (i) => codec.decode(rows[i]!)!)
}

/** Pixels of the sky, and dimensions that are only columns of others. */
function computedTable(element: DimensionElement, wanted: KeyIndex, codes: DimensionCodes): ElementTable {
  const isPixel = element.kind === 'skypix'
  const regions = isPixel
    ? RegionList.fromRegions(
        Array.from(wanted.column(0), (code) =>
          pixelRegion(element, Number(codes.of(element.name).values[code])),
        ),
      )
    : undefined
  return new ElementTable(element, wanted, regions, (i) => {
    const fields = keyFields(element, wanted, i, codes)
    return new DimensionRecord(element, fields, { region: regions?.get(i) })
  })
}

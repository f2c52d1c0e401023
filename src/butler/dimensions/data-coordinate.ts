import { INSPECT } from '#core'
import { intersectionRegion, type Region } from '#geom'
import type { Timespan } from '#time'
import type { DataId, DataIdValue } from './data-id.ts'
import type { DimensionGroup } from './group.ts'
import type { DimensionRecord } from './record.ts'

/** Dimension records by element name; an element whose row does not exist maps to undefined. */
export type RecordMap = ReadonlyMap<string, DimensionRecord | undefined>

/**
 * A data ID over one dimension group. `values` holds the required dimensions and, when `full`, the implied ones; `records` is
 * there when it was expanded. Two are the same dataset's when group and required values are (`key`).
 */
export class DataCoordinate {
  readonly group: DimensionGroup
  readonly values: DataId
  readonly full: boolean
  readonly records: RecordMap | undefined

  constructor(group: DimensionGroup, values: DataId, full: boolean, records?: RecordMap) {
    this.group = group
    this.values = values
    this.full = full
    this.records = records
  }

  get(name: string): DataIdValue | undefined {
    return this.values[name]
  }

  /** Text equal for equal required values of one group: for maps and sets. */
  get key(): string {
    return coordinateKey(this.group, this.values)
  }

  equals(other: DataCoordinate): boolean {
    return this.group === other.group && this.key === other.key
  }

  /** The same data ID seen through fewer dimensions. */
  subset(group: DimensionGroup): DataCoordinate {
    if (group === this.group) return this
    const full = group.implied.every((n) => this.values[n] !== undefined)
    return new DataCoordinate(
      group,
      pick(this.values, full ? group.keys : group.required),
      full,
      this.records,
    )
  }

  /** Region of the finest spatial element, or what several families' regions have in common; undefined without records. */
  get region(): Region | undefined {
    const regions = this.group.spatial.flatMap((e) => this.records?.get(e.name)?.region ?? [])
    if (regions.length < this.group.spatial.length) return undefined
    return regions.length <= 1 ? regions[0] : regions.reduce((a, b) => intersectionRegion(a, b))
  }

  get timespan(): Timespan | undefined {
    const element = this.group.timespanElement
    return element === undefined ? undefined : this.records?.get(element.name)?.timespan
  }

  /** `{instrument: 'HSC', visit: 903334}`, as the anchor prints it. */
  toString(): string {
    return formatDataId(this.values)
  }

  [INSPECT](): string {
    return this.toString()
  }

  toJSON(): DataId {
    return this.values
  }
}

export const formatDataId = (values: DataId): string =>
  `{${Object.entries(values)
    .map(([k, v]) => `${k}: ${typeof v === 'string' ? `'${v}'` : v}`)
    .join(', ')}}`

/** Text equal for equal required values of one group. */
export function coordinateKey(group: DimensionGroup, values: DataId): string {
  let key = ''
  for (const name of group.required) key += `${values[name]}\u0000`
  return key
}

function pick(values: DataId, names: readonly string[]): DataId {
  const out: Record<string, DataIdValue> = {}
  for (const name of names) out[name] = values[name]!
  return out
}

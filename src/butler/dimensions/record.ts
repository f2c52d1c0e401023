import { INSPECT } from '#core'
import type { Region } from '#geom'
import type { Timespan } from '#time'
import type { DataId, DataIdValue } from './data-id.ts'
import type { DimensionElement } from './element.ts'
import { regionFromText } from './sky.ts'

export type RecordValue = string | number | bigint | boolean | Uint8Array | null

/**
 * One row of a dimension element's table, e.g. one visit. `fields` holds everything but region and timespan, in the order
 * required keys, own key, implied, alternates, metadata; the region is decoded when first asked for.
 */
export class DimensionRecord {
  readonly element: DimensionElement
  readonly fields: Readonly<Record<string, RecordValue>>
  readonly timespan: Timespan | undefined
  private encodedRegion: string | undefined
  private decodedRegion: Region | undefined

  constructor(
    element: DimensionElement,
    fields: Readonly<Record<string, RecordValue>>,
    extras: { readonly timespan?: Timespan | undefined; readonly region?: Region | string | undefined } = {},
  ) {
    this.element = element
    this.fields = fields
    this.timespan = extras.timespan
    if (typeof extras.region === 'string') this.encodedRegion = extras.region
    else this.decodedRegion = extras.region
  }

  /** The sky region; undefined when the element has none or none is known. */
  get region(): Region | undefined {
    if (this.decodedRegion === undefined && this.encodedRegion !== undefined)
      this.decodedRegion = regionFromText(this.encodedRegion)
    return this.decodedRegion
  }

  /** A field by name (`exposure_time`); undefined when the element has no such field. */
  get(field: string): RecordValue | undefined {
    return this.fields[field]
  }

  /** The data ID of the row: required dimension values under their dimension names. */
  get dataId(): DataId {
    const id: Record<string, DataIdValue> = {}
    for (const name of this.element.required)
      id[name] = this.fields[name === this.element.name ? this.element.keyField : name] as DataIdValue
    return id
  }

  /** The key of the dimension itself (a visit's id, a detector's id). */
  get id(): DataIdValue {
    return this.fields[this.element.keyField] as DataIdValue
  }

  /** `visit: {instrument: 'HSC', id: 903344, …}`: what the registry's table holds but for region and timespan. */
  toString(): string {
    const fields = Object.entries(this.fields).map(([name, value]) => `${name}: ${fieldText(value)}`)
    return `${this.element.name}: {${fields.join(', ')}}`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

const fieldText = (value: RecordValue): string => (typeof value === 'string' ? `'${value}'` : String(value))

/** A record as input for another repository. */
export const recordInput = (record: DimensionRecord) => ({
  ...record.fields,
  ...(record.region !== undefined && { region: record.region }),
  ...(record.timespan !== undefined && { timespan: record.timespan }),
})

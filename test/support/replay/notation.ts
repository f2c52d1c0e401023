import { DataCoordinate, DatasetRef, DimensionGroup, DimensionRecord } from '#butler'
import { fromHex, toHex } from '#core'
import { decodeRegion, type Region, regionFromIvoaPos, SpherePoint } from '#geom'
import { Instant, Timespan, type TimeScale } from '#time'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export const isMap = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Arguments written as JSON, as our values. */
export function readValue(value: Json): unknown {
  if (Array.isArray(value)) return value.map(readValue)
  if (!isMap(value)) return value
  const [key] = Object.keys(value)
  const inner = value[key!] as never
  switch (key) {
    case '$time':
      return Instant.fromIso(inner, (value['scale'] as TimeScale | undefined) ?? 'tai')
    case '$timespan': {
      const [b, e] = (inner as readonly (string | null)[]).map((t) =>
        t === null ? null : Instant.fromIso(t),
      )
      return Timespan.between(b!, e!)
    }
    case '$emptyTimespan':
      return Timespan.empty
    case '$pos':
      return regionFromIvoaPos(inner)
    case '$hex':
      return decodeRegion(fromHex(inner))
    case '$lonlat':
    case '$skycoord':
      return SpherePoint.fromDegrees(inner[0], inner[1])
    case '$uuid':
      return { uuid: inner as string }
    case '$set':
      return new Set((inner as readonly Json[]).map(readValue))
    case '$tuple':
      return (inner as readonly Json[]).map(readValue)
    case '$array':
      return Float64Array.from(inner as readonly number[])
    default:
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, readValue(v)]))
  }
}

/** Our values as the recorded answers write them. */
export function writeValue(value: unknown): Json {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') {
    const small = Number(value)
    return Number.isSafeInteger(small) ? small : { $bigint: String(value) }
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $float: String(value) }
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(writeValue)
  if (ArrayBuffer.isView(value)) return { $hex: toHex(value as Uint8Array) }
  if (value instanceof Timespan) return { $timespan: value.nsec.map(String), text: value.toString() }
  if (value instanceof DatasetRef)
    return {
      type: value.datasetType.name,
      run: value.run,
      id: value.id,
      dataId: writeValue(value.coordinate),
    }
  if (value instanceof DataCoordinate) return writeMap(value.values)
  if (value instanceof DimensionRecord) return writeRecord(value)
  if (value instanceof DimensionGroup) return writeGroup(value)
  if (value instanceof Set) return [...value].map(writeValue)
  if ('encode' in (value as object)) return { $region: toHex((value as Region).encode()) }
  return writeMap(value as Record<string, unknown>)
}

const writeMap = (map: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(map).map(([k, v]) => [k, writeValue(v)]))

function writeRecord(record: DimensionRecord): Json {
  const { element } = record
  const out: Record<string, Json> = {}
  for (const [name, value] of Object.entries(record.fields)) out[name] = writeValue(value)
  if (element.spatialFamily !== undefined) out['region'] = writeValue(record.region)
  if (element.temporalFamily !== undefined) out['timespan'] = writeValue(record.timespan)
  return out
}

const writeGroup = (group: DimensionGroup): Json => ({
  names: group.names,
  required: group.required,
  implied: group.implied,
  elements: group.elements.map((e) => e.name),
  governors: group.governors,
  skypix: group.skypix,
  lookup_order: group.lookupOrder,
  data_coordinate_keys: group.keys,
})

/** Equal JSON gives equal text, whatever the order of keys. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (isMap(value))
    return `{${Object.keys(value)
      .sort()
      .map((k) => `${JSON.stringify(k)}:${canonical(value[k]!)}`)
      .join(',')}}`
  return JSON.stringify(value)
}

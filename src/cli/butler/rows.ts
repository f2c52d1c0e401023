import type { DataCoordinate, DatasetRef, DimensionGroup, DimensionRecord } from '#butler'
import { toHex } from '#core'
import { formatFloat } from '../shared/table.ts'

type Cell = string | number | bigint | boolean | null

/**
 * Rows in the order in which listings stand: by the leading columns, then by the dimensions that have a place or a time, then by
 * the others. `values` gives the sortable cells of a row in that order.
 */
export function sortRows<T>(rows: readonly T[], values: (row: T) => readonly Cell[]): readonly T[] {
  const keyed = rows.map((row) => ({ row, key: values(row) }))
  keyed.sort((a, b) => compareCells(a.key, b.key))
  return keyed.map((k) => k.row)
}

function compareCells(a: readonly Cell[], b: readonly Cell[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? '', b[i] ?? '']
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

/** Dimensions of a group in sorting order. */
export function sortingDimensions(group: DimensionGroup): readonly string[] {
  const located = (name: string) => {
    const element = group.universe.get(name)
    return element.spatialFamily !== undefined || element.temporalFamily !== undefined
  }
  return [...group.keys.filter(located), ...group.keys.filter((n) => !located(n))]
}

export const dataIdCells = (id: DataCoordinate): readonly string[] =>
  id.group.keys.map((k) => String(id.values[k]))

export const sortDataIds = (ids: readonly DataCoordinate[]): readonly DataCoordinate[] =>
  ids.length === 0 ? ids : sortRows(ids, (id) => sortingDimensions(id.group).map((d) => id.values[d]!))

export const sortRefs = (refs: readonly DatasetRef[]): readonly DatasetRef[] =>
  sortRows(refs, (ref) => [
    ref.run,
    ...sortingDimensions(ref.datasetType.dimensions).map((d) => ref.dataId[d] ?? null),
  ])

/** Names of a record's columns as listings show them. */
export function recordHead(record: DimensionRecord): readonly string[] {
  const { element, fields } = record
  return [
    ...Object.keys(fields),
    ...(element.spatialFamily === undefined ? [] : ['region']),
    ...(element.temporalFamily === undefined ? [] : ['timespan (TAI)']),
  ]
}

export function recordCells(record: DimensionRecord): readonly string[] {
  const { element, fields } = record
  const types = new Map([...element.keys, ...element.metadata].map((f) => [f.name, f.type]))
  const cells = Object.entries(fields).map(([name, value]) => {
    if (value === null) return 'None'
    if (value instanceof Uint8Array) return `0x${toHex(value)}`
    if (typeof value === 'boolean') return value ? 'True' : 'False'
    return typeof value === 'number' && types.get(name) === 'float' ? formatFloat(value) : String(value)
  })
  if (element.spatialFamily !== undefined) cells.push(record.region === undefined ? 'None' : '(elided)')
  if (element.temporalFamily !== undefined) cells.push(record.timespan?.toString() ?? 'None')
  return cells
}

export const sortRecords = (records: readonly DimensionRecord[]): readonly DimensionRecord[] =>
  sortRows(records, (record) => Object.values(record.dataId))

/** Plain JSON of a record: regions as hexadecimal, timespans as ISO pairs (TAI, null for no end). */
export function recordJson(record: DimensionRecord): unknown {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(record.fields))
    out[name] = value instanceof Uint8Array ? toHex(value) : value
  if (record.region !== undefined) out['region'] = toHex(record.region.encode())
  if (record.timespan !== undefined)
    out['timespan'] = [record.timespan.begin?.toIso() ?? null, record.timespan.end?.toIso() ?? null]
  return out
}

export const printJson = (value: unknown): string =>
  `${JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v), 2)}\n`

import { and, isSqlError, join, quoteName, raw, type Sql, type SqlConnection, type SqlValue, sql } from '#sql'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { RecordStore } from '../dimensions/record-store.ts'
import { conjuncts } from './plan.ts'
import { visitColumns } from './inspect.ts'
import { bare, type ColumnWriter, predicateSql } from './predicate-sql.ts'
import type { DatasetSearch, QuerySpec } from './spec.ts'

/** Datasets as columns: a value for all, or one a row. */
export interface ScannedDatasets {
  readonly count: number
  /** UUIDs with dashes. */
  readonly ids: readonly string[]
  /** Ids of the runs. */
  readonly runs: number | readonly number[]
  /** Full data IDs. */
  readonly dataIds: readonly DataId[]
}

export interface ScanOptions {
  readonly findFirst: boolean
  readonly limit?: number | undefined
}

type ColumnValues = DataIdValue | readonly DataIdValue[]

/** Terms of a compound SELECT that are worth it. */
const MOST_RUNS = 32

/**
 * Datasets of RUN collections that conditions on their own required dimensions pick, without joining any other table: SQLite hands
 * over each column as one text, a third of the work of rows, and implied values come from the records of the few visits there are.
 * Undefined for all other queries.
 */
export async function scanDatasets(
  connection: SqlConnection,
  records: RecordStore,
  spec: QuerySpec,
  search: DatasetSearch,
  options: ScanOptions,
): Promise<ScannedDatasets | undefined> {
  if (connection.dialect !== 'sqlite' || !isPlain(spec, search, options)) return undefined
  const { dimensions } = search.type.type
  const varying = dimensions.required.filter((d) => search.constants[d] === undefined)
  const inner = scanSql(spec, search, varying, options)
  const columns = await readColumns(connection, inner, varying.length, search.candidates.length > 1)
  if (columns === undefined) return undefined
  const values = new Map<string, ColumnValues>()
  for (const d of dimensions.required)
    values.set(d, search.constants[d] ?? columns.values[varying.indexOf(d)]!)
  const kept = await fillImplied(records, dimensions, values, columns.ids.length)
  const [only] = search.candidates
  return {
    count: columns.ids.length,
    ids: columns.ids,
    runs: search.candidates.length === 1 ? only!.id : columns.runs,
    dataIds: rowsOf(dimensions, values, columns.ids.length),
    ...(kept !== undefined && keepRows(kept, columns, dimensions, values)),
  }
}

function isPlain(spec: QuerySpec, search: DatasetSearch, options: ScanOptions): boolean {
  const { dimensions } = search.type.type
  const required = new Set(dimensions.required)
  let onlyKeys = true
  for (const { predicate } of spec.conditions)
    visitColumns(predicate, (column) => {
      onlyKeys &&= column.kind === 'dimension' && required.has(column.dimension)
    })
  return (
    onlyKeys &&
    required.size > 0 &&
    spec.uploads.length === 0 &&
    spec.searches.size === 1 &&
    dimensions.contains(spec.group) &&
    search.candidates.every((c) => c.type === 'RUN') &&
    (!options.findFirst || search.candidates.length <= MOST_RUNS) &&
    dimensions.elements.every((e) => e.kind !== 'join' || !e.definesRelationships)
  )
}

/** Rows of the runs' own table; with find-first, those of each run that no earlier one has. */
function scanSql(
  spec: QuerySpec,
  { type, candidates }: DatasetSearch,
  varying: readonly string[],
  { findFirst, limit }: ScanOptions,
): Sql {
  const writer: ColumnWriter = {
    column: (column) => bare('d', column.kind === 'dimension' ? column.dimension : column.field),
    timespan: () => ({ begin: raw('NULL'), end: raw('NULL') }),
  }
  const conditions = spec.conditions
    .flatMap((c) => conjuncts(c.predicate))
    .map((p) => predicateSql(p, writer))
  const own = [...varying, 'dataset_id', ...(candidates.length > 1 ? ['collection_id'] : [])]
  const picks = own.map((c) => bare('d', c))
  const { required } = type.type.dimensions
  const same = required.map((d) => raw(`e.${quoteName(d)} = d.${quoteName(d)}`))
  const select = (runs: readonly number[], earlier: readonly number[]): Sql => {
    const all = [
      sql`d.dataset_type_id = ${type.id}`,
      raw(`d.collection_id IN (${runs.join(', ')})`),
      ...conditions,
    ]
    if (earlier.length > 0)
      all.push(
        sql`NOT EXISTS (SELECT 1 FROM ${raw(type.tags)} e WHERE e.dataset_type_id = ${type.id} AND ${raw(`e.collection_id IN (${earlier.join(', ')})`)} AND ${and(same)})`,
      )
    return sql`SELECT ${join(picks, ', ')} FROM ${raw(type.tags)} d WHERE ${and(all)}`
  }
  const runs = candidates.map((c) => c.id)
  const inner = findFirst
    ? join(
        runs.map((run, i) => select([run], runs.slice(0, i))),
        ' UNION ALL ',
      )
    : select(runs, [])
  return limit === undefined ? inner : sql`${inner} LIMIT ${limit}`
}

interface Columns {
  readonly values: readonly (readonly DataIdValue[])[]
  readonly ids: readonly string[]
  readonly runs: readonly number[]
}

/** Whole columns as JSON, ids as one text; undefined when a number passes 2^53 or a column the longest text of SQLite. */
async function readColumns(
  connection: SqlConnection,
  inner: Sql,
  width: number,
  hasRuns: boolean,
): Promise<Columns | undefined> {
  const names = Array.from({ length: width }, (_, i) => `c${i}`)
  const runs = hasRuns ? ['run'] : []
  const json = (column: string) => `json_group_array(${column})`
  const picks = [...names.map(json), "group_concat(id, '')", ...runs.map(json)]
  const text = `WITH found(${[...names, 'id', ...runs].join(', ')}) AS (${inner.text}) SELECT ${picks.join(', ')} FROM found`
  let row: readonly SqlValue[] | undefined
  try {
    row = await connection.first(text, inner.values)
  } catch (error) {
    if (isSqlError(error) && /too big/.test(error.message)) return undefined
    throw error
  }
  const texts = row!.map((value) => (value ?? '') as string)
  if (texts.slice(0, width).some((t) => /\d{16}/.test(t))) return undefined
  return {
    values: texts.slice(0, width).map((t) => JSON.parse(t) as DataIdValue[]),
    ids: dashed(texts[width]!),
    runs: JSON.parse(texts[width + 1] ?? '[]') as number[],
  }
}

/** Ids of 32 digits, one behind the other, with dashes: parts of one text, so that many take little memory. */
function dashed(digits: string): readonly string[] {
  const count = digits.length / 32
  const bytes = new TextEncoder().encode(digits)
  const out = new Uint8Array(36 * count)
  for (let i = 0, from = 0, to = 0; i < count; i++)
    for (let k = 0; k < 32; k++) {
      if (k === 8 || k === 12 || k === 16 || k === 20) out[to++] = 0x2d
      out[to++] = bytes[from++]!
    }
  const text = new TextDecoder().decode(out)
  return Array.from({ length: count }, (_, i) => text.slice(36 * i, 36 * i + 36))
}

/** Add columns of implied dimensions; gives which rows to keep, when records or what their joins need are missing for some. */
async function fillImplied(
  store: RecordStore,
  group: DimensionGroup,
  values: Map<string, ColumnValues>,
  count: number,
): Promise<readonly boolean[] | undefined> {
  let kept: boolean[] | undefined
  for (const name of group.lookupOrder) {
    const element = group.universe.get(name)
    if (element.directImplied.length === 0) continue
    const { places, fields } = await impliedOf(store, element, values, count)
    for (const implied of element.directImplied) {
      const own = fields.map((f) => (f?.[implied] ?? undefined) as DataIdValue)
      const isJoined = group.universe.get(implied).definesRelationships
      const lacks = fields.map((f, k) => f === undefined || (isJoined && own[k] === undefined))
      if (lacks.includes(true)) {
        kept ??= Array.from({ length: count }, () => true)
        for (let i = 0; i < count; i++)
          if (lacks[places === undefined ? 0 : places[i]!] === true) kept[i] = false
      }
      const isSame = places === undefined || own.every((value) => value === own[0])
      values.set(implied, isSame ? own[0]! : Array.from(places, (k) => own[k]!))
    }
  }
  return kept
}

interface Implied {
  /** Of each row, the place of its record; undefined when all rows have the first. */
  readonly places: Int32Array | undefined
  readonly fields: readonly (Readonly<Record<string, unknown>> | undefined)[]
}

/** The records of an element that the rows have. */
async function impliedOf(
  store: RecordStore,
  element: DimensionElement,
  values: ReadonlyMap<string, ColumnValues>,
  count: number,
): Promise<Implied> {
  const columns = element.required.map((d) => values.get(d)!)
  const varying = columns.filter((c): c is readonly DataIdValue[] => Array.isArray(c))
  const [only] = varying
  const known = new Map<DataIdValue, number>()
  const rows: number[] = []
  const places = only === undefined ? undefined : new Int32Array(count)
  for (let i = 0; i < (only === undefined ? Math.min(1, count) : count); i++) {
    const key = varying.length === 1 ? only![i]! : varying.map((c) => c[i]).join('\u0000')
    let place = known.get(key)
    if (place === undefined) {
      known.set(key, (place = rows.length))
      rows.push(i)
    }
    if (places !== undefined) places[i] = place
  }
  const keys = rows.map((i) =>
    columns.map((c) => (Array.isArray(c) ? (c as DataIdValue[])[i]! : (c as DataIdValue))),
  )
  const found = new Map<string, Readonly<Record<string, unknown>>>()
  for (const record of await store.fetchMany(element, keys))
    found.set(element.required.map((d) => record.dataId[d]).join('\u0000'), record.fields)
  return { places, fields: keys.map((key) => found.get(key.join('\u0000'))) }
}

function rowsOf(
  group: DimensionGroup,
  columns: ReadonlyMap<string, ColumnValues>,
  count: number,
): readonly DataId[] {
  const { keys } = group
  const constants: Record<string, DataIdValue> = {}
  const arrays = keys.map((key) => columns.get(key)!)
  for (const [k, key] of keys.entries())
    constants[key] = (Array.isArray(arrays[k]) ? 0 : arrays[k]) as DataIdValue
  const varying = keys.flatMap((key, k) =>
    Array.isArray(arrays[k]) ? [{ key, column: arrays[k] as readonly DataIdValue[] }] : [],
  )
  const rows: DataId[] = new Array<DataId>(count)
  for (let i = 0; i < count; i++) {
    const row: Record<string, DataIdValue> = { ...constants }
    for (let k = 0; k < varying.length; k++) row[varying[k]!.key] = varying[k]!.column[i]!
    rows[i] = row
  }
  return rows
}

function keepRows(
  kept: readonly boolean[],
  { ids, runs }: Columns,
  group: DimensionGroup,
  values: ReadonlyMap<string, ColumnValues>,
): Partial<ScannedDatasets> {
  const pick = <T>(list: readonly T[]) => list.filter((_, i) => kept[i] === true)
  return {
    count: kept.filter((k) => k).length,
    ids: pick(ids),
    ...(runs.length > 0 && { runs: pick(runs) }),
    dataIds: pick(rowsOf(group, values, ids.length)),
  }
}

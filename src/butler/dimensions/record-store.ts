import {
  isSqlError,
  jsonRows,
  jsonValue,
  quoteName,
  type SqlConnection,
  type SqlRow,
  type SqlValue,
} from '#sql'
import type { Region } from '#geom'
import { ConflictingDefinitionError, DimensionRecordError } from '../errors.ts'
import { hasTable, type DimensionElement } from './element.ts'
import { type RecordInput, RecordCodec } from './codec.ts'
import type { DataIdValue } from './data-id.ts'
import { DimensionRecord, type RecordValue } from './record.ts'
import { pixelRegion } from './sky.ts'
import { SkypixOverlaps } from './skypix-overlaps.ts'
import type { DimensionUniverse } from './universe.ts'

/** Elements with few rows that every expansion wants: read whole, once. */
const CACHED = new Set([
  'instrument',
  'skymap',
  'physical_filter',
  'detector',
  'visit_system',
  'subfilter',
  'band',
])
/** Rows of other elements remembered by key. */
const MOST_REMEMBERED = 20_000

/** A row to insert. */
interface NewRow {
  readonly row: RecordInput
  /** Table values in column order. */
  readonly values: readonly SqlValue[]
  /** Values of the required dimensions in order. */
  readonly key: readonly SqlValue[]
}

/** Dimension records in their tables. */
export class RecordStore {
  private readonly connection: SqlConnection
  private readonly universe: DimensionUniverse
  private readonly overlaps: SkypixOverlaps
  private readonly codecs = new Map<string, RecordCodec>()
  private readonly cached = new Map<string, Promise<ReadonlyMap<string, DimensionRecord>>>()
  private readonly remembered = new Map<string, DimensionRecord>()

  constructor(connection: SqlConnection, universe: DimensionUniverse) {
    this.connection = connection
    this.universe = universe
    this.overlaps = new SkypixOverlaps(connection, universe)
  }

  clear(): void {
    this.cached.clear()
    this.remembered.clear()
  }

  codec(element: DimensionElement): RecordCodec {
    let codec = this.codecs.get(element.name)
    if (codec === undefined) this.codecs.set(element.name, (codec = new RecordCodec(this.universe, element)))
    return codec
  }

  isCached(element: DimensionElement): boolean {
    return CACHED.has(element.name)
  }

  /** All rows of a small element by key text. */
  async allCached(element: DimensionElement): Promise<ReadonlyMap<string, DimensionRecord>> {
    let records = this.cached.get(element.name)
    if (records === undefined) {
      records = this.readAll(element).then((all) => new Map(all.map((r) => [keyText(element, r.dataId), r])))
      this.cached.set(element.name, records)
    }
    return records
  }

  async readAll(element: DimensionElement): Promise<readonly DimensionRecord[]> {
    if (element.kind === 'view') {
      const rows = await this.connection.all(
        `SELECT DISTINCT ${quoteName(element.name)} FROM ${quoteName(element.viewOf!)}`,
      )
      return rows.map(([value]) => new DimensionRecord(element, { [element.keyField]: value as DataIdValue }))
    }
    const codec = this.codec(element)
    const rows = await this.connection.all(
      `SELECT ${codec.selectList('t')} FROM ${quoteName(element.name)} t`,
    )
    return rows.map((row) => codec.decode(row)!)
  }

  /** The record with these values of the element's required dimensions. */
  async fetch(
    element: DimensionElement,
    values: Readonly<Record<string, DataIdValue>>,
  ): Promise<DimensionRecord | undefined> {
    if (element.kind === 'skypix') return skypixRecord(element, Number(values[element.name]))
    const key = keyText(element, values)
    if (CACHED.has(element.name)) return (await this.allCached(element)).get(key)
    const rememberedKey = `${element.name}\u0000${key}`
    const known = this.remembered.get(rememberedKey)
    if (known !== undefined) return known
    const record = await this.read(element, values)
    if (record !== undefined) {
      if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear()
      this.remembered.set(rememberedKey, record)
    }
    return record
  }

  /** Insert rows; a taken key is an error unless rows are to be replaced or skipped. */
  async insert(
    element: DimensionElement,
    rows: readonly RecordInput[],
    mode: 'insert' | 'replace' | 'skip',
  ): Promise<void> {
    if (!hasTable(element))
      throw new DimensionRecordError(`Records of ${element.name} cannot be inserted: they are not stored.`, {
        hint:
          element.kind === 'view'
            ? `A ${element.name} exists when a ${element.viewOf} has it.`
            : 'Pixels are computed.',
      })
    const codec = this.codec(element)
    let wanted: readonly NewRow[] = rows.map((row): NewRow => {
      const values = codec.encode(row)
      return { row, values, key: keyFields(element).map((f) => values[codec.fields.indexOf(f)]!) }
    })
    if (mode === 'skip') wanted = await this.withoutKnown(codec, wanted)
    if (mode === 'replace') wanted = [...new Map(wanted.map((r) => [r.key.join('\u0000'), r])).values()]
    await this.insertAll(codec, wanted, mode)
    if (element.spatialFamily !== undefined) await this.writeOverlaps(element, wanted, mode === 'replace')
    this.forget(element)
  }

  /** Rows together; when one of them is refused, one by one, to name it. */
  private async insertAll(
    codec: RecordCodec,
    rows: readonly NewRow[],
    mode: 'insert' | 'replace' | 'skip',
  ): Promise<void> {
    const statement = insertStatement(codec, mode)
    const [only] = rows
    if (only === undefined) return
    if (rows.length > 1) {
      await this.connection.run('SAVEPOINT records')
      try {
        await this.connection.runMany(
          statement,
          rows.map((r) => r.values),
        )
        await this.connection.run('RELEASE records')
        return
      } catch (error) {
        if (!isSqlError(error) || !error.isIntegrity) throw error
        await this.connection.run('ROLLBACK TO records')
        await this.connection.run('RELEASE records')
      }
    }
    for (const { row, values } of rows)
      await this.guarded(codec.element, row, () => this.connection.run(statement, values))
  }

  /** Those whose key is not there yet, each once. */
  private async withoutKnown(codec: RecordCodec, rows: readonly NewRow[]): Promise<readonly NewRow[]> {
    const { element } = codec
    const columns = keyFields(element).map((f) => `t.${quoteName(f)}`)
    const found = await this.rowsOf(
      element,
      columns.join(', '),
      rows.map((r) => r.key),
    )
    const known = new Set(found.map((key) => key.join('\u0000')))
    return rows.filter(({ key }) => {
      const text = key.join('\u0000')
      if (known.has(text)) return false
      known.add(text)
      return true
    })
  }

  /** Records by their keys (values of the required dimensions in order), and perhaps others: what is not there is left out. */
  async fetchMany(
    element: DimensionElement,
    keys: readonly (readonly SqlValue[])[],
  ): Promise<readonly DimensionRecord[]> {
    if (element.kind === 'skypix') return keys.map((key) => skypixRecord(element, Number(key[0])))
    if (this.isCached(element)) return [...(await this.allCached(element)).values()]
    const codec = this.codec(element)
    return (await this.rowsOf(element, codec.selectList('t'), keys)).map((row) => codec.decode(row)!)
  }

  /**
   * Rows that have one of some keys, and perhaps others: told by each dimension's values, for keys mostly are all combinations of some
   * visits and detectors; where combinations are many more than keys, by the dimension with most values.
   */
  private async rowsOf(
    element: DimensionElement,
    columns: string,
    keys: readonly (readonly SqlValue[])[],
  ): Promise<readonly SqlRow[]> {
    const sets = element.required.map((_, i) => new Set(keys.map((key) => key[i]!)))
    const most = sets.reduce((best, set, i) => (set.size > sets[best]!.size ? i : best), 0)
    const combinations = sets.reduce((n, set) => n * set.size, 1)
    const isDense = combinations <= 4 * keys.length + 100
    const conditions: string[] = []
    const parameters: SqlValue[] = []
    for (const [i, field] of keyFields(element).entries()) {
      const column = `t.${quoteName(field)}`
      const [only] = sets[i]!
      if (only === undefined) return []
      if (sets[i]!.size === 1) {
        conditions.push(`${column} = ?`)
        parameters.push(only)
      } else if (isDense || i === most) {
        const value = jsonValue(0, this.universe.get(element.required[i]!).keys[0]!.type === 'string')
        conditions.push(`${column} IN (SELECT ${value} FROM json_each(?))`)
        parameters.push(jsonRows([...sets[i]!].map((v) => [v])))
      }
    }
    return this.connection.all(
      `SELECT ${columns} FROM ${quoteName(element.name)} t WHERE ${conditions.join(' AND ')}`,
      parameters,
    )
  }

  /** Insert a row or compare it with the one there: true when new, false when equal, else the old values if `update`. */
  async sync(
    element: DimensionElement,
    row: RecordInput,
    update: boolean,
  ): Promise<boolean | Readonly<Record<string, RecordValue | Region>>> {
    const codec = this.codec(element)
    const values = codec.encode(row)
    const key = this.keyOf(codec, values)
    const there = await this.connection.first(
      `SELECT ${codec.selectList('t')} FROM ${quoteName(element.name)} t WHERE ${keyCondition(codec)}`,
      key,
    )
    if (there === undefined) {
      await this.insertNew(element, row)
      return true
    }
    const differing = codec.columns.flatMap((c, i) => (sameStored(there[i]!, values[i]!) ? [] : [i]))
    if (differing.length === 0) return false
    const old = codec.decode(there)!
    if (!update) {
      const what = differing.map((i) => `${codec.columns[i]}: ${show(there[i]!)} != ${show(values[i]!)}`)
      throw new ConflictingDefinitionError(
        `The ${element.name} record differs from the stored one in ${what.join(', ')}.`,
        {
          hint: 'Give update to change the stored record.',
        },
      )
    }
    await this.insert(element, [row], 'replace')
    return Object.fromEntries(differing.map((i) => [codec.columns[i]!, oldValue(old, codec.columns[i]!)]))
  }

  /** Insert a row whose key is free: what refuses it is another row with its alternate key. */
  private async insertNew(element: DimensionElement, row: RecordInput): Promise<void> {
    try {
      await this.insert(element, [row], 'insert')
    } catch (error) {
      if (
        !(error instanceof DimensionRecordError) ||
        !isSqlError(error.cause) ||
        error.cause.kind !== 'unique'
      )
        throw error
      throw new ConflictingDefinitionError(error.message, { cause: error })
    }
  }

  private async read(
    element: DimensionElement,
    values: Readonly<Record<string, DataIdValue>>,
  ): Promise<DimensionRecord | undefined> {
    const codec = this.codec(element)
    const row = await this.connection.first(
      `SELECT ${codec.selectList('t')} FROM ${quoteName(element.name)} t WHERE ${keyCondition(codec)}`,
      element.required.map((d) => values[d]!),
    )
    return row === undefined ? undefined : codec.decode(row)
  }

  private keyOf(codec: RecordCodec, values: readonly SqlValue[]): readonly SqlValue[] {
    return keyFields(codec.element).map((f) => values[codec.fields.indexOf(f)]!)
  }

  private async writeOverlaps(
    element: DimensionElement,
    rows: readonly NewRow[],
    replace: boolean,
  ): Promise<void> {
    if (replace) for (const { key } of rows) await this.overlaps.remove(element, key)
    const placed = rows.flatMap(({ row, key }) => {
      const region = row['region'] as Region | null | undefined
      return region === undefined || region === null ? [] : [{ key, region }]
    })
    if (placed.length > 0) await this.overlaps.insert(element, placed)
  }

  private forget(element: DimensionElement): void {
    this.cached.delete(element.name)
    for (const view of this.universe.elements) if (view.viewOf === element.name) this.cached.delete(view.name)
    this.remembered.clear()
  }

  private async guarded<T>(element: DimensionElement, row: RecordInput, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!isSqlError(error) || !error.isIntegrity) throw error
      const key = keyFields(element).map(
        (f) => `${f}=${String((row[f] ?? row[element.name]) as string | number)}`,
      )
      const why =
        error.kind === 'unique'
          ? 'a record with this key or alternate key exists'
          : error.kind === 'foreign-key'
            ? `one of ${[...element.required, ...element.directImplied].filter((d) => d !== element.name).join(', ')} is not there yet`
            : error.message
      throw new DimensionRecordError(`Cannot insert ${element.name} (${key.join(', ')}): ${why}.`, {
        cause: error,
      })
    }
  }
}

/** A column's value as it was: also the region, and the ends of the timespan in nanoseconds. */
function oldValue(old: DimensionRecord, column: string): RecordValue | Region {
  if (column === 'region') return old.region ?? null
  const [begin, end] = old.timespan?.nsec ?? [null, null]
  if (column.startsWith('timespan_')) return column.endsWith('begin') ? begin : end
  return old.fields[column] ?? null
}

const keyFields = (element: DimensionElement): readonly string[] =>
  element.required.map((d) => (d === element.name ? element.keyField : d))

export const keyText = (element: DimensionElement, values: Readonly<Record<string, unknown>>): string => {
  let text = ''
  for (const d of element.required) text += `${String(values[d])}\u0000`
  return text
}

const keyCondition = (codec: RecordCodec): string =>
  keyFields(codec.element)
    .map((f) => `t.${quoteName(f)} = ?`)
    .join(' AND ')

function insertStatement(codec: RecordCodec, mode: 'insert' | 'replace' | 'skip'): string {
  const columns = codec.columns.map(quoteName)
  const insert = `INSERT INTO ${quoteName(codec.element.name)} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  const key = keyFields(codec.element).map(quoteName)
  if (mode === 'insert') return insert
  const rest = columns.filter((c) => !key.includes(c))
  if (mode === 'skip' || rest.length === 0) return `${insert} ON CONFLICT (${key.join(', ')}) DO NOTHING`
  return `${insert} ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${rest.map((c) => `${c} = excluded.${c}`).join(', ')}`
}

/** Nanoseconds are read as text and given as bigint; everything else compares as it is. */
const sameStored = (stored: SqlValue, given: SqlValue): boolean =>
  typeof given === 'bigint' ? stored !== null && String(stored) === String(given) : stored === given

const show = (value: SqlValue): string => (typeof value === 'string' ? `'${value}'` : String(value))

const skypixRecord = (element: DimensionElement, index: number): DimensionRecord =>
  new DimensionRecord(element, { id: index }, { region: pixelRegion(element, index) })

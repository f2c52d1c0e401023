import { fromBase64, toBase64 } from '#core'
import type { Region } from '#geom'
import { quoteName, type SqlRow, type SqlValue } from '#sql'
import { Timespan } from '#time'
import { DimensionRecordError } from '../errors.ts'
import { found } from '../found.ts'
import { integerFault, integerOf } from './data-id.ts'
import { type ColumnType, type DimensionElement, recordFields } from './element.ts'
import { DimensionRecord, type RecordValue } from './record.ts'
import type { DimensionUniverse } from './universe.ts'

/** A row to insert: fields by name, plus `region` and `timespan`. The own key may go by the dimension's name too. */
export type RecordInput = Readonly<Record<string, RecordValue | Region | Timespan | undefined>>

/** How one element's records go to and come from its table. */
export class RecordCodec {
  readonly element: DimensionElement
  /** Field names in record order, without region and timespan. */
  readonly fields: readonly string[]
  /** Columns of the table in order. */
  readonly columns: readonly string[]
  readonly width: number
  private readonly types: readonly ColumnType[]
  private readonly known: ReadonlySet<string>

  constructor(universe: DimensionUniverse, element: DimensionElement) {
    this.element = element
    this.fields = recordFields(element)
    this.types = this.fields.map((f) => fieldType(universe, element, f))
    const region = element.spatialFamily === undefined ? [] : ['region']
    const timespan = element.temporalFamily === undefined ? [] : ['timespan_begin', 'timespan_end']
    this.columns = [...this.fields, ...region, ...timespan]
    this.width = this.columns.length
    const extras = [element.name, ...region, ...(timespan.length === 0 ? [] : ['timespan'])]
    this.known = new Set([...this.fields, ...extras])
  }

  /** Columns for SELECT, from a table or alias; nanoseconds as text, since they pass 2^53. */
  selectList(table: string): string {
    return this.columns
      .map((c) => {
        const column = `${table}.${quoteName(c)}`
        return c.startsWith('timespan_') ? `CAST(${column} AS TEXT)` : column
      })
      .join(', ')
  }

  /** A record from `width` values of a row that begin at `offset`; undefined when the key is NULL (no such row). */
  decode(row: SqlRow, offset = 0): DimensionRecord | undefined {
    if (row[offset] === null) return undefined
    const fields: Record<string, RecordValue> = {}
    const names = this.fields
    for (let i = 0; i < names.length; i++) fields[names[i]!] = decodeValue(row[offset + i]!, this.types[i]!)
    let next = offset + this.fields.length
    const region = this.element.spatialFamily === undefined ? undefined : (row[next++] as string | null)
    const timespan =
      this.element.temporalFamily === undefined ? undefined : decodeTimespan(row[next], row[next + 1])
    return new DimensionRecord(this.element, fields, { region: region ?? undefined, timespan })
  }

  /** Table values of an input row. Throws `butler/dimension-record` for unknown, missing or wrongly typed fields. */
  encode(input: RecordInput): readonly SqlValue[] {
    this.checkNames(input)
    const values = this.fields.map((name, i) => this.encodeField(name, this.types[i]!, input))
    const extras: SqlValue[] = []
    if (this.element.spatialFamily !== undefined) {
      const region = input['region'] as Region | null | undefined
      this.checkExtra('region', 'a region', region, typeof region?.encode === 'function')
      extras.push(region === undefined || region === null ? null : toBase64(region.encode()))
    }
    if (this.element.temporalFamily !== undefined) {
      const timespan = input['timespan'] as Timespan | null | undefined
      this.checkExtra('timespan', 'a Timespan', timespan, timespan instanceof Timespan)
      extras.push(timespan?.nsec[0] ?? null, timespan?.nsec[1] ?? null)
    }
    return [...values, ...extras]
  }

  private encodeField(name: string, type: ColumnType, input: RecordInput): SqlValue {
    const { element } = this
    const isOwnKey = name === element.keyField
    const value = input[name] ?? (isOwnKey ? input[element.name] : undefined)
    const isKey = isOwnKey || element.required.includes(name)
    if (value === undefined || value === null) {
      if (isKey)
        throw new DimensionRecordError(`No value for ${element.name}.${name}, which is part of its key.`)
      return null
    }
    return encodeValue(value as RecordValue, type, `${element.name}.${name}`)
  }

  private checkExtra(field: string, wanted: string, value: unknown, fits: boolean): void {
    if (fits || value === undefined || value === null) return
    throw new DimensionRecordError(`${this.element.name}.${field} must be ${wanted}, not ${found(value)}.`)
  }

  private checkNames(input: RecordInput): void {
    const { element, known } = this
    const unknown = Object.keys(input).filter((k) => !known.has(k))
    if (unknown.length > 0)
      throw new DimensionRecordError(
        `A ${element.name} record has no field ${unknown.map((u) => `'${u}'`).join(', ')}.`,
        {
          hint: `Its fields are ${[...known].join(', ')}.`,
        },
      )
  }
}

export function decodeTimespan(begin: SqlValue | undefined, end: SqlValue | undefined): Timespan | undefined {
  if (begin === null || begin === undefined || end === null || end === undefined) return undefined
  return Timespan.fromNsec(BigInt(begin as string), BigInt(end as string))
}

export function decodeValue(value: SqlValue, type: ColumnType): RecordValue {
  if (value === null) return null
  if (type === 'bool') return value !== 0
  if (type === 'hash') return typeof value === 'string' ? fromBase64(value) : (value as Uint8Array)
  return value
}

function encodeValue(value: RecordValue, type: ColumnType, where: string): SqlValue {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value
      break
    case 'int':
      if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)))
        return exactInteger(value, where)
      if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return exactInteger(integerOf(value), where)
      break
    case 'float':
      if (typeof value === 'number') return value
      if (typeof value === 'bigint') return Number(value)
      break
    case 'bool':
      if (typeof value === 'boolean') return value ? 1 : 0
      break
    case 'hash':
      if (value instanceof Uint8Array) return toBase64(value)
  }
  throw new DimensionRecordError(`${where} must be of type ${type}, not ${found(value)}.`)
}

function exactInteger(value: number | bigint, where: string): number | bigint {
  const fault = integerFault(value)
  if (fault !== undefined) throw new DimensionRecordError(`${where} cannot be stored: ${fault}.`)
  return value
}

/** Type of a field: its own, or that of the key of the dimension it refers to. */
export function fieldType(universe: DimensionUniverse, element: DimensionElement, field: string): ColumnType {
  const own = [...element.keys, ...element.metadata].find((f) => f.name === field)
  if (own !== undefined && !(field !== element.keyField && element.required.includes(field))) return own.type
  return universe.get(field).keys[0]!.type
}

import { quoteName, type SqlConnection, type SqlValue } from '#sql'
import { DataIdValueError, DimensionNameError, DimensionValueError } from '../errors.ts'
import { DATA_ID } from '../arguments.ts'
import { found } from '../found.ts'
import { kind, requireKind } from '../kinds.ts'
import { DataCoordinate, formatDataId } from './data-coordinate.ts'
import { type DataId, type DataIdValue, integerFault, integerOf } from './data-id.ts'
import { type DimensionElement, hasTable, recordFields } from './element.ts'
import { expandDataId } from './expand.ts'
import type { DimensionGroup } from './group.ts'
import type { RecordStore } from './record-store.ts'

/** A data ID as its dataset type wants it, and everything else that was given (an exposure, for a bias). */
export interface StandardDataId {
  readonly coordinate: DataCoordinate
  /** All dimension values given or found, also those the type lacks. */
  readonly given: DataId
}

/** What is known when a data ID is made standard. */
export interface StandardizeContext {
  readonly connection: SqlConnection
  readonly records: RecordStore
  /** Governor values to fall back on. */
  readonly defaults: DataId
}

/**
 * Fit what a user gave to a dimension group: alternate keys (`detector: '0_50'`), record fields (`'exposure.obs_id'`, a bare
 * `seq_num`) and values implied by other dimensions (a flat's filter by its exposure) become dimension values.
 * Throws `butler/dimension-name`, `butler/dimension-value`.
 */
export async function standardizeDataId(
  context: StandardizeContext,
  group: DimensionGroup,
  input: DataId | DataCoordinate | undefined,
): Promise<StandardDataId> {
  if (input instanceof DataCoordinate && input.group === group)
    return { coordinate: input, given: input.values }
  requireKind(input, 'dataId', DATA_ID)
  const raw = input instanceof DataCoordinate ? input.values : (input ?? {})
  const { values, byRecord } = sortKeys(group, raw)
  for (const governor of group.governors)
    if (values[governor] === undefined && context.defaults[governor] !== undefined)
      values[governor] = context.defaults[governor]
  for (const [name, constraints] of byRecord)
    values[name] = await lookUp(context, group.universe.get(name), constraints, values)
  const missing = group.required.filter((n) => values[n] === undefined)
  if (missing.length > 0) await fillImplied(context, group, values, missing)
  return { coordinate: minimal(group, values), given: values }
}

/** The coordinate of required values only; throws `butler/dimension-name` when one is missing. */
export function minimal(group: DimensionGroup, values: DataId): DataCoordinate {
  const out: Record<string, DataIdValue> = {}
  for (const name of group.required) {
    const value = values[name]
    if (value === undefined || value === null)
      throw new DimensionNameError(
        `No value in data ID ${formatDataId(values)} for required dimension '${name}'.`,
        {
          data: { dimension: name },
        },
      )
    out[name] = value
  }
  return new DataCoordinate(group, out, group.implied.length === 0)
}

type Constraints = Map<string, DataIdValue>

function sortKeys(
  group: DimensionGroup,
  raw: DataId,
): { values: Record<string, DataIdValue>; byRecord: Map<string, Constraints> } {
  const { universe } = group
  const values: Record<string, DataIdValue> = {}
  const byRecord = new Map<string, Constraints>()
  const constrain = (element: string, field: string, value: DataIdValue) => {
    const fields = byRecord.get(element) ?? new Map<string, DataIdValue>()
    byRecord.set(element, fields.set(field, value))
  }
  const unknown: string[] = []
  for (const [key, value] of Object.entries(raw)) {
    requireValue(key, value)
    const element = universe.isDimension(key) ? universe.get(key) : undefined
    if (element !== undefined) {
      const cast = castKey(element, value)
      if (cast !== undefined) values[key] = cast
      else constrain(key, alternateOf(element, value), value)
      continue
    }
    const owner = key.includes('.')
      ? splitField(universe.find(key.split('.')[0]!), key)
      : guessOwner(group, key, raw)
    if (owner === undefined) unknown.push(key)
    else if (owner.field === owner.element.keyField) values[owner.element.name] = value
    else constrain(owner.element.name, owner.field, value)
  }
  if (unknown.length > 0)
    throw new DimensionValueError(
      `Unrecognized data ID ${unknown.length === 1 ? 'key' : 'keys'} ${unknown.map((u) => `'${u}'`).join(', ')}.`,
      {
        hint: `The dimensions are ${group.names.join(', ')}; fields of their records work too (exposure.obs_id).`,
      },
    )
  return { values, byRecord }
}

/** Nothing is as if it were left out, and told where it is needed. */
function requireValue(key: string, value: unknown): void {
  if (value === null || typeof value === 'boolean' || VALUE.fault(value) === undefined) return
  throw new DataIdValueError(`'${key}' in a data ID must be ${VALUE.wanted}, not ${found(value)}.`, {
    hint: 'Give a value, or leave the key out.',
  })
}

const VALUE = kind(
  'a name or a number',
  (value) => typeof value === 'string' || typeof value === 'bigint' || Number.isFinite(value),
)

/** An int key given as digits is cast; any other text for an int key is an alternate's value (undefined). */
function castKey(element: DimensionElement, value: DataIdValue): DataIdValue | undefined {
  if (typeof value === 'boolean')
    throw new DataIdValueError(`${element.name} cannot be ${String(value)}: it is a truth value.`)
  if (element.keys[0]!.type !== 'int') return value
  if (typeof value !== 'string') return exactKey(element, value)
  if (/^[+-]?\d+$/.test(value)) return exactKey(element, integerOf(value))
  return element.keys.some((k) => k.type === 'string') ? undefined : value
}

function exactKey(element: DimensionElement, value: number | bigint): number | bigint {
  const fault = integerFault(value)
  if (fault !== undefined) throw new DataIdValueError(`${element.name} cannot be ${value}: ${fault}.`)
  return value
}

function alternateOf(element: DimensionElement, value: DataIdValue): string {
  const alternate = element.keys.find((k) => k.type === 'string')
  if (alternate === undefined) throw new DimensionValueError(`${element.name} cannot be '${String(value)}'.`)
  return alternate.name
}

interface FieldOwner {
  readonly element: DimensionElement
  readonly field: string
}

function splitField(element: DimensionElement | undefined, key: string): FieldOwner | undefined {
  const field = key.slice(key.indexOf('.') + 1)
  return element !== undefined && recordFields(element).includes(field) ? { element, field } : undefined
}

/** The dimension of the type whose record has this field; those with a value already come last. */
function guessOwner(group: DimensionGroup, field: string, raw: DataId): FieldOwner | undefined {
  const owners = group.names
    .map((n) => group.universe.get(n))
    .filter((e) => hasTable(e) && [...e.keys.slice(1), ...e.metadata].some((f) => f.name === field))
  const free = owners.filter((e) => raw[e.name] === undefined && group.required.includes(e.name))
  const element = free[0] ?? owners[0]
  return element === undefined ? undefined : { element, field }
}

async function lookUp(
  context: StandardizeContext,
  element: DimensionElement,
  constraints: Constraints,
  values: DataId,
): Promise<DataIdValue> {
  const conditions: string[] = []
  const parameters: SqlValue[] = []
  const add = (column: string, value: DataIdValue) => {
    conditions.push(`${quoteName(column)} = ?`)
    parameters.push(value)
  }
  for (const [field, value] of constraints) add(field, value)
  const used = [...element.required, ...element.directImplied].filter((d) => values[d] !== undefined)
  for (const d of used) add(d === element.name ? element.keyField : d, values[d]!)
  const rows = await context.connection.all(
    `SELECT ${quoteName(element.keyField)} FROM ${quoteName(element.name)} WHERE ${conditions.join(' AND ')} LIMIT 2`,
    parameters,
  )
  const wanted = [...constraints].map(([k, v]) => `${k}=${typeof v === 'string' ? `'${v}'` : v}`).join(', ')
  if (rows.length === 0) {
    const others = formatDataId(Object.fromEntries(used.map((d) => [d, values[d]!])))
    throw new DimensionValueError(
      `No ${element.name} has ${wanted}${used.length === 0 ? '' : ` together with ${others}`}.`,
    )
  }
  if (rows.length > 1)
    throw new DimensionValueError(`More than one ${element.name} has ${wanted}.`, {
      hint: 'Give more of the data ID, e.g. the instrument or day_obs.',
    })
  return rows[0]![0] as DataIdValue
}

/** Take values that the given dimensions imply: the physical_filter of an exposure. */
async function fillImplied(
  context: StandardizeContext,
  group: DimensionGroup,
  values: Record<string, DataIdValue>,
  missing: readonly string[],
): Promise<void> {
  const { universe } = group
  const complete = Object.keys(values).filter((n) =>
    universe.get(n).required.every((d) => values[d] !== undefined),
  )
  const known = universe.group(complete)
  if (!missing.some((n) => known.implied.includes(n))) return
  const expanded = await expandDataId(context.records, known, values)
  for (const name of missing) {
    const value = expanded.values[name]
    if (value !== undefined) values[name] = value
  }
}

import { closest } from '#core'
import type { DimensionGroup } from '../dimensions/group.ts'
import { InvalidQueryError } from '../errors.ts'
import type { BindValue } from './bind.ts'
import { type Column, columnLabel, DATASET_FIELDS, type DatasetField, fieldColumn } from './columns.ts'

/** What names in an expression can mean. */
export interface Scope {
  /** Dimensions of the query so far: unqualified field names are looked for in their records. */
  readonly group: DimensionGroup
  /** Joined dataset types. */
  readonly datasetTypes: readonly string[]
  readonly binds: Readonly<Record<string, BindValue>>
}

/** A name that stands for a column, or one end of a timespan column. */
export interface ResolvedName {
  readonly column: Column
  readonly bound?: 'begin' | 'end'
}

/** Find what an identifier names. Throws `butler/invalid-query`. */
export function resolveName(name: string, scope: Scope): ResolvedName {
  const parts = name.split('.')
  const last = parts.at(-1)!
  if ((last === 'begin' || last === 'end') && parts.length > 1) {
    const column = resolveColumn(parts.slice(0, -1), scope)
    const isTimespan = column.kind !== 'dimension' && column.field === 'timespan'
    if (!isTimespan)
      throw new InvalidQueryError(`'${columnLabel(column)}' is not a timespan: it has no '${last}'.`)
    return { column, bound: last }
  }
  return { column: resolveColumn(parts, scope) }
}

function resolveColumn(parts: readonly string[], scope: Scope): Column {
  const name = parts.join('.')
  if (parts.length === 1) return resolveBare(name, scope)
  if (parts.length > 2) throw unrecognized(name, scope)
  const [first, field] = parts as [string, string]
  const element = scope.group.universe.find(first)
  if (element !== undefined) {
    const column = fieldColumn(element, field)
    if (column !== undefined) return column
    if (!scope.datasetTypes.includes(first)) {
      const fields = [...element.keys, ...element.metadata].map((f) => f.name)
      const near = closest(field, fields)
      throw new InvalidQueryError(`Unrecognized field '${field}' for ${first}.`, {
        hint: near === undefined ? `${first} has ${fields.join(', ')}.` : `Did you mean '${first}.${near}'?`,
      })
    }
  }
  if (isDatasetField(field)) {
    if (scope.datasetTypes.includes(first)) return { kind: 'dataset', datasetType: first, field }
    throw new InvalidQueryError(`Dataset type '${first}' is not part of this query.`, {
      hint:
        scope.datasetTypes.length > 0
          ? `Joined are ${scope.datasetTypes.join(', ')}.`
          : 'No dataset types are joined.',
    })
  }
  if (scope.datasetTypes.includes(first))
    throw new InvalidQueryError(`'${field}' is not a field of datasets ('${name}').`, {
      hint: `Datasets have ${DATASET_FIELDS.join(', ')}.`,
    })
  throw unrecognized(name, scope)
}

function resolveBare(name: string, scope: Scope): Column {
  const { group } = scope
  if (group.universe.isDimension(name)) return { kind: 'dimension', dimension: name }
  const candidates: Column[] = []
  const labels: string[] = []
  for (const element of group.elements) {
    const isKey = name === element.keyField
    const own =
      isKey ||
      [...element.keys, ...element.metadata].some((f) => f.name === name) ||
      (name === 'region' && element.spatialFamily !== undefined) ||
      (name === 'timespan' && element.temporalFamily !== undefined)
    if (!own || element.kind === 'skypix') continue
    candidates.push(fieldColumn(element, name)!)
    labels.push(`${element.name}.${name}`)
  }
  if (isDatasetField(name))
    for (const datasetType of scope.datasetTypes) {
      candidates.push({ kind: 'dataset', datasetType, field: name })
      labels.push(`${datasetType}.${name}`)
    }
  if (candidates.length === 1) return candidates[0]!
  if (candidates.length > 1)
    throw new InvalidQueryError(
      `'${name}' could be ${labels
        .sort()
        .map((l) => `'${l}'`)
        .join(', ')}.`,
      {
        hint: 'Write which one.',
      },
    )
  throw unrecognized(name, scope)
}

const isDatasetField = (field: string): field is DatasetField =>
  (DATASET_FIELDS as readonly string[]).includes(field)

function unrecognized(name: string, scope: Scope): InvalidQueryError {
  const { group } = scope
  const known = [
    ...group.universe.elements.filter((e) => e.kind !== 'skypix').map((e) => e.name),
    ...group.elements.flatMap((e) => [...e.keys, ...e.metadata].map((f) => f.name)),
    ...group.elements.flatMap((e) => [...e.keys, ...e.metadata].map((f) => `${e.name}.${f.name}`)),
  ]
  const near = closest(name, known)
  const hint = /^(true|false)$/i.test(name)
    ? 'A flag stands alone: `exposure.can_see_sky`, `NOT exposure.can_see_sky`.'
    : near === undefined
      ? 'Text stands in single quotes; values can be given as binds (:name).'
      : `Did you mean '${near}'?`
  return new InvalidQueryError(`Unrecognized identifier '${name}'.`, { hint })
}

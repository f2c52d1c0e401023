import type { Region, SpherePoint } from '#geom'
import type { Instant, Timespan } from '#time'
import type { DimensionElement } from '../dimensions/element.ts'
import { fieldType } from '../dimensions/codec.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'

/** Fields that every joined dataset type has. */
export const DATASET_FIELDS = ['dataset_id', 'ingest_date', 'run', 'collection', 'timespan'] as const
export type DatasetField = (typeof DATASET_FIELDS)[number]

/** A column that an expression names. */
export type Column =
  | { readonly kind: 'dimension'; readonly dimension: string }
  | { readonly kind: 'field'; readonly element: string; readonly field: string }
  | { readonly kind: 'dataset'; readonly datasetType: string; readonly field: DatasetField }

export type ValueType =
  | 'int'
  | 'float'
  | 'string'
  | 'bool'
  | 'hash'
  | 'datetime'
  | 'timespan'
  | 'region'
  | 'uuid'
  | 'null'
  | 'sequence'

export type LiteralValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Instant
  | Timespan
  | Region
  | SpherePoint

/** A typed value in an expression. */
export type Term =
  | { readonly kind: 'column'; readonly column: Column; readonly type: ValueType }
  | {
      readonly kind: 'literal'
      readonly value: LiteralValue
      readonly type: ValueType
      readonly shown: string
    }
  | {
      readonly kind: 'bound'
      readonly of: Column
      readonly which: 'begin' | 'end'
      readonly type: 'datetime'
    }
  | {
      readonly kind: 'arithmetic'
      readonly operator: string
      readonly left: Term
      readonly right: Term
      readonly type: ValueType
    }
  | { readonly kind: 'negative'; readonly of: Term; readonly type: ValueType }
  | { readonly kind: 'sequence'; readonly items: readonly Term[]; readonly type: 'sequence' }

/** A checked condition. */
export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Term; readonly right: Term }
  | { readonly kind: 'is-null'; readonly of: Term }
  | {
      readonly kind: 'in-range'
      readonly of: Term
      readonly start: number
      readonly stop: number
      readonly step: number
    }
  | { readonly kind: 'flag'; readonly of: Term }
  | { readonly kind: 'glob'; readonly of: Term; readonly pattern: string }

export const columnLabel = (column: Column): string => {
  switch (column.kind) {
    case 'dimension':
      return column.dimension
    case 'field':
      return `${column.element}.${column.field}`
    case 'dataset':
      return `${column.datasetType}.${column.field}`
  }
}

export function columnType(universe: DimensionUniverse, column: Column): ValueType {
  switch (column.kind) {
    case 'dimension':
      return universe.get(column.dimension).keys[0]!.type
    case 'field':
      if (column.field === 'region' || column.field === 'timespan') return column.field
      return fieldType(universe, universe.get(column.element), column.field)
    case 'dataset':
      return DATASET_TYPES[column.field]
  }
}

const DATASET_TYPES: Readonly<Record<DatasetField, ValueType>> = {
  dataset_id: 'uuid',
  ingest_date: 'datetime',
  run: 'string',
  collection: 'string',
  timespan: 'timespan',
}

/** The column of an element's field: its key and other dimensions' are dimension columns. Undefined for no such field. */
export function fieldColumn(element: DimensionElement, field: string): Column | undefined {
  if (field === element.keyField && element.kind !== 'join')
    return { kind: 'dimension', dimension: element.name }
  if (element.required.includes(field) || element.directImplied.includes(field))
    return { kind: 'dimension', dimension: field }
  const own = [...element.keys, ...element.metadata].some((f) => f.name === field)
  const extra =
    (field === 'region' && element.spatialFamily !== undefined) ||
    (field === 'timespan' && element.temporalFamily !== undefined)
  return own || extra ? { kind: 'field', element: element.name, field } : undefined
}

export const isAlternateKey = (universe: DimensionUniverse, column: Column): boolean =>
  column.kind === 'field' &&
  universe
    .get(column.element)
    .keys.slice(1)
    .some((k) => k.name === column.field)

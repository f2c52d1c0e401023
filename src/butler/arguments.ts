import type { Timespan } from '#time'
import { COLLECTION_TYPES } from './collections/collection.ts'
import { DatasetRef } from './datasets/dataset-ref.ts'
import { DataCoordinate } from './dimensions/data-coordinate.ts'
import { found } from './found.ts'
import {
  FLAG,
  type Kind,
  kind,
  listOf,
  MANY_NAMES,
  MAP,
  NAME,
  NAME_LIST,
  oneOf,
  requireKind,
  TEXT,
  wrongKind,
} from './kinds.ts'

export const REFS = listOf(
  kind('a dataset reference', (value) => value instanceof DatasetRef),
  'a list of dataset references',
)
/** Of plain names and values, or a coordinate; nothing is an empty one. */
export const DATA_ID = kind(
  'an object of dimension names and values',
  (value) =>
    value === undefined ||
    value === null ||
    value instanceof DataCoordinate ||
    MAP.fault(value) === undefined,
)
export const DATA_IDS = listOf(DATA_ID, 'a list of data IDs')
export const COORDINATES = listOf(
  kind('a data ID', (value) => value instanceof DataCoordinate),
  'a list of expanded data IDs (DataCoordinate)',
)
const TIMESPAN = kind('a timespan', (value) =>
  Array.isArray((value as { nsec?: unknown } | null | undefined)?.nsec),
)
const LIMIT = kind(
  'a whole number of rows, or null for all',
  (value) => value === null || Number.isSafeInteger(value),
)
export const COLLECTION_TYPE = oneOf(COLLECTION_TYPES)
const COLLECTION_TYPE_LIST = listOf(COLLECTION_TYPE, `a list of ${COLLECTION_TYPES.join(', ')}`)

/** Kinds of the options that calls have in common. */
export const SEARCH_OPTIONS = { timespan: TIMESPAN } satisfies Kinds
/** What `resolveCollections` looks at. */
export const SEARCHED = ['collections']
export const READ_OPTIONS = { component: NAME, parameters: MAP, storageClass: NAME } satisfies Kinds
export const GET_OPTIONS = { ...SEARCH_OPTIONS, ...READ_OPTIONS } satisfies Kinds
export const QUERY_OPTIONS = {
  where: TEXT,
  bind: MAP,
  dataId: DATA_ID,
  orderBy: MANY_NAMES,
  limit: LIMIT,
  withDimensionRecords: FLAG,
  explain: FLAG,
} satisfies Kinds
export const DATASET_QUERY_OPTIONS = { ...QUERY_OPTIONS, findFirst: FLAG } satisfies Kinds
export const RESOLVE_OPTIONS = {
  types: COLLECTION_TYPE_LIST,
  flattenChains: FLAG,
  includeChains: FLAG,
} satisfies Kinds
export const INFO_OPTIONS = {
  ...RESOLVE_OPTIONS,
  includeParents: FLAG,
  includeSummary: FLAG,
  datasetTypes: NAME_LIST,
} satisfies Kinds
export const MAKE_OPTIONS = {
  run: NAME,
  idMode: oneOf(['UNIQUE', 'DATAID_TYPE', 'DATAID_TYPE_RUN']),
} satisfies Kinds

export const PRUNE_OPTIONS = {
  disassociate: FLAG,
  unstore: FLAG,
  purge: FLAG,
  tags: NAME_LIST,
} satisfies Kinds

type Kinds = Readonly<Record<string, Kind>>

/** The name of a dataset type that was given by name or whole. */
export function datasetTypeName(type: string | { readonly name: string }): string {
  const name: unknown =
    typeof type === 'string' ? type : (type as { name?: unknown } | null | undefined)?.name
  if (typeof name === 'string' && typeof type !== 'function') return name
  throw wrongKind(found(type), 'datasetType', 'the name of a dataset type or the type itself')
}

/** Dimension names, one or many. */
export function nameList(names: string | Iterable<string>, what: string): readonly string[] {
  requireKind(names, what, MANY_NAMES)
  return typeof names === 'string' ? [names] : [...names]
}

export const requireTimespan = (timespan: Timespan): void =>
  requireKind(
    timespan,
    'timespan',
    TIMESPAN,
    'Make one with Timespan.between(Instant.fromIso(…), Instant.fromIso(…)).',
  )

export const requireUuid = (id: string): void =>
  requireKind(id, 'id', UUID, 'A UUID has 32 hexadecimal digits: 019a1b2c-3d4e-7f01-8234-56789abcdef0.')

const UUID = kind(
  'the UUID of a dataset',
  (id) => typeof id === 'string' && /^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.test(id),
)

/** @param condition an expression, or an object with values */
export function requireCondition(condition: unknown): void {
  if (typeof condition === 'string' || DATA_ID.fault(condition ?? 0) === undefined) return
  throw wrongKind(
    found(condition),
    'condition',
    'an expression or an object of values',
    "Like \"instrument = 'HSC' AND visit > 5\" or { instrument: 'HSC', visit: 5 }.",
  )
}

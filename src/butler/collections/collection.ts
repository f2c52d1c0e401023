/** The four kinds of collection, by the anchor's names. */
export type CollectionType = 'RUN' | 'TAGGED' | 'CHAINED' | 'CALIBRATION'

/** The integers the registry stores. */
export const COLLECTION_TYPE_CODES = {
  RUN: 1,
  TAGGED: 2,
  CHAINED: 3,
  CALIBRATION: 4,
} as const satisfies Record<CollectionType, number>

export const COLLECTION_TYPES = Object.keys(COLLECTION_TYPE_CODES) as readonly CollectionType[]

export interface CollectionInfo {
  readonly name: string
  readonly type: CollectionType
  /** In search order; empty unless CHAINED. */
  readonly children: readonly string[]
  readonly doc: string
  /** Chains that hold it, when asked for. */
  readonly parents?: readonly string[]
  /** Dataset types that may be in it (a superset), when asked for. */
  readonly datasetTypes?: readonly string[]
}

/** A name, a glob (`*`, `?`, `[…]`), a list of those, or `'*'` for all. */
export type CollectionExpression = string | readonly string[]

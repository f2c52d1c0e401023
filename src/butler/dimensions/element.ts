export type ColumnType = 'string' | 'int' | 'float' | 'bool' | 'hash'

/** A key or metadata column of an element. */
export interface FieldSpec {
  readonly name: string
  readonly type: ColumnType
  /** Longest string, in characters. */
  readonly length?: number
  /** Size of a hash in bytes. */
  readonly nbytes?: number
  readonly nullable: boolean
  readonly doc: string
}

/** How rows of an element exist: `governor` and `table` in a table, `view` as distinct values of another's, `skypix` computed. */
export type ElementKind = 'governor' | 'table' | 'view' | 'skypix' | 'join'

/** A dimension or a join element of the universe. Names in `required`, `implied` are closed and in universe order. */
export interface DimensionElement {
  readonly name: string
  readonly kind: ElementKind
  readonly doc: string
  /** Position in the universe's canonical order. */
  readonly index: number
  /** Dimensions that are part of the row's key, the element itself last when it is a dimension. */
  readonly required: readonly string[]
  /** Dimensions that a row determines: its foreign keys that are not in the key. */
  readonly implied: readonly string[]
  /** Implied by this element itself, without what those imply in turn. */
  readonly directImplied: readonly string[]
  /** Name of the own key column (`id`, `name`); '' for join elements. */
  readonly keyField: string
  /** Own key first, then alternates. */
  readonly keys: readonly FieldSpec[]
  readonly metadata: readonly FieldSpec[]
  readonly spatialFamily: string | undefined
  readonly temporalFamily: string | undefined
  readonly governor: string | undefined
  /** For `view`: the element whose column holds the values. */
  readonly viewOf: string | undefined
  readonly populatedBy: string | undefined
  readonly alwaysJoin: boolean
  /** True when rows relate other dimensions, so that a query must join the table even if it wants none of its fields. */
  readonly definesRelationships: boolean
  /** For `skypix`: system name and level. */
  readonly skypix: { readonly system: string; readonly level: number } | undefined
}

/** Columns of a record in order, without region and timespan: required, own key, implied, alternates, metadata. */
export function recordFields(element: DimensionElement): readonly string[] {
  const foreign = element.required.filter((d) => d !== element.name)
  const own = element.keyField === '' ? [] : [element.keyField]
  const alternates = element.keys.slice(1).map((k) => k.name)
  return [...foreign, ...own, ...element.directImplied, ...alternates, ...element.metadata.map((m) => m.name)]
}

export const hasTable = (element: DimensionElement): boolean =>
  element.kind === 'governor' || element.kind === 'table' || element.kind === 'join'

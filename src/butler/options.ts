import type { Timespan } from '#time'
import type { CollectionExpression } from './collections/collection.ts'
import type { DataCoordinate } from './dimensions/data-coordinate.ts'
import type { DataId } from './dimensions/data-id.ts'
import type { BindValue } from './expression/bind.ts'

/**
 * What callers give as data ID: dimension values, or alternates (`detector: '0_50'`), or record fields (`'exposure.seq_num'`,
 * `seq_num`) that pick one record.
 */
export type DataIdInput = DataId | DataCoordinate

export interface OpenOptions {
  /** Collections searched by default, in order. */
  readonly collections?: CollectionExpression
  /** Run that `put` writes to; makes the butler writeable, and is the default collection when there are none. */
  readonly run?: string
  readonly writeable?: boolean
  /** Default governor values, e.g. `{ instrument: 'HSC' }`. */
  readonly dataId?: DataId
  /** Take a governor's default from the default collections when they hold one value only; true by default. */
  readonly inferDefaults?: boolean
}

export interface SearchOptions {
  readonly collections?: CollectionExpression
  /** Instant or span that a calibration must cover. */
  readonly timespan?: Timespan
}

export interface GetOptions extends SearchOptions {
  /** As in `calexp.wcs`, given apart. */
  readonly component?: string
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Hand the dataset back as this storage class. */
  readonly storageClass?: string
}

export interface PutOptions {
  readonly run?: string
}

export interface QueryOptions {
  /** Expression in the anchor's language: `instrument = 'HSC' AND visit > 903330`. */
  readonly where?: string
  readonly bind?: Readonly<Record<string, BindValue>>
  /** Values that rows must have. */
  readonly dataId?: DataIdInput
  readonly orderBy?: string | readonly string[]
  /** At most so many; negative: as positive, with a warning in the log when there were more. Default −20000, null for all. */
  readonly limit?: number | null
  readonly withDimensionRecords?: boolean
  /** Throw EmptyQueryResultError with the reasons when nothing is found; the default. */
  readonly explain?: boolean
}

export interface DatasetQueryOptions extends QueryOptions {
  readonly collections?: CollectionExpression
  /** One dataset per data ID: that of the first collection that has it. The default. */
  readonly findFirst?: boolean
}

export interface AllDatasetsQueryOptions extends DatasetQueryOptions {
  /** Dataset types: names or globs; all by default. */
  readonly name?: string | readonly string[]
}

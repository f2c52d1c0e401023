import type {
  Butler,
  CollectionExpression,
  DataCoordinate,
  DataIdInput,
  DatasetKey,
  DatasetQueryOptions,
  DatasetRef,
  DatasetType,
  DeferredDataset,
  DimensionRecord,
  GetOptions,
  PutOptions,
  QueryOptions,
  SearchOptions,
} from '#butler'
import type { CollectionName, DatasetTypes, DimensionFields } from './data.ts'

type Known = keyof DatasetTypes & string
interface Entry {
  readonly value: unknown
  readonly id: object
  readonly isPart: boolean
}
type EntryOf<K> = K extends Known ? (DatasetTypes[K] extends Entry ? DatasetTypes[K] : never) : never
type Whole = { [K in Known]: EntryOf<K>['isPart'] extends true ? never : K }[Known]

/** A dataset-type name of the repository (with `.part` for a part), any other name, a dataset type, or a ref. */
export type Key = Known | (string & {}) | DatasetType | DatasetRef
declare const HOLDS: unique symbol
/** A ref that knows what its dataset holds. */
export type RefOf<K> = DatasetRef & { readonly [HOLDS]?: ValueOf<K> }
/** What `get` gives for a key; `unknown` where the registry does not tell. */
export type ValueOf<K> = K extends Known
  ? EntryOf<K>['value']
  : K extends { readonly [HOLDS]?: infer V }
    ? V
    : unknown
/** Data IDs of a key: with the keys and values that the repository knows. */
export type IdOf<K> = K extends Known ? EntryOf<K>['id'] | DataCoordinate : DataIdInput
/** A dimension record's fields, where the element is known. */
export type RecordOf<E> = E extends keyof DimensionFields
  ? DimensionRecord & { readonly fields: DimensionFields[E] }
  : DimensionRecord

/** One collection, several in order, or wildcards. */
export type Collections = CollectionName | readonly CollectionName[] | CollectionExpression

type Searched<O> = Omit<O, 'collections'> & { readonly collections?: Collections }
type Refined =
  | 'get'
  | 'getDeferred'
  | 'put'
  | 'findDataset'
  | 'exists'
  | 'getUri'
  | 'queryDatasets'
  | 'queryDimensionRecords'

/**
 * The session's butler: a Butler that knows its repository's names. `get('calexp', …)` is a Promise<Exposure>, `'calexp.wcs'` a SkyWcs;
 * names that the registry does not have are found out at run time.
 */
export interface TypedButler extends Omit<Butler, Refined> {
  /**
   * Read a dataset, or with `type.part` a part of it; the data ID's keys and values are those of the repository.
   * `get<Exposure>(name, …)` says what a name holds that is known at run time only.
   */
  get<K extends Key | object>(
    key: K extends Key ? K : DatasetKey,
    dataId?: IdOf<K>,
    options?: Searched<GetOptions>,
  ): Promise<K extends Key ? ValueOf<K> : K>
  /** Find a dataset now, read it later. */
  getDeferred<K extends Key>(
    key: K,
    dataId?: IdOf<K>,
    options?: Searched<SearchOptions>,
  ): Promise<DeferredDataset<ValueOf<K>>>
  /** Write a value as a dataset of the run; the file and its rows are there both or not at all. */
  put<K extends Whole | (string & {}) | DatasetType | DatasetRef>(
    value: ValueOf<K>,
    key: K,
    dataId?: IdOf<K>,
    options?: PutOptions,
  ): Promise<RefOf<K>>
  /** The first dataset of the collections with this data ID; undefined when there is none. */
  findDataset<K extends Whole | (string & {}) | DatasetType>(
    type: K,
    dataId?: IdOf<K>,
    options?: Searched<SearchOptions> & { readonly withDimensionRecords?: boolean },
  ): Promise<RefOf<K> | undefined>
  exists<K extends Key>(
    key: K,
    dataId?: IdOf<K>,
    options?: Searched<SearchOptions> & { readonly fullCheck?: boolean },
  ): Promise<boolean>
  /** `file:///…` of the stored file. */
  getUri<K extends Key>(
    key: K,
    dataId?: IdOf<K>,
    options?: Searched<SearchOptions> & { readonly predict?: boolean; readonly run?: string },
  ): Promise<string>
  /** Refs of a type's datasets; `where` is an expression such as `visit > 903330 AND band = 'r'`. */
  queryDatasets<K extends Whole | (string & {}) | DatasetType>(
    type: K,
    options?: Searched<Omit<DatasetQueryOptions, 'dataId'>> & { readonly dataId?: IdOf<K> },
  ): Promise<readonly RefOf<K>[]>
  /** Records of a dimension: visits, detectors, patches … */
  queryDimensionRecords<E extends (keyof DimensionFields & string) | (string & {})>(
    element: E,
    options?: QueryOptions,
  ): Promise<readonly RecordOf<E>[]>
}

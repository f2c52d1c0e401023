import type { CollectionInfo, CollectionExpression, CollectionType } from './collections/collection.ts'
import type { DatasetRef } from './datasets/dataset-ref.ts'
import type { DatasetType, DatasetTypeSpec } from './datasets/dataset-type.ts'
import type { FileDataset, TransferMode } from './datastore/file-dataset.ts'
import type { DataCoordinate } from './dimensions/data-coordinate.ts'
import type { DataId } from './dimensions/data-id.ts'
import type { DimensionRecord, RecordValue } from './dimensions/record.ts'
import type { DimensionUniverse } from './dimensions/universe.ts'
import type { Region } from '#geom'
import type { Timespan } from '#time'
import type {
  AllDatasetsQueryOptions,
  DataIdInput,
  DatasetQueryOptions,
  GetOptions,
  OpenOptions,
  PutOptions,
  QueryOptions,
  SearchOptions,
} from './options.ts'

const soon = (): never => {
  throw new Error('being written')
}

/** A row to insert: fields by name, plus `region` and `timespan`. */
export type RecordInput = Readonly<Record<string, RecordValue | Region | Timespan | undefined>>

/** Rows of registry tables: dataset types, dimension records, associations. */
export interface Registry {
  registerDatasetType(type: DatasetTypeSpec): Promise<boolean>
  removeDatasetType(nameOrGlob: string): Promise<void>
  /** All, or those that match names or globs; sorted by name. */
  queryDatasetTypes(expression?: string | readonly string[]): Promise<readonly DatasetType[]>
  insertDimensionData(
    element: string,
    rows: readonly RecordInput[],
    options?: { readonly replace?: boolean; readonly skipExisting?: boolean },
  ): Promise<void>
  /** True: inserted. False: the same row is there. With `update`, the old values of the fields that changed. */
  syncDimensionData(
    element: string,
    row: RecordInput,
    options?: { readonly update?: boolean },
  ): Promise<boolean | Readonly<Record<string, RecordValue>>>
  expandDataId(
    dataId: DataIdInput,
    options?: { readonly dimensions?: readonly string[] },
  ): Promise<DataCoordinate>
  associate(collection: string, refs: readonly DatasetRef[]): Promise<void>
  disassociate(collection: string, refs: readonly DatasetRef[]): Promise<void>
  certify(collection: string, refs: readonly DatasetRef[], timespan: Timespan): Promise<void>
  decertify(
    collection: string,
    datasetType: string,
    timespan: Timespan,
    options?: { readonly dataIds?: readonly DataIdInput[] },
  ): Promise<void>
  /** Rows without files. Ids are version 7, or version 5 from the data ID. */
  insertDatasets(
    type: string,
    dataIds: readonly DataIdInput[],
    options?: { readonly run?: string; readonly idMode?: IdMode },
  ): Promise<readonly DatasetRef[]>
  /** Refs for `ingest`, without writing anything. */
  makeRefs(
    type: string,
    dataIds: readonly DataIdInput[],
    options?: { readonly run?: string; readonly idMode?: IdMode },
  ): Promise<readonly DatasetRef[]>
  refresh(): void
}

/** How dataset ids are made: random version 7, or version 5 from type and data ID, or also from the run. */
export type IdMode = 'UNIQUE' | 'DATAID_TYPE' | 'DATAID_TYPE_RUN'

export interface Collections {
  readonly defaults: readonly string[]
  register(name: string, type?: CollectionType, doc?: string): Promise<boolean>
  query(
    expression: CollectionExpression,
    options?: {
      readonly types?: readonly CollectionType[]
      readonly flattenChains?: boolean
      readonly includeChains?: boolean
    },
  ): Promise<readonly string[]>
  queryInfo(
    expression: CollectionExpression,
    options?: {
      readonly types?: readonly CollectionType[]
      readonly flattenChains?: boolean
      readonly includeChains?: boolean
      readonly includeParents?: boolean
      readonly includeSummary?: boolean
      readonly datasetTypes?: readonly string[]
    },
  ): Promise<readonly CollectionInfo[]>
  getInfo(name: string): Promise<CollectionInfo>
  setDoc(name: string, doc: string | undefined): Promise<void>
  prependChain(parent: string, children: string | readonly string[]): Promise<void>
  extendChain(parent: string, children: string | readonly string[]): Promise<void>
  redefineChain(parent: string, children: string | readonly string[]): Promise<void>
  removeFromChain(parent: string, children: string | readonly string[]): Promise<void>
  /** Remove a TAGGED, CALIBRATION, CHAINED or empty RUN collection. */
  remove(name: string): Promise<void>
}

export interface DeferredDataset<T = unknown> {
  readonly ref: DatasetRef
  readonly dataId: DataId
  get(options?: Pick<GetOptions, 'component' | 'parameters' | 'storageClass'>): Promise<T>
}

/** The data butler: finds, reads and writes datasets by type and data ID, in collections. */
export interface Butler {
  readonly root: string
  readonly dimensions: DimensionUniverse
  readonly registry: Registry
  readonly collections: Collections
  readonly run: string | undefined
  readonly isWriteable: boolean
  get<T = unknown>(
    type: string | DatasetType | DatasetRef,
    dataId?: DataIdInput,
    options?: GetOptions,
  ): Promise<T>
  getDeferred<T = unknown>(
    type: string | DatasetType | DatasetRef,
    dataId?: DataIdInput,
    options?: SearchOptions,
  ): Promise<DeferredDataset<T>>
  put(
    value: unknown,
    type: string | DatasetType | DatasetRef,
    dataId?: DataIdInput,
    options?: PutOptions,
  ): Promise<DatasetRef>
  findDataset(
    type: string | DatasetType,
    dataId?: DataIdInput,
    options?: SearchOptions & { readonly withDimensionRecords?: boolean },
  ): Promise<DatasetRef | undefined>
  getDataset(id: string): Promise<DatasetRef | undefined>
  getDatasetType(name: string): Promise<DatasetType>
  queryDatasets(type: string | DatasetType, options?: DatasetQueryOptions): Promise<readonly DatasetRef[]>
  queryAllDatasets(options?: AllDatasetsQueryOptions): Promise<readonly DatasetRef[]>
  queryDataIds(
    dimensions: string | readonly string[],
    options?: QueryOptions,
  ): Promise<readonly DataCoordinate[]>
  queryDimensionRecords(element: string, options?: QueryOptions): Promise<readonly DimensionRecord[]>
  /** True when the datastore has a record and, unless `fullCheck` is false, the file is there. */
  exists(
    type: string | DatasetType | DatasetRef,
    dataId?: DataIdInput,
    options?: SearchOptions & { readonly fullCheck?: boolean },
  ): Promise<boolean>
  /** `file:///…` of the stored file; with `predict`, where it would be. */
  getUri(
    type: string | DatasetType | DatasetRef,
    dataId?: DataIdInput,
    options?: SearchOptions & { readonly predict?: boolean; readonly run?: string },
  ): Promise<string>
  ingest(
    files: readonly FileDataset[],
    options?: { readonly transfer?: TransferMode | undefined; readonly skipExisting?: boolean },
  ): Promise<void>
  pruneDatasets(
    refs: readonly DatasetRef[],
    options?: {
      readonly disassociate?: boolean
      readonly unstore?: boolean
      readonly tags?: readonly string[]
      readonly purge?: boolean
    },
  ): Promise<void>
  removeRuns(
    names: string | readonly string[],
    options?: { readonly unlinkFromChains?: boolean },
  ): Promise<void>
  /** All or nothing: an error in `work` takes back rows and files. Work on the given butler joins it. */
  transaction<T>(work: (butler: Butler) => Promise<T>): Promise<T>
  clone(options: Pick<OpenOptions, 'collections' | 'run' | 'dataId' | 'inferDefaults'>): Promise<Butler>
  close(): Promise<void>
}

export const openButler = soon

import { INSPECT } from '#core'
import {
  datasetTypeName,
  DATASET_QUERY_OPTIONS,
  GET_OPTIONS,
  PRUNE_OPTIONS,
  QUERY_OPTIONS,
  READ_OPTIONS,
  REFS,
  requireUuid,
  SEARCH_OPTIONS,
  SEARCHED,
} from './arguments.ts'
import { Collections } from './collections/api.ts'
import { expressionList, hasWildcard, resolveCollections } from './collections/resolve.ts'
import { DatasetRef } from './datasets/dataset-ref.ts'
import { type DatasetType, splitComponent } from './datasets/dataset-type.ts'
import type { FileDataset, FileIntake } from './datastore/file-dataset.ts'
import { DataCoordinate } from './dimensions/data-coordinate.ts'
import type { DataId, DataIdValue } from './dimensions/data-id.ts'
import { expandDataId, fillImplied } from './dimensions/expand.ts'
import type { DimensionRecord } from './dimensions/record.ts'
import type { DimensionUniverse } from './dimensions/universe.ts'
import { DatasetTypeNotSupportedError, MissingDatasetTypeError } from './errors.ts'
import { findForGet } from './find-for-get.ts'
import { ingestDatasets } from './ingest.ts'
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
import { type PruneOptions, pruneDatasets, removeRuns } from './prune.ts'
import { runQuery } from './query/convenience.ts'
import { queryAllDatasets } from './query/all-datasets.ts'
import { Query, type QueryResults } from './query/query.ts'
import { type DatasetExistence, existenceOf } from './datastore/existence.ts'
import { Registry, type RegistryDefaults } from './registry/registry.ts'
import { FLAG, MAP, NAME, NAMES, PLACE, requireKind, requireKinds, requireOptions, WORK } from './kinds.ts'
import { DatasetFinder } from './registry/find.ts'
import type { ButlerEnvironment } from './repository/environment.ts'
import { inferDataId } from './repository/defaults.ts'
import { Repository } from './repository/repository.ts'
import { partOf } from './storage/parts.ts'
import { storageClass, targetClass } from './storage/storage-class.ts'

/** A dataset by type and data ID, or by a ref. */
export type DatasetKey = string | DatasetType | DatasetRef

/** A dataset that is read when asked for. */
export interface DeferredDataset<T = unknown> {
  readonly ref: DatasetRef
  readonly dataId: DataId
  get(options?: Pick<GetOptions, 'component' | 'parameters' | 'storageClass'>): Promise<T>
}

/** The data butler: finds, reads and writes datasets by type and data ID, in collections. */
export class Butler {
  readonly collections: Collections
  readonly registry: Registry
  readonly run: string | undefined
  /** The open repository under this butler; for modules of the butler and for tests. */
  readonly repository: Repository
  private readonly defaults: RegistryDefaults
  /** The default data ID without what its collections imply. */
  private readonly given: OpenOptions['dataId']
  private readonly finder: DatasetFinder

  private constructor(repository: Repository, defaults: RegistryDefaults, given: OpenOptions['dataId']) {
    this.repository = repository
    this.defaults = defaults
    this.given = given
    this.run = defaults.run
    this.finder = new DatasetFinder(repository, defaults)
    this.collections = new Collections(repository, defaults.collections)
    this.registry = new Registry(repository, defaults)
  }

  /** Open a repository folder (or its butler.yaml). Throws `butler/not-a-repository`, `butler/incompatible-version` … */
  static async open(
    environment: ButlerEnvironment,
    root: string,
    options: OpenOptions = {},
  ): Promise<Butler> {
    requireKind(root, 'root', PLACE)
    requireKinds(options, { writeable: FLAG })
    const writeable = options.writeable ?? options.run !== undefined
    const repository = await Repository.open(environment, root, writeable)
    try {
      return await Butler.over(repository, options)
    } catch (error) {
      await repository.close()
      throw error
    }
  }

  private static async over(repository: Repository, options: OpenOptions): Promise<Butler> {
    requireKinds(options, { run: NAME, dataId: MAP, inferDefaults: FLAG })
    const { run } = options
    if (run !== undefined && repository.writeable) await new Collections(repository, []).register(run, 'RUN')
    const collections = expressionList(options.collections ?? (run === undefined ? [] : [run]))
    const names = hasWildcard(collections)
      ? (await resolveCollections(repository.collections, collections)).map((c) => c.name)
      : collections
    for (const name of names) await repository.collections.get(name)
    const inferred = options.inferDefaults === false ? {} : await inferDataId(repository, names)
    const dataId = { ...inferred, ...options.dataId }
    return new Butler(repository, { collections: names, run, dataId }, options.dataId)
  }

  get root(): string {
    return this.repository.config.root
  }

  get dimensions(): DimensionUniverse {
    return this.repository.universe
  }

  get isWriteable(): boolean {
    return this.repository.writeable
  }

  /** The same repository with other defaults. */
  async clone(
    options: Pick<OpenOptions, 'collections' | 'run' | 'dataId' | 'inferDefaults'>,
  ): Promise<Butler> {
    requireOptions(options, {}, ['collections', 'run', 'dataId', 'inferDefaults'])
    return Butler.over(this.repository, {
      collections: this.defaults.collections,
      ...(this.run !== undefined && { run: this.run }),
      ...(this.given !== undefined && { dataId: this.given }),
      ...options,
    })
  }

  close(): Promise<void> {
    return this.repository.close()
  }

  async get<T = unknown>(key: DatasetKey, dataId?: DataIdInput, options: GetOptions = {}): Promise<T> {
    requireOptions(options, GET_OPTIONS, SEARCHED)
    const { ref, component } = await findForGet(this, this.finder, key, dataId, options)
    return (await this.repository.datastore.get(ref, {
      component: options.component ?? component,
      parameters: options.parameters,
      storageClass: options.storageClass,
    })) as T
  }

  async getDeferred<T = unknown>(
    key: DatasetKey,
    dataId?: DataIdInput,
    options: SearchOptions = {},
  ): Promise<DeferredDataset<T>> {
    requireOptions(options, SEARCH_OPTIONS, SEARCHED)
    const { ref, component } = await findForGet(this, this.finder, key, dataId, options)
    const { datastore } = this.repository
    return {
      ref,
      dataId: ref.dataId,
      get: async (read = {}) => {
        requireOptions(read, READ_OPTIONS)
        return (await datastore.get(ref, { component, ...read })) as T
      },
    }
  }

  /** The first dataset of the collections with this data ID; undefined when there is none. */
  async findDataset(
    type: string | DatasetType,
    dataId?: DataIdInput,
    options: SearchOptions & { readonly withDimensionRecords?: boolean } = {},
  ): Promise<DatasetRef | undefined> {
    requireOptions(options, { ...SEARCH_OPTIONS, withDimensionRecords: FLAG }, SEARCHED)
    await this.repository.catchUp()
    const { record, component } = await this.finder.typeOf(type)
    const found = await this.finder.find(record, dataId, options)
    if (found === undefined) return undefined
    const { records } = this.repository
    const named = component === undefined ? record.type : partOf(record.type, component)
    const expanded =
      options.withDimensionRecords === true
        ? await expandDataId(records, record.type.dimensions, found.dataId)
        : await fillImplied(records, found.coordinate)
    return new DatasetRef(named, expanded, found.run, found.id)
  }

  /** The dataset with this UUID, wherever it is. */
  async getDataset(
    id: string,
    options: { readonly withDimensionRecords?: boolean } = {},
  ): Promise<DatasetRef | undefined> {
    requireUuid(id)
    requireOptions(options, { withDimensionRecords: FLAG })
    await this.repository.catchUp()
    const { datasets, types, collections, records } = this.repository
    const row = await datasets.byId(id)
    if (row === undefined) return undefined
    const record = await types.byId(row.typeId)
    const key = await datasets.dataIdOf(record, id, row.runId)
    const values: Record<string, DataIdValue> = {}
    for (const [i, d] of record.type.dimensions.required.entries()) values[d] = key![i] as DataIdValue
    const { dimensions } = record.type
    const coordinate =
      options.withDimensionRecords === true
        ? await expandDataId(records, dimensions, values)
        : new DataCoordinate(dimensions, values, dimensions.implied.length === 0)
    return new DatasetRef(record.type, coordinate, await collections.nameOf(row.runId), id.toLowerCase())
  }

  async getDatasetType(name: string): Promise<DatasetType> {
    await this.repository.catchUp()
    const { record, component } = await this.finder.typeOf(name)
    return component === undefined ? record.type : partOf(record.type, component)
  }

  async exists(
    key: DatasetKey,
    dataId?: DataIdInput,
    options: SearchOptions & { readonly fullCheck?: boolean } = {},
  ): Promise<boolean> {
    return (await this.existence(key, dataId, options)).exists
  }

  async existence(
    key: DatasetKey,
    dataId?: DataIdInput,
    options: SearchOptions & { readonly fullCheck?: boolean } = {},
  ): Promise<DatasetExistence> {
    requireOptions(options, { ...SEARCH_OPTIONS, fullCheck: FLAG }, SEARCHED)
    const { fullCheck, ...search } = options
    const ref =
      key instanceof DatasetRef
        ? await this.getDataset(key.id)
        : await this.findDataset(key, dataId, search).catch(ignoreMissingType)
    return existenceOf(this.repository.datastore, ref, fullCheck !== false)
  }

  /** `file:///…` of the stored file; with `predict`, where it would be written, ending in `#predicted`. */
  async getUri(
    key: DatasetKey,
    dataId?: DataIdInput,
    options: SearchOptions & { readonly predict?: boolean; readonly run?: string } = {},
  ): Promise<string> {
    requireOptions(options, { ...SEARCH_OPTIONS, predict: FLAG, run: NAME }, SEARCHED)
    const { predict, run, ...search } = options
    const { datastore } = this.repository
    if (predict === true) {
      if (!(key instanceof DatasetRef))
        return this.finder.predictUri(key, dataId, await this.findDataset(key, dataId, search), run)
      if (!(await this.finder.isStored(key))) return this.finder.predictUriOf(key)
    }
    const { ref, component } = await findForGet(this, this.finder, key, dataId, search)
    return datastore.uri(ref, component)
  }

  /** Write a value as a new dataset of the run; the file and its rows are there both or not at all. */
  async put(
    value: unknown,
    key: DatasetKey,
    dataId?: DataIdInput,
    options: PutOptions = {},
  ): Promise<DatasetRef> {
    requireOptions(options, { run: NAME })
    const name = key instanceof DatasetRef ? key.datasetType.name : datasetTypeName(key)
    const [whole, component] = splitComponent(name)
    if (component !== undefined) {
      // Throws for a component that does not exist.
      targetClass((await this.getDatasetType(whole)).storageClass, component, undefined)
      throw new DatasetTypeNotSupportedError(
        `'${name}' is a part of a dataset; only whole datasets can be put.`,
      )
    }
    return this.repository.write('put a dataset', async (undo) => {
      const ref =
        key instanceof DatasetRef
          ? await this.finder.refToPut(key)
          : await this.finder.newRef(name, dataId, options.run)
      await this.registry.insertRefs([ref])
      await this.repository.datastore.put(value, ref, undo)
      return ref
    })
  }

  /** Take existing files into the repository as datasets. */
  ingest(
    files: readonly FileDataset[],
    options: FileIntake & { readonly skipExisting?: boolean } = {},
  ): Promise<void> {
    const { repository, registry, finder } = this
    return ingestDatasets({ repository, registry, finder }, files, options)
  }

  /** Take datasets out of tags, delete their files (`unstore`), or forget them whole (`purge`). */
  async pruneDatasets(refs: readonly DatasetRef[], options: PruneOptions = {}): Promise<void> {
    requireKind(refs, 'refs', REFS)
    requireOptions(options, PRUNE_OPTIONS)
    return pruneDatasets(this.repository, refs, options)
  }

  /** Delete runs with everything in them. */
  async removeRuns(
    names: string | readonly string[],
    options: { readonly unlinkFromChains?: boolean } = {},
  ): Promise<void> {
    requireKind(names, 'names', NAMES)
    requireOptions(options, { unlinkFromChains: FLAG })
    return removeRuns(
      this.repository,
      typeof names === 'string' ? [names] : names,
      options.unlinkFromChains === true,
    )
  }

  /** All or nothing: an error in `work` takes back rows and files. What others do with this butler meanwhile waits for its end. */
  async transaction<T>(work: (butler: Butler) => Promise<T>): Promise<T> {
    requireKind(work, 'work', WORK)
    return this.repository.session(() => work(this))
  }

  /** A query to be put together step by step. */
  query(): Query {
    return new Query({
      engine: this.repository.engine,
      types: this.repository.types,
      defaultCollections: this.defaults.collections,
      defaultDataId: this.defaults.dataId,
    })
  }

  async queryDataIds(
    dimensions: string | readonly string[],
    options: QueryOptions = {},
  ): Promise<readonly DataCoordinate[]> {
    requireOptions(options, QUERY_OPTIONS)
    await this.repository.catchUp()
    const results = this.query().dataIds(dimensions)
    return this.finish(results, options, 'data IDs')
  }

  async queryDimensionRecords(
    element: string,
    options: QueryOptions = {},
  ): Promise<readonly DimensionRecord[]> {
    requireKind(element, 'element', NAME)
    requireOptions(options, QUERY_OPTIONS)
    await this.repository.catchUp()
    return this.finish(this.query().dimensionRecords(element), options, 'dimension records')
  }

  async queryDatasets(
    type: string | DatasetType,
    options: DatasetQueryOptions = {},
  ): Promise<readonly DatasetRef[]> {
    requireOptions(options, DATASET_QUERY_OPTIONS, SEARCHED)
    await this.repository.catchUp()
    const results = await this.query().datasets(type, options.collections, {
      findFirst: options.findFirst ?? true,
    })
    return this.finish(results, options, 'datasets')
  }

  /** Datasets of all types (or of those named) in the collections, type by type. */
  async queryAllDatasets(options: AllDatasetsQueryOptions = {}): Promise<readonly DatasetRef[]> {
    requireOptions(options, { ...DATASET_QUERY_OPTIONS, name: NAMES }, SEARCHED)
    await this.repository.catchUp()
    return queryAllDatasets(this, options, this.defaults.collections)
  }

  private finish<T>(results: QueryResults<T>, options: QueryOptions, what: string): Promise<readonly T[]> {
    return runQuery(results, options, what, this.repository.log)
  }

  toString(): string {
    return `Butler(${this.root})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

/** What has no type does not exist. */
function ignoreMissingType(error: unknown): undefined {
  if (!(error instanceof MissingDatasetTypeError)) throw error
}

import { unreachable } from '#core'
import { Timespan } from '#time'
import { Collections } from './collections/api.ts'
import type { CollectionExpression } from './collections/collection.ts'
import { expressionList, hasWildcard, resolveCollections } from './collections/resolve.ts'
import { DatasetRef } from './datasets/dataset-ref.ts'
import { type DatasetType, splitComponent } from './datasets/dataset-type.ts'
import { idMaker } from './datasets/ids.ts'
import type { DatasetTypeRecord } from './datasets/type-store.ts'
import type { FileDataset, TransferMode } from './datastore/file-dataset.ts'
import { ingestFiles } from './datastore/ingest.ts'
import { fileUri } from './datastore/uri.ts'
import { DataCoordinate, formatDataId } from './dimensions/data-coordinate.ts'
import type { DataId, DataIdValue } from './dimensions/data-id.ts'
import { expandDataId, fillImplied } from './dimensions/expand.ts'
import type { DimensionRecord } from './dimensions/record.ts'
import { type StandardDataId, standardizeDataId } from './dimensions/standardize.ts'
import type { DimensionUniverse } from './dimensions/universe.ts'
import {
  CollectionTypeError,
  DatasetNotFoundError,
  DatasetTypeNotSupportedError,
  EmptyQueryResultError,
  MissingDatasetTypeError,
  NoDefaultCollectionError,
  UnknownComponentError,
} from './errors.ts'
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
import { Query, type QueryResults } from './query/query.ts'
import { Registry } from './registry/registry.ts'
import type { ButlerEnvironment } from './repository/environment.ts'
import { inferDataId } from './repository/defaults.ts'
import { Repository } from './repository/repository.ts'
import { componentClass, storageClass } from './storage/storage-class.ts'

/** A dataset by type and data ID, or by a ref. */
export type DatasetKey = string | DatasetType | DatasetRef

/** What is known of a dataset's existence, as the anchor's flags: recorded 1, in the datastore 2, file seen 4, not looked 8. */
export interface DatasetExistence {
  readonly recorded: boolean
  readonly inDatastore: boolean
  readonly fileSeen: boolean
  /** The file was not looked for. */
  readonly assumed: boolean
  /** Stored, as far as was looked. */
  readonly exists: boolean
}

/** A dataset that is read when asked for. */
export interface DeferredDataset<T = unknown> {
  readonly ref: DatasetRef
  readonly dataId: DataId
  get(options?: Pick<GetOptions, 'component' | 'parameters' | 'storageClass'>): Promise<T>
}

/** Most rows of a query unless a limit is given; more are cut with a warning. */
const DEFAULT_LIMIT = -20_000

interface ButlerDefaults {
  readonly collections: readonly string[]
  readonly run: string | undefined
  readonly dataId: DataId
}

/** The data butler: finds, reads and writes datasets by type and data ID, in collections. */
export class Butler {
  readonly collections: Collections
  readonly registry: Registry
  readonly run: string | undefined
  /** The open repository under this butler; for modules of the butler and for tests. */
  readonly repository: Repository
  private readonly defaults: ButlerDefaults

  private constructor(repository: Repository, defaults: ButlerDefaults) {
    this.repository = repository
    this.defaults = defaults
    this.run = defaults.run
    this.collections = new Collections(repository, defaults.collections)
    this.registry = new Registry(repository, defaults)
  }

  /** Open a repository folder (or its butler.yaml). Throws `butler/not-a-repository`, `butler/incompatible-version` … */
  static async open(
    environment: ButlerEnvironment,
    root: string,
    options: OpenOptions = {},
  ): Promise<Butler> {
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
    const { run } = options
    if (run !== undefined && repository.writeable) await new Collections(repository, []).register(run, 'RUN')
    const collections = expressionList(options.collections ?? (run === undefined ? [] : [run]))
    const names = hasWildcard(collections)
      ? (await resolveCollections(repository.collections, collections)).map((c) => c.name)
      : collections
    for (const name of names) await repository.collections.get(name)
    const inferred = options.inferDefaults === false ? {} : await inferDataId(repository, names)
    return new Butler(repository, { collections: names, run, dataId: { ...inferred, ...options.dataId } })
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
  clone(options: Pick<OpenOptions, 'collections' | 'run' | 'dataId' | 'inferDefaults'>): Promise<Butler> {
    return Butler.over(this.repository, {
      collections: this.defaults.collections,
      ...(this.run !== undefined && { run: this.run }),
      ...options,
    })
  }

  close(): Promise<void> {
    return this.repository.close()
  }

  async get<T = unknown>(key: DatasetKey, dataId?: DataIdInput, options: GetOptions = {}): Promise<T> {
    const { ref, component } = await this.findForGet(key, dataId, options)
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
    const { ref, component } = await this.findForGet(key, dataId, options)
    const { datastore } = this.repository
    return {
      ref,
      dataId: ref.dataId,
      get: async (read = {}) => (await datastore.get(ref, { component, ...read })) as T,
    }
  }

  /** The first dataset of the collections with this data ID; undefined when there is none. */
  async findDataset(
    type: string | DatasetType,
    dataId?: DataIdInput,
    options: SearchOptions & { readonly withDimensionRecords?: boolean } = {},
  ): Promise<DatasetRef | undefined> {
    await this.repository.catchUp()
    const { record } = await this.typeOf(type)
    const found = await this.search(record, dataId, options.collections, options.timespan)
    if (found === undefined) return undefined
    const { records } = this.repository
    const expanded =
      options.withDimensionRecords === true
        ? await expandDataId(records, record.type.dimensions, found.dataId)
        : await fillImplied(records, found.coordinate)
    return new DatasetRef(found.datasetType, expanded, found.run, found.id)
  }

  /** The dataset with this UUID, wherever it is. */
  async getDataset(
    id: string,
    options: { readonly withDimensionRecords?: boolean } = {},
  ): Promise<DatasetRef | undefined> {
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
    const { record, component } = await this.typeOf(name)
    if (component === undefined) return record.type
    const part = componentClass(storageClass(record.type.storageClass), component)
    if (part === undefined) throw unknownComponent(record.type, component)
    return { ...record.type, name, storageClass: part }
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
    const nothing = { recorded: false, inDatastore: false, fileSeen: false, assumed: false, exists: false }
    const ref =
      key instanceof DatasetRef ? await this.getDataset(key.id) : await this.findDataset(key, dataId, options)
    if (ref === undefined) return nothing
    const { datastore } = this.repository
    const records = await datastore.records.of(ref.id)
    const inDatastore = records.length > 0
    if (options.fullCheck === false)
      return { recorded: true, inDatastore, fileSeen: false, assumed: true, exists: inDatastore }
    let fileSeen = inDatastore
    for (const record of records) fileSeen &&= await datastore.artifactExists(record)
    return { recorded: true, inDatastore, fileSeen, assumed: false, exists: fileSeen }
  }

  /** `file:///…` of the stored file; with `predict`, where it would be written, ending in `#predicted`. */
  async getUri(
    key: DatasetKey,
    dataId?: DataIdInput,
    options: SearchOptions & { readonly predict?: boolean; readonly run?: string } = {},
  ): Promise<string> {
    const { datastore } = this.repository
    if (options.predict === true && !(key instanceof DatasetRef)) return this.predictUri(key, dataId, options)
    const { ref, component } = await this.findForGet(key, dataId, options)
    const [record] = await datastore.recordsOf(ref, component)
    return datastore.uriOfRecord(record!)
  }

  /** Write a value as a new dataset of the run; the file and its rows are there both or not at all. */
  async put(
    value: unknown,
    key: DatasetKey,
    dataId?: DataIdInput,
    options: PutOptions = {},
  ): Promise<DatasetRef> {
    const name = key instanceof DatasetRef ? key.datasetType.name : typeof key === 'string' ? key : key.name
    if (splitComponent(name)[1] !== undefined)
      throw new DatasetTypeNotSupportedError(
        `'${name}' is a part of a dataset; only whole datasets can be put.`,
      )
    return this.repository.write('put a dataset', async (undo) => {
      const ref =
        key instanceof DatasetRef ? await this.refToPut(key) : await this.newRef(name, dataId, options.run)
      await this.registry.insertRefs([ref])
      await this.repository.datastore.put(value, ref, undo)
      return ref
    })
  }

  /** Take existing files into the repository as datasets. */
  async ingest(
    files: readonly FileDataset[],
    options: { readonly transfer?: TransferMode | undefined; readonly skipExisting?: boolean } = {},
  ): Promise<void> {
    await this.repository.write('ingest files', async (undo) => {
      const wanted = options.skipExisting === true ? await this.withoutExisting(files) : files
      const expanded: FileDataset[] = []
      for (const file of wanted) {
        const refs: DatasetRef[] = []
        for (const ref of file.refs) refs.push(await this.refToPut(ref))
        expanded.push({ ...file, refs })
      }
      await this.registry.insertRefs(expanded.flatMap((f) => f.refs))
      await ingestFiles(this.repository.datastore, expanded, options.transfer, undo)
    })
  }

  /** Take datasets out of tags, delete their files (`unstore`), or forget them whole (`purge`). */
  pruneDatasets(refs: readonly DatasetRef[], options: PruneOptions = {}): Promise<void> {
    return pruneDatasets(this.repository, refs, options)
  }

  /** Delete runs with everything in them. */
  removeRuns(
    names: string | readonly string[],
    options: { readonly unlinkFromChains?: boolean } = {},
  ): Promise<void> {
    return removeRuns(
      this.repository,
      typeof names === 'string' ? [names] : names,
      options.unlinkFromChains === true,
    )
  }

  /** All or nothing: an error in `work` takes back rows and files. Everything this butler does meanwhile joins it. */
  transaction<T>(work: (butler: Butler) => Promise<T>): Promise<T> {
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
    await this.repository.catchUp()
    const results = this.query().dataIds(dimensions)
    return this.finishQuery(results, options, 'data IDs')
  }

  async queryDimensionRecords(
    element: string,
    options: QueryOptions = {},
  ): Promise<readonly DimensionRecord[]> {
    await this.repository.catchUp()
    return this.finishQuery(this.query().dimensionRecords(element), options, 'dimension records')
  }

  async queryDatasets(
    type: string | DatasetType,
    options: DatasetQueryOptions = {},
  ): Promise<readonly DatasetRef[]> {
    await this.repository.catchUp()
    const results = await this.query().datasets(type, options.collections, {
      findFirst: options.findFirst ?? true,
    })
    return this.finishQuery(results, options, 'datasets')
  }

  /** Datasets of all types (or of those named) in the collections, type by type. */
  async queryAllDatasets(options: AllDatasetsQueryOptions = {}): Promise<readonly DatasetRef[]> {
    await this.repository.catchUp()
    const names = options.name ?? '*'
    const types = await this.registry.queryDatasetTypes(names)
    if (types.length === 0)
      throw new MissingDatasetTypeError(
        typeof names === 'string' ? names : names.join(', '),
        (await this.registry.queryDatasetTypes()).map((t) => t.name),
      )
    const collections =
      options.collections ?? (this.defaults.collections.length > 0 ? this.defaults.collections : '*')
    const limit = options.limit === undefined ? DEFAULT_LIMIT : options.limit
    const out: DatasetRef[] = []
    for (const type of types) {
      const left = limit === null ? null : limit < 0 ? limit + out.length : limit - out.length
      if (left === 0 && out.length > 0) break
      out.push(...(await this.queryDatasets(type, { ...options, collections, limit: left, explain: false })))
    }
    return out
  }

  private async finishQuery<T>(
    results: QueryResults<T>,
    options: QueryOptions,
    what: string,
  ): Promise<readonly T[]> {
    let query = results
    if (options.dataId !== undefined) query = query.where(options.dataId as DataId | DataCoordinate)
    if (options.where !== undefined && options.where !== '') query = query.where(options.where, options.bind)
    const order = options.orderBy ?? []
    query = query.orderBy(...(typeof order === 'string' ? [order] : order))
    if (options.withDimensionRecords === true) query = query.withDimensionRecords()
    const limit = options.limit === undefined ? DEFAULT_LIMIT : options.limit
    if (limit === 0) return []
    const most = limit === null ? undefined : Math.abs(limit)
    if (most !== undefined) query = query.limit(limit !== null && limit < 0 ? most + 1 : most)
    const rows = await query.list()
    if (rows.length === 0 && options.explain !== false)
      throw new EmptyQueryResultError(await query.explainNoResults())
    if (most === undefined || rows.length <= most) return rows
    this.repository.log.warn(`More ${what} are available than the requested limit of ${most}.`)
    return rows.slice(0, most)
  }

  private async typeOf(
    type: string | DatasetType,
  ): Promise<{ readonly record: DatasetTypeRecord; readonly component: string | undefined }> {
    const full = typeof type === 'string' ? type : type.name
    const whole = await this.repository.types.find(full)
    if (whole !== undefined) return { record: whole, component: undefined }
    const [name, component] = splitComponent(full)
    return { record: await this.repository.types.get(name), component }
  }

  private async findForGet(
    key: DatasetKey,
    dataId: DataIdInput | undefined,
    options: SearchOptions,
  ): Promise<{ readonly ref: DatasetRef; readonly component: string | undefined }> {
    await this.repository.catchUp()
    if (key instanceof DatasetRef) return { ref: key, component: undefined }
    const { record, component } = await this.typeOf(key)
    if (
      component !== undefined &&
      componentClass(storageClass(record.type.storageClass), component) === undefined
    )
      throw unknownComponent(record.type, component)
    const ref = await this.search(record, dataId, options.collections, options.timespan, true)
    if (ref !== undefined) return { ref, component }
    const where = expressionList(options.collections ?? this.defaults.collections)
    throw new DatasetNotFoundError(
      `No ${record.type.name} with data ID ${describeId(dataId)} in ${where.map((c) => `'${c}'`).join(', ')}.`,
    )
  }

  /** `forGet`: calibrations are looked up by the time of the data ID, or at any time. */
  private async search(
    record: DatasetTypeRecord,
    dataId: DataIdInput | undefined,
    collections: CollectionExpression | undefined,
    timespan: Timespan | undefined,
    forGet = false,
  ): Promise<DatasetRef | undefined> {
    const wanted = collections ?? this.defaults.collections
    if (collections === undefined && this.defaults.collections.length === 0)
      throw new NoDefaultCollectionError('No collections were given and there are no default collections.')
    const standard = await this.standardize(record.type, dataId)
    const { collections: store, summaries, datasets } = this.repository
    let span = timespan
    let asked = span !== undefined
    for (const collection of await resolveCollections(store, wanted, { flattenChains: true })) {
      if (!(await summaries.get(collection.id)).datasetTypes.has(record.id)) continue
      switch (collection.type) {
        case 'RUN':
        case 'TAGGED': {
          const found = await datasets.findInTags(record, collection.id, standard.coordinate)
          if (found !== undefined) return this.refOf(record, standard, found)
          break
        }
        case 'CALIBRATION': {
          if (!asked && forGet) span = (await this.timeOf(standard.given)) ?? Timespan.all
          asked = true
          if (span === undefined) break
          const found = await datasets.findInCalibs(record, collection, standard.coordinate, span)
          if (found !== undefined) return this.refOf(record, standard, found)
          break
        }
        case 'CHAINED':
          break
        default:
          unreachable(collection.type)
      }
    }
    return undefined
  }

  private async refOf(
    record: DatasetTypeRecord,
    standard: StandardDataId,
    found: { readonly id: string; readonly runId: number },
  ): Promise<DatasetRef> {
    const run = await this.repository.collections.nameOf(found.runId)
    return new DatasetRef(record.type, standard.coordinate, run, found.id)
  }

  /** Timespan of the finest temporal dimension among the values. */
  private async timeOf(values: DataId): Promise<Timespan | undefined> {
    const { universe, records } = this.repository
    const complete = Object.keys(values).filter(
      (n) => universe.isDimension(n) && universe.get(n).required.every((d) => values[d] !== undefined),
    )
    const element = universe.group(complete).timespanElement
    if (element === undefined) return undefined
    const group = universe.groupOf(element)
    return (await expandDataId(records, group, values)).records?.get(element.name)?.timespan
  }

  private standardize(type: DatasetType, dataId: DataIdInput | undefined): Promise<StandardDataId> {
    const { connection, records } = this.repository
    return standardizeDataId({ connection, records, defaults: this.defaults.dataId }, type.dimensions, dataId)
  }

  private async newRef(
    name: string,
    dataId: DataIdInput | undefined,
    run: string | undefined,
  ): Promise<DatasetRef> {
    const record = await this.repository.types.get(name)
    const target = run ?? this.run
    if (target === undefined)
      throw new NoDefaultCollectionError(`No run was given for ${name} and there is no default run.`)
    const { coordinate } = await this.standardize(record.type, dataId)
    const expanded = await expandDataId(this.repository.records, record.type.dimensions, coordinate.values)
    const makeId = await idMaker('UNIQUE')
    return new DatasetRef(record.type, expanded, target, makeId(record.type, target, expanded.values))
  }

  private async refToPut(ref: DatasetRef): Promise<DatasetRef> {
    const { type } = await this.repository.types.get(ref.datasetType.name)
    if (ref.coordinate.records !== undefined && ref.datasetType === type) return ref
    const expanded = await expandDataId(this.repository.records, type.dimensions, ref.dataId)
    return new DatasetRef(type, expanded, ref.run, ref.id)
  }

  private async withoutExisting(files: readonly FileDataset[]): Promise<readonly FileDataset[]> {
    const out: FileDataset[] = []
    for (const file of files) {
      const fresh: DatasetRef[] = []
      for (const ref of file.refs)
        if ((await this.repository.datasets.byId(ref.id)) === undefined) fresh.push(ref)
      if (fresh.length > 0) out.push({ ...file, refs: fresh })
    }
    return out
  }

  private async predictUri(
    key: string | DatasetType,
    dataId: DataIdInput | undefined,
    options: SearchOptions & { readonly run?: string },
  ): Promise<string> {
    const found = await this.findDataset(key, dataId, options)
    const name = typeof key === 'string' ? key : key.name
    const { datastore } = this.repository
    if (found !== undefined) {
      const [record] = await datastore.records.of(found.id)
      if (record !== undefined) return datastore.uriOfRecord(record)
    }
    const ref = await this.newRef(name, dataId, options.run ?? found?.run)
    if ((await this.repository.collections.get(ref.run)).type !== 'RUN')
      throw new CollectionTypeError(`'${ref.run}' is not a RUN collection.`)
    return `${fileUri(await datastore.predict(ref))}#predicted`
  }
}

const unknownComponent = (type: DatasetType, component: string): UnknownComponentError => {
  const known = storageClass(type.storageClass)
  return new UnknownComponentError(
    component,
    type.storageClass,
    Object.keys({ ...known.components, ...known.derived }),
  )
}

const describeId = (dataId: DataIdInput | undefined): string =>
  formatDataId(dataId instanceof DataCoordinate ? dataId.values : (dataId ?? {}))

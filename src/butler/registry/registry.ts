import type { Region } from '#geom'
import type { Timespan } from '#time'
import {
  DATA_ID,
  DATA_IDS,
  MAKE_OPTIONS,
  nameList,
  REFS,
  requireTimespan,
  RESOLVE_OPTIONS,
} from '../arguments.ts'
import type { CollectionExpression, CollectionType } from '../collections/collection.ts'
import { matchesAny } from '../collections/glob.ts'
import { resolveCollections } from '../collections/resolve.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { DatasetRef as Ref } from '../datasets/dataset-ref.ts'
import { type DatasetType, type DatasetTypeSpec, splitComponent } from '../datasets/dataset-type.ts'
import { type IdMode, idMaker } from '../datasets/ids.ts'
import { type DatasetTypeRecord, typeNamed } from '../datasets/type-store.ts'
import type { RecordInput } from '../dimensions/codec.ts'
import { DataCoordinate } from '../dimensions/data-coordinate.ts'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { DimensionGroup } from '../dimensions/group.ts'
import type { RecordValue } from '../dimensions/record.ts'
import { standardizeDataId } from '../dimensions/standardize.ts'
import { DatasetTypeError, DatasetTypeExpressionError, NoDefaultCollectionError } from '../errors.ts'
import {
  either,
  FLAG,
  kind,
  listOf,
  MAP,
  MANY_NAMES,
  NAME,
  NAMES,
  requireKind,
  requireOptions,
} from '../kinds.ts'
import type { DataIdInput } from '../options.ts'
import { at, isTree } from '../repository/config-value.ts'
import type { Repository } from '../repository/repository.ts'
import { requireStorageClass } from '../storage/storage-class.ts'

/** One membership of a dataset in a collection. */
export interface DatasetAssociation {
  readonly ref: DatasetRef
  readonly collection: string
  /** Validity in a CALIBRATION collection; undefined for RUN and TAGGED, whose members are valid for ever. */
  readonly timespan: Timespan | undefined
}

export interface RegistryDefaults {
  readonly run: string | undefined
  readonly collections: readonly string[]
  readonly dataId: DataId
}

/** Rows of registry tables: dataset types, dimension records, memberships. */
export class Registry {
  private readonly repository: Repository
  private readonly defaults: RegistryDefaults

  constructor(repository: Repository, defaults: RegistryDefaults) {
    this.repository = repository
    this.defaults = defaults
  }

  /** False when the very same type is registered already. */
  async registerDatasetType(type: DatasetTypeSpec): Promise<boolean> {
    requireOptions(type, { isCalibration: FLAG }, ['name', 'dimensions', 'storageClass'])
    requireKind(type.name, 'name', NAME)
    requireKind(type.dimensions, 'dimensions', DIMENSIONS)
    requireKind(type.storageClass, 'storageClass', NAME)
    const declared = at(this.repository.config.tree, 'storageClasses')
    return this.repository.write('register a dataset type', () => {
      requireStorageClass(type.storageClass, isTree(declared) ? Object.keys(declared) : [])
      return this.repository.types.register(type)
    })
  }

  /** Remove types by names or globs; a name that does not exist is no error. */
  async removeDatasetType(expression: string | readonly string[]): Promise<void> {
    requireKind(expression, 'expression', NAMES)
    const { types } = this.repository
    const wanted = typeof expression === 'string' ? [expression] : expression
    const part = wanted.find((name) => splitComponent(name)[1] !== undefined)
    if (part !== undefined)
      throw new DatasetTypeExpressionError(
        `'${part}' is a component; only '${splitComponent(part)[0]}' itself can be removed.`,
      )
    await this.repository.write('remove a dataset type', async () => {
      for (const { type } of await types.all())
        if (matchesAny(type.name, wanted)) await types.remove(type.name)
    })
  }

  /** All, or those that match names or globs; sorted by name. */
  async queryDatasetTypes(expression: string | readonly string[] = '*'): Promise<readonly DatasetType[]> {
    requireKind(expression, 'expression', NAMES)
    await this.repository.catchUp()
    const wanted = typeof expression === 'string' ? [expression] : expression
    const all = await this.repository.types.all()
    return all
      .map((t) => t.type)
      .filter((t) => matchesAny(t.name, wanted))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async insertDimensionData(
    element: string,
    rows: readonly RecordInput[],
    options: { readonly replace?: boolean; readonly skipExisting?: boolean } = {},
  ): Promise<void> {
    requireKind(element, 'element', NAME)
    requireKind(rows, 'rows', ROWS)
    requireOptions(options, { replace: FLAG, skipExisting: FLAG })
    const mode = options.replace === true ? 'replace' : options.skipExisting === true ? 'skip' : 'insert'
    return this.repository.write('insert dimension records', () =>
      this.repository.records.insert(this.repository.universe.get(element), rows, mode),
    )
  }

  /** True: inserted. False: the same row is there. With `update`, the old values of the fields that changed. */
  async syncDimensionData(
    element: string,
    row: RecordInput,
    options: { readonly update?: boolean } = {},
  ): Promise<boolean | Readonly<Record<string, RecordValue | Region>>> {
    requireKind(element, 'element', NAME)
    requireKind(row, 'row', MAP)
    requireOptions(options, { update: FLAG })
    return this.repository.write('insert dimension records', () =>
      this.repository.records.sync(this.repository.universe.get(element), row, options.update === true),
    )
  }

  /** Add implied values and records; the dimensions are those of the values unless given. */
  async expandDataId(
    dataId: DataIdInput = {},
    options: { readonly dimensions?: readonly string[] } = {},
  ): Promise<DataCoordinate> {
    requireKind(dataId, 'dataId', DATA_ID)
    requireOptions(options, { dimensions: MANY_NAMES })
    await this.repository.catchUp()
    const { universe } = this.repository
    const group =
      options.dimensions !== undefined
        ? universe.group(nameList(options.dimensions, 'dimensions'))
        : dataId instanceof DataCoordinate
          ? dataId.group
          : universe.group(Object.keys(dataId ?? {}).filter((k) => !k.includes('.')))
    const { coordinate } = await this.standardize(group, dataId)
    return expandDataId(this.repository.records, group, coordinate.values)
  }

  /** Put datasets into a TAGGED collection; another dataset of the same type and data ID there is an error. */
  async associate(collection: string, refs: readonly DatasetRef[]): Promise<void> {
    requireMembers(collection, refs)
    const { collections, datasets } = this.repository
    return this.repository.write('associate datasets', async () => {
      const target = await collections.requireType(
        collection,
        'TAGGED',
        `Datasets are associated with TAGGED collections only; '${collection}' is TYPE.`,
      )
      for (const [type, group] of await this.byType(refs)) await datasets.associate(type, target, group)
    })
  }

  async disassociate(collection: string, refs: readonly DatasetRef[]): Promise<void> {
    requireMembers(collection, refs)
    const { collections, datasets } = this.repository
    return this.repository.write('disassociate datasets', async () => {
      const target = await collections.requireType(
        collection,
        'TAGGED',
        `Datasets are disassociated from TAGGED collections only; '${collection}' is TYPE.`,
      )
      for (const [type, group] of await this.byType(refs))
        await datasets.disassociate(
          type,
          target,
          group.map((r) => r.id),
        )
    })
  }

  /** Say when calibrations are valid. With an empty timespan they never are, of which the log warns. */
  async certify(collection: string, refs: readonly DatasetRef[], timespan: Timespan): Promise<void> {
    requireMembers(collection, refs)
    const { collections, calibrations, log } = this.repository
    requireTimespan(timespan)
    return this.repository.write('certify datasets', async () => {
      const target = await collections.requireType(
        collection,
        'CALIBRATION',
        `Datasets are certified in CALIBRATION collections only; '${collection}' is TYPE.`,
      )
      for (const [type, group] of await this.byType(refs)) {
        requireCalibration(type)
        await calibrations.certify(type, target, group, timespan)
      }
      if (timespan.isEmpty)
        log.warn(
          `Datasets certified in '${collection}' are never valid: their timespan is empty. Certify them again with a begin before the end.`,
        )
    })
  }

  /** Take a timespan out of the validity of a type's datasets, or of those with the given data IDs. */
  async decertify(
    collection: string,
    datasetType: string,
    timespan: Timespan,
    options: { readonly dataIds?: readonly DataIdInput[] } = {},
  ): Promise<void> {
    const { collections, calibrations, types } = this.repository
    requireKind(collection, 'collection', NAME)
    requireKind(datasetType, 'datasetType', NAME)
    requireTimespan(timespan)
    requireOptions(options, { dataIds: DATA_IDS })
    return this.repository.write('decertify datasets', async () => {
      const type = await types.get(datasetType)
      const target = await collections.requireType(
        collection,
        'CALIBRATION',
        `Datasets are decertified in CALIBRATION collections only; '${collection}' is TYPE.`,
      )
      requireCalibration(type)
      const dataIds: DataCoordinate[] = []
      for (const id of options.dataIds ?? [])
        dataIds.push((await this.standardize(type.type.dimensions, id)).coordinate)
      await calibrations.decertify(
        type,
        target,
        timespan,
        options.dataIds === undefined ? undefined : dataIds,
      )
    })
  }

  /** Rows for datasets without files. */
  insertDatasets(
    type: string,
    dataIds: readonly DataIdInput[],
    options: { readonly run?: string; readonly idMode?: IdMode } = {},
  ): Promise<readonly DatasetRef[]> {
    return this.repository.write('insert datasets', async () => {
      const refs = await this.makeRefs(type, dataIds, options)
      await this.insertRefs(refs)
      return refs
    })
  }

  /** Refs with expanded data IDs and fresh ids, for `ingest` and `put`; nothing is written. */
  async makeRefs(
    type: string,
    dataIds: readonly DataIdInput[],
    options: { readonly run?: string; readonly idMode?: IdMode } = {},
  ): Promise<readonly DatasetRef[]> {
    requireKind(type, 'type', NAME)
    requireKind(dataIds, 'dataIds', DATA_IDS)
    requireOptions(options, MAKE_OPTIONS)
    const record = await this.repository.types.get(type)
    const run = options.run ?? this.defaults.run
    if (run === undefined)
      throw new NoDefaultCollectionError(`No run was given for ${type} and there is no default run.`)
    const makeId = await idMaker(options.idMode ?? 'UNIQUE')
    const refs: DatasetRef[] = []
    for (const id of dataIds) {
      const coordinate = await this.expandFor(record.type, id)
      refs.push(new Ref(record.type, coordinate, run, makeId(record.type, run, coordinate.values)))
    }
    return refs
  }

  /** Insert rows of refs that have ids already; inside a write only. */
  async insertRefs(refs: readonly DatasetRef[]): Promise<void> {
    const { collections, datasets, now } = this.repository
    const byRun = new Map<string, DatasetRef[]>()
    for (const ref of refs) {
      const list = byRun.get(ref.run)
      if (list === undefined) byRun.set(ref.run, [ref])
      else list.push(ref)
    }
    for (const [run, list] of byRun) {
      const collection = await collections.requireType(
        run,
        'RUN',
        `Datasets are written to RUN collections only; '${run}' is TYPE.`,
      )
      for (const [type, group] of await this.byType(list))
        await datasets.insert(type, collection, group, now().ns)
    }
  }

  /** Every membership of datasets of a type in collections (chains flattened). */
  async queryDatasetAssociations(
    datasetType: string,
    options: { readonly collections?: CollectionExpression; readonly types?: readonly CollectionType[] } = {},
  ): Promise<readonly DatasetAssociation[]> {
    requireKind(datasetType, 'datasetType', NAME)
    requireOptions(options, { types: RESOLVE_OPTIONS.types }, ['collections'])
    await this.repository.catchUp()
    const { types, collections, calibrations } = this.repository
    const record = await types.get(datasetType)
    const { dimensions } = record.type
    const found = await resolveCollections(collections, options.collections ?? this.defaults.collections, {
      flattenChains: true,
      types: options.types,
    })
    const out: DatasetAssociation[] = []
    for (const collection of found)
      for (const row of await calibrations.associations(record, collection)) {
        const values: Record<string, DataIdValue> = {}
        for (const [i, d] of dimensions.required.entries()) values[d] = row.key[i] as DataIdValue
        const coordinate = await expandDataId(this.repository.records, dimensions, values)
        const run = await collections.nameOf(row.runId)
        out.push({
          ref: new Ref(record.type, coordinate, run, row.id),
          collection: collection.name,
          timespan: row.timespan,
        })
      }
    return out
  }

  /** Forget what was read from tables that others may have changed. */
  refresh(): void {
    this.repository.clearCaches()
  }

  private async expandFor(type: DatasetType, input: DataIdInput): Promise<DataCoordinate> {
    if (input instanceof DataCoordinate && input.group === type.dimensions && input.records !== undefined)
      return input
    const { coordinate } = await this.standardize(type.dimensions, input)
    return expandDataId(this.repository.records, type.dimensions, coordinate.values)
  }

  private standardize(group: DatasetType['dimensions'], input: DataIdInput) {
    const { connection, records } = this.repository
    return standardizeDataId({ connection, records, defaults: this.defaults.dataId }, group, input)
  }

  private async byType(
    refs: readonly DatasetRef[],
  ): Promise<ReadonlyMap<DatasetTypeRecord, readonly DatasetRef[]>> {
    const out = new Map<DatasetTypeRecord, DatasetRef[]>()
    const types = await this.repository.types.byName()
    for (const ref of refs) {
      const type = typeNamed(types, ref.datasetType.name)
      const list = out.get(type)
      if (list === undefined) out.set(type, [ref])
      else list.push(ref)
    }
    return out
  }
}

const ROWS = listOf(MAP, 'a list of records: [{ field: value }]')
/** Names, or a group of them. */
const DIMENSIONS = either(
  MANY_NAMES,
  kind('a group of dimensions', (value) => value instanceof DimensionGroup),
)

function requireMembers(collection: string, refs: readonly DatasetRef[]): void {
  requireKind(collection, 'collection', NAME)
  requireKind(refs, 'refs', REFS)
}

function requireCalibration(type: DatasetTypeRecord): void {
  if (!type.type.isCalibration)
    throw new DatasetTypeError(`Dataset type '${type.type.name}' is not a calibration: it has no validity.`)
}

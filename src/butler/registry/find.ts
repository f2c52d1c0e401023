import { unreachable } from '#core'
import { Timespan } from '#time'
import { datasetTypeName, requireTimespan } from '../arguments.ts'
import { resolveCollections } from '../collections/resolve.ts'
import { DatasetRef } from '../datasets/dataset-ref.ts'
import { type DatasetType, splitComponent } from '../datasets/dataset-type.ts'
import { idMaker } from '../datasets/ids.ts'
import { type DatasetTypeRecord, typeNamed } from '../datasets/type-store.ts'
import type { DataId } from '../dimensions/data-id.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { type StandardDataId, standardizeDataId } from '../dimensions/standardize.ts'
import { CollectionTypeError, NoDefaultCollectionError } from '../errors.ts'
import type { DataIdInput, SearchOptions } from '../options.ts'
import type { Repository } from '../repository/repository.ts'
import type { RegistryDefaults } from './registry.ts'

export interface FindOptions extends SearchOptions {
  /** Calibrations are looked up by the time of the data ID, or at any time; without it only by a given timespan. */
  readonly forGet?: boolean
}

/** From what users write (type names, data IDs of any kind) to datasets, existing or to be. */
export class DatasetFinder {
  private readonly repository: Repository
  private readonly defaults: RegistryDefaults

  constructor(repository: Repository, defaults: RegistryDefaults) {
    this.repository = repository
    this.defaults = defaults
  }

  /** The registered type of a name, which may name a component. */
  async typeOf(
    type: string | DatasetType,
  ): Promise<{ readonly record: DatasetTypeRecord; readonly component: string | undefined }> {
    const full = datasetTypeName(type)
    const whole = await this.repository.types.find(full)
    if (whole !== undefined) return { record: whole, component: undefined }
    const [name, component] = splitComponent(full)
    return { record: await this.repository.types.get(name), component }
  }

  /** The first dataset of the collections, in order, that has the data ID. */
  async find(
    record: DatasetTypeRecord,
    dataId: DataIdInput | undefined,
    { collections, timespan, forGet = false }: FindOptions,
  ): Promise<DatasetRef | undefined> {
    if (timespan !== undefined) requireTimespan(timespan)
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

  /** A ref with a fresh id for a dataset to be written. */
  async newRef(name: string, dataId: DataIdInput | undefined, run: string | undefined): Promise<DatasetRef> {
    const record = await this.repository.types.get(name)
    const target = run ?? this.defaults.run
    if (target === undefined)
      throw new NoDefaultCollectionError(`No run was given for ${name} and there is no default run.`)
    const { coordinate } = await this.standardize(record.type, dataId)
    const expanded = await expandDataId(this.repository.records, record.type.dimensions, coordinate.values)
    const makeId = await idMaker('UNIQUE')
    return new DatasetRef(record.type, expanded, target, makeId(record.type, target, expanded.values))
  }

  /** A ref that somebody made, with the registered type and an expanded data ID. */
  async refToPut(ref: DatasetRef): Promise<DatasetRef> {
    const types = await this.repository.types.byName()
    if (isExpanded(ref, types)) return ref
    const { type } = typeNamed(types, ref.datasetType.name)
    const expanded = await expandDataId(this.repository.records, type.dimensions, ref.dataId)
    return new DatasetRef(type, expanded, ref.run, ref.id)
  }

  /** Where a dataset is, or would be written; the second ends in `#predicted`. */
  async predictUri(
    key: string | DatasetType,
    dataId: DataIdInput | undefined,
    found: DatasetRef | undefined,
    run: string | undefined,
  ): Promise<string> {
    const { datastore, collections } = this.repository
    if (found !== undefined && (await this.isStored(found))) return datastore.uri(found)
    const ref = await this.newRef(typeof key === 'string' ? key : key.name, dataId, run ?? found?.run)
    if (((await collections.find(ref.run))?.type ?? 'RUN') !== 'RUN')
      throw new CollectionTypeError(`'${ref.run}' is not a RUN collection.`)
    return `${await datastore.predictedUri(ref)}#predicted`
  }

  async isStored({ id }: DatasetRef): Promise<boolean> {
    const { datastore } = this.repository
    return datastore.isInMemory(id) || (await datastore.storedOne(id)) !== undefined
  }

  /** Where the dataset of a ref would be written; its type need not be registered. */
  async predictUriOf({ datasetType, dataId, run, id }: DatasetRef): Promise<string> {
    const { datastore, records } = this.repository
    const expanded = await expandDataId(records, datasetType.dimensions, dataId)
    return `${await datastore.predictedUri(new DatasetRef(datasetType, expanded, run, id))}#predicted`
  }
}

/** Whether a ref is of the registered type and has its records. */
export const isExpanded = (ref: DatasetRef, types: ReadonlyMap<string, DatasetTypeRecord>): boolean =>
  ref.coordinate.records !== undefined && types.get(ref.datasetType.name)?.type === ref.datasetType

import { REFS } from '../arguments.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { DatasetRef as Ref } from '../datasets/dataset-ref.ts'
import { sameType } from '../datasets/type-store.ts'
import { type FileDataset, requireMode, type TransferMode } from '../datastore/file-dataset.ts'
import type { StoredFiles } from '../datastore/file-datastore.ts'
import { nameOfPlace, zipMember } from '../datastore/uri.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { recordInput } from '../dimensions/record.ts'
import {
  ArgumentError,
  ConflictingDefinitionError,
  FileNotFoundError,
  MissingDatasetTypeError,
} from '../errors.ts'
import { Registry } from '../registry/registry.ts'
import { FLAG, kind, requireKind, requireOptions } from '../kinds.ts'
import { Repository } from '../repository/repository.ts'
import { collectRecords } from './records.ts'

export interface TransferOptions {
  readonly transfer?: TransferMode
  /** Register dataset types that are missing here. */
  readonly registerDatasetTypes?: boolean
  /** Also take the dimension records that are missing here; the default. */
  readonly transferDimensions?: boolean
  readonly dryRun?: boolean
}

export interface TransferReport {
  readonly transferred: readonly DatasetRef[]
  /** Datasets without a file in the source. */
  readonly unstored: readonly DatasetRef[]
}

const REPOSITORY = kind('a repository (butler.repository)', (value) => value instanceof Repository)

/** Copy datasets of another repository here, keeping their ids, runs and data IDs; those that are here already are left alone. */
export async function transferFrom(
  target: Repository,
  source: Repository,
  given: readonly DatasetRef[],
  options: TransferOptions = {},
): Promise<TransferReport> {
  requireKind(source, 'source', REPOSITORY)
  requireKind(given, 'refs', REFS)
  requireOptions(options, { registerDatasetTypes: FLAG, transferDimensions: FLAG, dryRun: FLAG }, [
    'transfer',
  ])
  requireMode(options.transfer)
  if (options.transfer === 'direct' || options.transfer === 'split')
    throw new ArgumentError(
      `Datasets are not transferred in '${options.transfer}' mode: their files belong to the other repository, which may delete them.`,
      { hint: 'Give copy, link or another mode that makes files here.' },
    )
  const refs = oncePerId(given)
  const files = await source.datastore.stored(refs.map((r) => r.id))
  const stored = refs.filter((r) => files.has(r.id))
  const report = { transferred: stored, unstored: refs.filter((r) => !files.has(r.id)) }
  const registry = new Registry(target, { run: undefined, collections: [], dataId: {} })
  await checkTypes(target, stored, options.registerDatasetTypes === true)
  if (options.dryRun === true) return report
  for (const ref of stored) await requireFiles(files.get(ref.id)!, ref)
  await target.session(async () => {
    for (const type of new Set(stored.map((r) => r.datasetType))) await registry.registerDatasetType(type)
    if (options.transferDimensions !== false) {
      const sets = await collectRecords(
        source,
        stored.map((r) => r.coordinate),
      )
      for (const [element, rows] of sets)
        await registry.insertDimensionData(element, rows.map(recordInput), { skipExisting: true })
    }
    await target.write('transfer datasets', async (undo) => {
      const wanted: FileDataset[] = []
      const fresh: DatasetRef[] = []
      for (const ref of stored) {
        if ((await target.datasets.byId(ref.id)) !== undefined) continue
        const { type } = await target.types.get(ref.datasetType.name)
        if ((await target.collections.find(ref.run)) === undefined)
          await target.collections.insert(ref.run, 'RUN', undefined)
        const coordinate = await expandDataId(target.records, type.dimensions, ref.dataId, {
          allowNewViews: true,
        })
        const copy = new Ref(type, coordinate, ref.run, ref.id)
        fresh.push(copy)
        wanted.push(...filesOf(files.get(ref.id)!, copy))
      }
      await registry.insertRefs(fresh)
      await target.datastore.ingest(wanted, { transfer: options.transfer ?? 'copy' }, undo)
    })
  })
  return report
}

/** A dataset that several collections gave is one dataset. */
export const oncePerId = (refs: readonly DatasetRef[]): readonly DatasetRef[] => [
  ...new Map(refs.map((ref) => [ref.id, ref])).values(),
]

/** Every part of a dataset, from where it is. */
export function filesOf({ store, records }: StoredFiles, ref: DatasetRef): readonly FileDataset[] {
  return records.map((record) => {
    const member = zipMember(record.path)
    return {
      path: nameOfPlace(store.placeOf(record)) + (member === undefined ? '' : `#zip-path=${member}`),
      refs: [ref],
      formatter: record.formatter,
      ...(record.component !== undefined && {
        component: record.component,
        storageClass: record.storageClass,
      }),
    }
  })
}

async function requireFiles({ store, records }: StoredFiles, ref: DatasetRef): Promise<void> {
  for (const record of records) {
    const path = store.placeOf(record)
    if ((await store.files.stat(path)) === undefined)
      throw new FileNotFoundError(`The file of ${ref.toString()} is gone: '${path}'.`, {
        hint: 'Nothing was transferred.',
      })
  }
}

async function checkTypes(
  target: Repository,
  refs: readonly DatasetRef[],
  mayRegister: boolean,
): Promise<void> {
  for (const type of new Set(refs.map((r) => r.datasetType))) {
    const known = await target.types.find(type.name)
    if (known === undefined && !mayRegister)
      throw new MissingDatasetTypeError(type.name, [], { hint: 'Give --register-dataset-types.' })
    if (known !== undefined && !sameType(known.type, type))
      throw new ConflictingDefinitionError(
        `Dataset type '${type.name}' is defined differently in the two repositories.`,
      )
  }
}

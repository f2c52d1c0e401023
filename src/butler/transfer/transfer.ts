import type { DatasetRef } from '../datasets/dataset-ref.ts'
import { DatasetRef as Ref } from '../datasets/dataset-ref.ts'
import { sameType } from '../datasets/type-store.ts'
import type { FileDataset, TransferMode } from '../datastore/file-dataset.ts'
import { ingestFiles } from '../datastore/ingest.ts'
import { expandDataId } from '../dimensions/expand.ts'
import { ConflictingDefinitionError, FileNotFoundError, MissingDatasetTypeError } from '../errors.ts'
import { Registry } from '../registry/registry.ts'
import type { Repository } from '../repository/repository.ts'
import { collectRecords, recordInput } from './records.ts'

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

/** Copy datasets of another repository here, keeping their ids, runs and data IDs; those that are here already are left alone. */
export async function transferFrom(
  target: Repository,
  source: Repository,
  refs: readonly DatasetRef[],
  options: TransferOptions = {},
): Promise<TransferReport> {
  const records = await source.datastore.records.ofMany(refs.map((r) => r.id))
  const stored = refs.filter((r) => records.has(r.id))
  const report = { transferred: stored, unstored: refs.filter((r) => !records.has(r.id)) }
  const registry = new Registry(target, { run: undefined, collections: [], dataId: {} })
  await checkTypes(target, stored, options.registerDatasetTypes === true)
  if (options.dryRun === true) return report
  for (const ref of stored) {
    const path = source.datastore.placeOf(records.get(ref.id)![0]!)
    if ((await source.datastore.files.stat(path)) === undefined)
      throw new FileNotFoundError(`The file of ${ref.toString()} is gone: '${path}'.`, {
        hint: 'Nothing was transferred.',
      })
  }
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
      const files: FileDataset[] = []
      for (const ref of stored) {
        if ((await target.datasets.byId(ref.id)) !== undefined) continue
        const { type } = await target.types.get(ref.datasetType.name)
        if ((await target.collections.find(ref.run)) === undefined)
          await target.collections.insert(ref.run, 'RUN', undefined)
        const coordinate = await expandDataId(target.records, type.dimensions, ref.dataId, {
          allowNewViews: true,
        })
        const [record] = records.get(ref.id)!
        files.push({
          path: source.datastore.placeOf(record!),
          refs: [new Ref(type, coordinate, ref.run, ref.id)],
          formatter: record!.formatter,
        })
      }
      await registry.insertRefs(files.flatMap((f) => f.refs))
      await ingestFiles(target.datastore, files, options.transfer ?? 'copy', undo)
    })
  })
  return report
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

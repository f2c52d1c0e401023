import type { Butler, DatasetKey } from './butler.ts'
import { expressionList } from './collections/resolve.ts'
import { DatasetRef } from './datasets/dataset-ref.ts'
import type { DatasetType } from './datasets/dataset-type.ts'
import { DataCoordinate, formatDataId } from './dimensions/data-coordinate.ts'
import { DatasetNotFoundError } from './errors.ts'
import type { DataIdInput, SearchOptions } from './options.ts'
import type { DatasetFinder } from './registry/find.ts'
import { unknownComponent } from './storage/parts.ts'
import { componentClass, storageClass } from './storage/storage-class.ts'

/** The dataset that `get` is asked for, and the part of it that the type's name says. Throws `butler/dataset-not-found`. */
export async function findForGet(
  butler: Butler,
  finder: DatasetFinder,
  key: DatasetKey,
  dataId: DataIdInput | undefined,
  options: SearchOptions,
): Promise<{ readonly ref: DatasetRef; readonly component: string | undefined }> {
  await butler.repository.catchUp()
  if (key instanceof DatasetRef) return { ref: key, component: undefined }
  const { record, component } = await finder.typeOf(key)
  if (
    component !== undefined &&
    componentClass(storageClass(record.type.storageClass), component) === undefined
  )
    throw unknownComponent(record.type, component)
  const ref = await finder.find(record, dataId, { ...options, forGet: true })
  if (ref !== undefined) return { ref, component }
  const where = expressionList(options.collections ?? butler.collections.defaults)
  throw new DatasetNotFoundError(
    `No ${record.type.name} with data ID ${describeId(dataId)} in ${where.length === 0 ? 'no collections' : where.map((c) => `'${c}'`).join(', ')}.`,
    await elsewhere(butler, record.type, dataId),
  )
}

/** The cure where another run has the dataset. */
async function elsewhere(
  butler: Butler,
  type: DatasetType,
  dataId: DataIdInput | undefined,
): Promise<{ readonly hint?: string }> {
  const runs = await butler.collections.query('*', { types: ['RUN'] })
  const options = { collections: runs, findFirst: false, limit: 1, explain: false }
  const [other] = await butler.queryDatasets(type, { ...options, ...(dataId !== undefined && { dataId }) })
  return other === undefined
    ? {}
    : { hint: `'${other.run}' has one but is not searched: give { collections: '${other.run}' }.` }
}

const describeId = (dataId: DataIdInput | undefined): string =>
  formatDataId(dataId instanceof DataCoordinate ? dataId.values : (dataId ?? {}))

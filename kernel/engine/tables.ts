import { fileURLToPath } from 'node:url'
import { type Butler, type DatasetRef, storageClass } from '#butler'
import type { TableFile, TableResolver } from '#sql'

/**
 * Dataset types as SQL tables: `FROM src` means the Parquet files of that type found first in the butler's collections,
 * with the data-ID dimensions as columns.
 */
export const butlerTables = (butler: () => Butler): TableResolver => ({
  async tableNames() {
    const types = await butler().registry.queryDatasetTypes()
    return types.filter((type) => storageClass(type.storageClass).family === 'table').map((type) => type.name)
  },
  async resolve(name) {
    const [type] = await butler().registry.queryDatasetTypes(name)
    if (type === undefined) return undefined
    const refs = await butler().queryDatasets(type, { limit: null, explain: false })
    const files = await Promise.all(refs.map((ref) => tableFile(butler(), ref)))
    return { files: files.filter((file) => file !== undefined) }
  },
})

async function tableFile(butler: Butler, ref: DatasetRef): Promise<TableFile | undefined> {
  const uri = await butler.getUri(ref)
  if (!/\.(?:parq|parquet)$/.test(uri)) return undefined
  return { path: uri.startsWith('file:') ? fileURLToPath(uri) : uri, dataId: ref.dataId }
}

import type { TableFile, TableResolver } from '#sql'
import type { Butler } from './butler.ts'
import type { CollectionExpression } from './collections/collection.ts'
import { storageClass } from './storage/storage-class.ts'

/**
 * Dataset types of table storage classes as SQL tables: their Parquet files in the collections (find-first), each with its data ID,
 * whose dimensions become columns.
 */
export function datasetTypeResolver(butler: Butler, collections?: CollectionExpression): TableResolver {
  const searched = collections ?? butler.collections.defaults
  return {
    async tableNames() {
      const infos = await butler.collections.queryInfo(searched, {
        flattenChains: true,
        includeSummary: true,
      })
      const there = new Set(infos.flatMap((i) => i.datasetTypes ?? []))
      const types = await butler.registry.queryDatasetTypes()
      return types.filter((t) => there.has(t.name) && isTable(t.storageClass)).map((t) => t.name)
    },
    async resolve(name) {
      const [type] = await butler.registry.queryDatasetTypes([name])
      if (type === undefined || !isTable(type.storageClass)) return undefined
      const refs = await butler.queryDatasets(type, { collections: searched, limit: null, explain: false })
      const { datastore } = butler.repository
      const records = await datastore.records.ofMany(refs.map((r) => r.id))
      const files: TableFile[] = []
      for (const ref of refs) {
        const record = records.get(ref.id)?.find((r) => r.component === undefined)
        if (record !== undefined) files.push({ path: datastore.pathOfRecord(record), dataId: ref.dataId })
      }
      return { files }
    },
  }
}

const isTable = (className: string): boolean => storageClass(className).family === 'table'

import { didYouMean } from '#core'
import type { ResolvedTable, TableFile, TableResolver } from '#sql'
import type { Catalog } from '#table'
import { Timespan } from '#time'
import type { Butler } from '../butler.ts'
import type { CollectionExpression } from '../collections/collection.ts'
import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DatasetType } from '../datasets/dataset-type.ts'
import type { FileDatastore } from '../datastore/file-datastore.ts'
import type { FileRecord } from '../datastore/record-table.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { storageClass } from '../storage/storage-class.ts'
import { hasRecordTable, recordCatalog } from './record-catalog.ts'

/**
 * A repository as SQL tables. A dataset type of a table storage class is the table of its files in the collections
 * (find-first), with the dimensions of its data IDs as columns; a dimension element (`visit`, `detector`, `patch` …) is
 * the table of its records, whose key is the column of the dimension's name, so that `JOIN visit USING (instrument, visit)`
 * puts observations beside sources. A calibration has a row for each time over which it is found, with `validity_begin` and
 * `validity_end`: `JOIN exposure e ON e.timespan_begin >= validity_begin AND e.timespan_begin < validity_end`.
 */
export function butlerTables(butler: Butler, collections?: CollectionExpression): TableResolver {
  const searched = collections ?? butler.collections.defaults
  return {
    tableNames: async () => [
      ...(await tableTypes(butler, searched)).map((t) => t.name),
      ...recordTables(butler.dimensions),
    ],
    async resolve(name): Promise<ResolvedTable | undefined> {
      const [type] = await butler.registry.queryDatasetTypes([name])
      if (type !== undefined && isTable(type)) return filesOf(butler, type, searched)
      const element = butler.dimensions.find(name)
      if (element === undefined || !hasRecordTable(element)) return undefined
      const records = await butler.queryDimensionRecords(name, { limit: null, explain: false })
      return { catalog: recordCatalog(element, records, butler.dimensions) }
    },
    refusal: (name) => refusalOf(butler, name),
  }
}

/** Dataset types that are tables and may have datasets in the collections. */
export async function tableTypes(
  butler: Butler,
  searched: CollectionExpression,
): Promise<readonly DatasetType[]> {
  const infos = await butler.collections.queryInfo(searched, { flattenChains: true, includeSummary: true })
  const there = new Set(infos.flatMap((i) => i.datasetTypes ?? []))
  return (await butler.registry.queryDatasetTypes()).filter((t) => there.has(t.name) && isTable(t))
}

/** Names of the dimension elements that are tables. */
export const recordTables = (universe: DimensionUniverse): readonly string[] =>
  universe.elements.filter(hasRecordTable).map(({ name }) => name)

const isTable = (type: DatasetType): boolean => isArrow(type) || AFW_TABLES.has(type.storageClass)

const isArrow = (type: DatasetType): boolean => storageClass(type.storageClass).family === 'table'

/** The stack's own catalog classes: Parquet when we wrote them. */
const AFW_TABLES: ReadonlySet<string> = new Set([
  'Catalog',
  'SourceCatalog',
  'SimpleCatalog',
  'ExposureCatalog',
  'PeakCatalog',
])

async function filesOf(
  butler: Butler,
  type: DatasetType,
  searched: CollectionExpression,
): Promise<ResolvedTable> {
  const found: readonly ValidDataset[] = type.isCalibration
    ? await validDatasets(butler, type, searched)
    : (await butler.queryDatasets(type, { collections: searched, limit: null, explain: false })).map(
        (ref) => ({ ref }),
      )
  const stored = await butler.repository.datastore.stored(found.map(({ ref }) => ref.id))
  const files: TableFile[] = []
  for (const { ref, validity } of found) {
    const own = stored.get(ref.id)
    const record = own?.records.find((r) => r.component === undefined)
    if (own === undefined || record === undefined) continue
    const file = fileOf(butler, ref, own.store, record)
    files.push(validity === undefined ? file : { ...file, dataId: withValidity(ref, validity) })
  }
  const notes = type.dimensions.names.map(
    (d) => [d, { doc: firstSentence(butler.dimensions.get(d).doc) }] as const,
  )
  return { files, notes: { ...Object.fromEntries(notes), ...(type.isCalibration && VALIDITY) } }
}

interface ValidDataset {
  readonly ref: DatasetRef
  readonly validity?: Timespan
}

/**
 * Calibrations with the times for which a search of the collections finds them: what a collection before says of a data ID
 * is taken out of those behind. Datasets of a RUN or TAGGED collection are valid at any time.
 */
async function validDatasets(
  butler: Butler,
  type: DatasetType,
  collections: CollectionExpression,
): Promise<readonly ValidDataset[]> {
  const claimed = new Map<string, Timespan[]>()
  const valid: ValidDataset[] = []
  for (const { ref, timespan = Timespan.all } of await butler.registry.queryDatasetAssociations(type.name, {
    collections,
  })) {
    const before = claimed.get(ref.coordinate.key) ?? []
    const rest = before.reduce<readonly Timespan[]>(
      (pieces, taken) => pieces.flatMap((piece) => piece.difference(taken)),
      [timespan],
    )
    valid.push(...rest.filter((piece) => !piece.isEmpty).map((validity) => ({ ref, validity })))
    claimed.set(ref.coordinate.key, [...before, timespan])
  }
  return valid
}

const withValidity = ({ dataId }: DatasetRef, { nsec: [begin, end] }: Timespan): TableFile['dataId'] => ({
  ...dataId,
  validity_begin: { ns: begin },
  validity_end: { ns: end },
})

/** Never NULL, so that `validity_begin <= t AND t < validity_end` holds where it should. */
const VALIDITY = {
  validity_begin: { doc: 'From when on the calibration is found, TAI; 1970-01-01 when unbounded.' },
  validity_end: { doc: 'Until when it is found, exclusive, TAI; 2100-01-01 when unbounded.' },
}

/** The engine opens Parquet files on this machine itself; what is elsewhere, in an archive or of another format is read by the butler. */
function fileOf(butler: Butler, ref: DatasetRef, datastore: FileDatastore, record: FileRecord): TableFile {
  if (datastore.isOwnFile(record) && /\.(?:parq|parquet|pq)$/.test(record.path))
    return { path: datastore.pathOfRecord(record), dataId: ref.dataId }
  const load = () =>
    butler.get<Catalog>(ref, undefined, isArrow(ref.datasetType) ? { storageClass: 'ArrowTable' } : {})
  return { path: datastore.uriOfRecord(record), dataId: ref.dataId, load }
}

/** Why a dataset type is no table, and how to read it. */
async function refusalOf(
  butler: Butler,
  name: string,
): Promise<{ readonly message: string; readonly hint: string } | undefined> {
  const types = await butler.registry.queryDatasetTypes()
  const lower = name.toLowerCase()
  const type = types.find((t) => t.name.toLowerCase() === lower)
  if (type === undefined || isTable(type)) return undefined
  const near = didYouMean(
    name,
    types.filter(isTable).map((t) => t.name),
  )
  return {
    message: `The dataset type '${type.name}' is no table: it holds ${type.storageClass}.${near}`,
    hint: `Read one with butler.get('${type.name}', { ${type.dimensions.required.map((d) => `${d}: …`).join(', ')} }).`,
  }
}

/** Docs of dimensions are paragraphs; a column wants a line. */
export function firstSentence(doc: string): string {
  const text = doc.replace(/\s+/g, ' ').trim()
  return /^.*?\.(?=\s+[A-Z]|$)/.exec(text)?.[0] ?? text
}

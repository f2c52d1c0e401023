import {
  type Butler,
  type DatasetType,
  type DimensionElement,
  firstSentence,
  recordColumns,
  recordTables,
  storageClass,
  tableTypes,
} from '#butler'
import { openNodeSource } from '#platform/node'
import { type ColumnSpec, readParquetInfo } from '#table'
import type {
  ColumnData,
  DatasetTypeData,
  ElementData,
  RepositoryData,
  TableData,
} from '../protocol/repository-data.ts'

/** Keys of a dimension that are offered; of more, the last by their order. */
const MOST_VALUES = 500
/** Tables whose columns are read from a file of theirs. */
const MOST_TABLES = 100

/** What a front end can offer of the repository: its dataset types, data-ID values, collections and tables. */
export async function collectData(butler: Butler): Promise<RepositoryData> {
  const types = await butler.registry.queryDatasetTypes()
  const elements: ElementData[] = []
  for (const element of butler.dimensions.elements)
    if (element.kind !== 'skypix' && !element.name.startsWith('ssp_'))
      elements.push(await elementData(butler, element))
  return {
    root: butler.root,
    datasetTypes: types.map(typeData),
    elements,
    collections: await butler.collections.query('*'),
    tables: [
      ...(await datasetTables(butler)),
      ...recordTables(butler.dimensions).map((n) => recordTable(butler, n)),
    ],
  }
}

function typeData({
  name,
  dimensions,
  storageClass: className,
  isCalibration,
}: DatasetType): DatasetTypeData {
  const { components, derived } = storageClass(className)
  return {
    name,
    storageClass: className,
    required: dimensions.required,
    dimensions: [...dimensions.required, ...dimensions.implied],
    isCalibration,
    components: { ...components, ...derived },
  }
}

async function elementData(butler: Butler, element: DimensionElement): Promise<ElementData> {
  const { name, keyField } = element
  const key = element.keys[0] ?? butler.dimensions.find(element.viewOf ?? '')?.keys[0]
  const isDimension = element.kind !== 'join' && key !== undefined
  const options = { limit: MOST_VALUES + 1, explain: false, orderBy: `-${name}` }
  const records = isDimension ? await butler.queryDimensionRecords(name, options) : []
  const values = records
    .map((record) => record.get(keyField === '' ? name : keyField) ?? record.id)
    .filter((value) => typeof value === 'number' || typeof value === 'string')
  return {
    name,
    doc: firstSentence(element.doc),
    key: isDimension ? (key.type === 'int' ? 'number' : 'string') : undefined,
    values: [...new Set(values)].slice(0, MOST_VALUES).reverse(),
    more: records.length > MOST_VALUES,
    fields: [...element.keys, ...element.metadata].map((field) => ({
      name: field.name,
      type:
        field.type === 'bool'
          ? 'boolean'
          : field.type === 'string' || field.type === 'hash'
            ? 'string'
            : 'number',
      doc: firstSentence(field.doc),
    })),
  }
}

/** Dataset types that are tables, with the columns of the first file that is found. */
async function datasetTables(butler: Butler): Promise<readonly TableData[]> {
  const tables: TableData[] = []
  for (const type of (await tableTypes(butler, butler.collections.defaults)).slice(0, MOST_TABLES)) {
    const dimensions = [...type.dimensions.required, ...type.dimensions.implied]
    const keys = dimensions.map((d): ColumnData => {
      const {
        doc,
        keys: [key],
      } = butler.dimensions.get(d)
      return { name: d, type: key?.type === 'int' ? 'i64' : 'string', doc: firstSentence(doc) }
    })
    const own = await columnsOfFirst(butler, type)
    tables.push({
      name: type.name,
      doc: `dataset type by ${type.dimensions.required.join(', ')} (${type.storageClass})`,
      columns: [...keys, ...own.filter((column) => !dimensions.includes(column.name))],
    })
  }
  return tables
}

async function columnsOfFirst(butler: Butler, type: DatasetType): Promise<readonly ColumnData[]> {
  // Any of them will do: the first to be found is not told where a calibration has several validity ranges.
  const [ref] = await butler.queryDatasets(type, { limit: 1, explain: false, findFirst: false })
  if (ref === undefined) return []
  try {
    const uri = new URL(await butler.getUri(ref))
    if (uri.protocol !== 'file:') return []
    const source = await openNodeSource(decodeURIComponent(uri.pathname))
    try {
      return (await readParquetInfo(source)).schema.columns.map(columnData)
    } finally {
      await source.close()
    }
  } catch {
    // A file that is gone or no Parquet: its table is offered without columns.
    return []
  }
}

function recordTable(butler: Butler, name: string): TableData {
  const element = butler.dimensions.get(name)
  return {
    name,
    doc: `dimension records. ${firstSentence(element.doc)}`,
    columns: recordColumns(element, butler.dimensions).map(columnData),
  }
}

const columnData = ({ name, type, unit, doc }: ColumnSpec): ColumnData => ({
  name,
  type,
  ...(unit !== undefined && unit !== '' && { unit }),
  ...(doc !== undefined && doc !== '' && { doc }),
})

import type { SqlTable } from '#sql'
import { hasTable } from '../dimensions/element.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import {
  bigint,
  dimensionColumn,
  dimensionForeignKeys,
  integer,
  smallint,
  text,
  timespanColumns,
  uuid,
} from './columns.ts'
import { elementTable, hasSpatialTable, pairOverlapTables, skypixOverlapTables } from './dimension-tables.ts'

/** Every table of a fresh repository, and the records of its file datastores. */
export function staticTables(
  universe: DimensionUniverse,
  recordsTables: readonly string[] = [FILE_RECORDS_TABLE],
): readonly SqlTable[] {
  return [
    ATTRIBUTES,
    ...universe.elements.filter(hasTable).map((e) => elementTable(universe, e)),
    ...universe.elements.filter(hasSpatialTable).flatMap((e) => skypixOverlapTables(universe, e)),
    ...pairOverlapTables(universe),
    ...GRAPH_TABLES,
    ...COLLECTION_TABLES,
    ...DATASET_TABLES,
    ...summaryTables(universe),
    ...DATASTORE_TABLES,
    ...recordsTables.map(fileRecords),
  ]
}

export const FILE_RECORDS_TABLE = 'file_datastore_records'

const ATTRIBUTES: SqlTable = {
  name: 'butler_attributes',
  columns: [text('name'), text('value')],
  primaryKey: ['name'],
}

const collectionKey = { table: 'collection', targets: ['collection_id'] } as const

const GRAPH_TABLES: readonly SqlTable[] = [
  { name: 'dimension_graph_key', columns: [integer('id')], primaryKey: ['id'] },
  {
    name: 'dimension_graph_definition',
    columns: [bigint('dimension_graph_id'), text('dimension_name')],
    primaryKey: ['dimension_graph_id', 'dimension_name'],
    foreignKeys: [
      { columns: ['dimension_graph_id'], table: 'dimension_graph_key', targets: ['id'], cascade: true },
    ],
  },
]

const COLLECTION_TABLES: readonly SqlTable[] = [
  {
    name: 'collection',
    columns: [integer('collection_id'), text('name'), smallint('type'), text('doc', true)],
    primaryKey: ['collection_id'],
    unique: [['name']],
  },
  {
    name: 'run',
    columns: [bigint('collection_id'), text('host', true), ...timespanColumns()],
    primaryKey: ['collection_id'],
    foreignKeys: [{ columns: ['collection_id'], ...collectionKey, cascade: true }],
  },
  {
    name: 'collection_chain',
    columns: [bigint('parent'), smallint('position'), bigint('child')],
    primaryKey: ['parent', 'position'],
    foreignKeys: [
      { columns: ['parent'], ...collectionKey, cascade: true },
      { columns: ['child'], ...collectionKey },
    ],
  },
]

const DATASET_TABLES: readonly SqlTable[] = [
  {
    name: 'dataset_type',
    columns: [
      integer('id'),
      text('name'),
      text('storage_class'),
      bigint('dimensions_key'),
      text('tag_association_table'),
      text('calibration_association_table', true),
    ],
    primaryKey: ['id'],
    unique: [['name']],
  },
  {
    name: 'dataset',
    columns: [uuid('id'), bigint('dataset_type_id'), bigint('ingest_date'), bigint('run_id')],
    primaryKey: ['id'],
    foreignKeys: [
      { columns: ['dataset_type_id'], table: 'dataset_type', targets: ['id'] },
      { columns: ['run_id'], table: 'run', targets: ['collection_id'], cascade: true },
    ],
  },
]

function summaryTables(universe: DimensionUniverse): readonly SqlTable[] {
  const types: SqlTable = {
    name: 'collection_summary_dataset_type',
    columns: [bigint('collection_id'), bigint('dataset_type_id')],
    primaryKey: ['collection_id', 'dataset_type_id'],
    foreignKeys: [
      { columns: ['collection_id'], ...collectionKey, cascade: true },
      { columns: ['dataset_type_id'], table: 'dataset_type', targets: ['id'], cascade: true },
    ],
  }
  return [
    types,
    ...universe.governors.map((governor) => ({
      name: `collection_summary_${governor}`,
      columns: [bigint('collection_id'), dimensionColumn(universe.get(governor))],
      primaryKey: ['collection_id', governor],
      foreignKeys: [
        { columns: ['collection_id'], ...collectionKey, cascade: true },
        ...dimensionForeignKeys(universe, [governor]),
      ],
    })),
  ]
}

const LOCATION = [text('datastore_name'), uuid('dataset_id')]

const DATASTORE_TABLES: readonly SqlTable[] = [
  {
    name: 'dataset_location',
    columns: LOCATION,
    primaryKey: ['datastore_name', 'dataset_id'],
    foreignKeys: [{ columns: ['dataset_id'], table: 'dataset', targets: ['id'] }],
  },
  {
    name: 'dataset_location_trash',
    columns: [uuid('dataset_id'), text('datastore_name')],
    primaryKey: ['dataset_id', 'datastore_name'],
  },
  { name: 'opaque_meta', columns: [text('table_name')], primaryKey: ['table_name'] },
]

export const fileRecords = (name: string): SqlTable => ({
  name,
  columns: [
    uuid('dataset_id'),
    text('path'),
    text('formatter'),
    text('storage_class'),
    text('component', false, 32),
    text('checksum', true),
    bigint('file_size', true),
  ],
  primaryKey: ['dataset_id', 'component'],
  indexes: [['path']],
})

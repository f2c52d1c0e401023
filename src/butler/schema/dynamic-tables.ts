import type { SqlForeignKey, SqlTable } from '#sql'
import type { DimensionGroup } from '../dimensions/group.ts'
import { bigint, dimensionColumn, dimensionForeignKeys, integer, uuid } from './columns.ts'

/** Unbounded ends of a calibration's validity, as defaults of its columns. */
const TIMESPAN_MIN = '0'
const TIMESPAN_MAX = '4102444800000000000'

/** `dataset_tags_00000003`: tables are named by the dimension group's id. */
export const tagsTableName = (groupId: number): string => `dataset_tags_${String(groupId).padStart(8, '0')}`
export const calibsTableName = (groupId: number): string =>
  `dataset_calibs_${String(groupId).padStart(8, '0')}`

/** Membership of datasets in RUN and TAGGED collections, for all dataset types of one dimension group. */
export function tagsTable(name: string, group: DimensionGroup): SqlTable {
  const dimensions = group.required.map((d) => dimensionColumn(group.universe.get(d)))
  return {
    name,
    columns: [bigint('dataset_type_id'), uuid('dataset_id'), bigint('collection_id'), ...dimensions],
    primaryKey: ['dataset_id', 'collection_id'],
    unique: [['dataset_type_id', 'collection_id', ...group.required]],
    foreignKeys: foreignKeys(group),
  }
}

/** Validity of datasets in CALIBRATION collections. */
export function calibsTable(name: string, group: DimensionGroup): SqlTable {
  const dimensions = group.required.map((d) => dimensionColumn(group.universe.get(d)))
  return {
    name,
    columns: [
      integer('id'),
      bigint('dataset_type_id'),
      uuid('dataset_id'),
      bigint('collection_id'),
      ...dimensions,
      { ...bigint('timespan_begin'), default: TIMESPAN_MIN },
      { ...bigint('timespan_end'), default: TIMESPAN_MAX },
    ],
    primaryKey: ['id'],
    foreignKeys: foreignKeys(group),
    indexes: [['dataset_type_id', 'collection_id', ...group.required, 'timespan_begin', 'timespan_end']],
  }
}

function foreignKeys(group: DimensionGroup): readonly SqlForeignKey[] {
  const { universe } = group
  const summary = (table: string, column: string): SqlForeignKey => ({
    columns: ['collection_id', column],
    table: `collection_summary_${table}`,
    targets: ['collection_id', column],
  })
  return [
    { columns: ['dataset_type_id'], table: 'dataset_type', targets: ['id'] },
    { columns: ['dataset_id'], table: 'dataset', targets: ['id'], cascade: true },
    { columns: ['collection_id'], table: 'collection', targets: ['collection_id'], cascade: true },
    summary('dataset_type', 'dataset_type_id'),
    ...group.required.flatMap((d) => [
      ...dimensionForeignKeys(universe, [d]),
      ...(universe.get(d).kind === 'governor' ? [summary(d, d)] : []),
    ]),
  ]
}

import { eachRow, isSqlError, jsonRows, jsonUuid, quoteName, type SqlConnection, type SqlValue } from '#sql'
import type { Timespan } from '#time'
import type { CollectionRecord } from '../collections/store.ts'
import type { SummaryStore } from '../collections/summaries.ts'
import type { DataCoordinate } from '../dimensions/data-coordinate.ts'
import { CalibrationLookupError, ConflictingDefinitionError, OrphanedRecordError } from '../errors.ts'
import { fromHexId, toHexId } from './ids.ts'
import type { DatasetTypeRecord } from './type-store.ts'

/** A dataset to insert. */
export interface NewDataset {
  readonly id: string
  readonly coordinate: DataCoordinate
}

/** Where a search ended. */
export interface FoundDataset {
  readonly id: string
  readonly runId: number
}

/** Rows of datasets: identity, membership in RUN and TAGGED collections. Validity ranges are in `calibration-store.ts`. */
export class DatasetStore {
  private readonly connection: SqlConnection
  private readonly summaries: SummaryStore

  constructor(connection: SqlConnection, summaries: SummaryStore) {
    this.connection = connection
    this.summaries = summaries
  }

  /** Insert datasets into their run. `ingestDate`: ns TAI. */
  async insert(
    type: DatasetTypeRecord,
    run: CollectionRecord,
    datasets: readonly NewDataset[],
    ingestDate: bigint,
  ): Promise<void> {
    const { required } = type.type.dimensions
    const keyOf = ({ coordinate }: NewDataset) => required.map((n): SqlValue => coordinate.values[n]!)
    await this.summaries.extend(run.id, type.id, type.type.dimensions, eachRow(datasets, keyOf))
    try {
      await this.connection.runMany(
        'INSERT INTO dataset (id, dataset_type_id, ingest_date, run_id) VALUES (?, ?, ?, ?)',
        eachRow(datasets, (d) => [toHexId(d.id), type.id, ingestDate, run.id]),
      )
      await this.connection.runMany(
        tagInsert(type),
        eachRow(datasets, (d) => [type.id, toHexId(d.id), run.id, ...keyOf(d)]),
      )
    } catch (error) {
      throw insertError(error, type, run)
    }
  }

  /** Add existing datasets to a TAGGED collection; those that are there already stay. */
  async associate(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
    datasets: readonly NewDataset[],
  ): Promise<void> {
    const { required } = type.type.dimensions
    const keys = datasets.map((d) => required.map((n): SqlValue => d.coordinate.values[n]!))
    await this.summaries.extend(collection.id, type.id, type.type.dimensions, keys)
    try {
      await this.connection.runMany(
        `${tagInsert(type)} ON CONFLICT (dataset_id, collection_id) DO NOTHING`,
        datasets.map((d, i) => [type.id, toHexId(d.id), collection.id, ...keys[i]!]),
      )
    } catch (error) {
      if (!isSqlError(error) || !error.isIntegrity) throw error
      throw new ConflictingDefinitionError(
        error.kind === 'unique'
          ? `Collection '${collection.name}' holds another ${type.type.name} with the same data ID.`
          : `Not every ${type.type.name} to associate with '${collection.name}' exists.`,
        { cause: error, hint: 'Disassociate the other dataset first; nothing was changed.' },
      )
    }
  }

  async disassociate(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
    ids: readonly string[],
  ): Promise<void> {
    await this.connection.runMany(
      `DELETE FROM ${type.tags} WHERE dataset_id = ? AND collection_id = ?`,
      ids.map((id) => [toHexId(id), collection.id]),
    )
  }

  /** The dataset with this data ID in one RUN or TAGGED collection. */
  async findInTags(
    type: DatasetTypeRecord,
    collection: number,
    coordinate: DataCoordinate,
  ): Promise<FoundDataset | undefined> {
    const row = await this.connection.first(findStatement(type), [
      type.id,
      collection,
      ...type.type.dimensions.required.map((n) => coordinate.values[n]!),
    ])
    return row === undefined ? undefined : { id: fromHexId(row[0] as string), runId: row[1] as number }
  }

  /** The dataset that is valid over the whole or some of a timespan; several are a CalibrationLookupError. */
  async findInCalibs(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
    coordinate: DataCoordinate,
    timespan: Timespan | undefined,
  ): Promise<FoundDataset | undefined> {
    if (type.calibs === undefined) return undefined
    const conditions = type.type.dimensions.required.map((n) => `t.${quoteName(n)} = ?`)
    const values: SqlValue[] = type.type.dimensions.required.map((n) => coordinate.values[n]!)
    if (timespan !== undefined) {
      conditions.push('t.timespan_begin < ?', 't.timespan_end > ?')
      values.push(timespan.nsec[1], timespan.nsec[0])
    }
    const rows = await this.connection.all(
      `SELECT t.dataset_id, d.run_id FROM ${type.calibs} t JOIN dataset d ON d.id = t.dataset_id WHERE ${[
        't.dataset_type_id = ?',
        't.collection_id = ?',
        ...conditions,
      ].join(' AND ')} LIMIT 2`,
      [type.id, collection.id, ...values],
    )
    if (rows.length > 1)
      throw new CalibrationLookupError(
        `More than one ${type.type.name} for ${coordinate.toString()} is valid ${timespan === undefined ? 'at some time' : `in ${timespan.toString()}`} in '${collection.name}'.`,
        { hint: 'Give an exposure or visit in the data ID, or a timespan.' },
      )
    return rows[0] === undefined
      ? undefined
      : { id: fromHexId(rows[0][0] as string), runId: rows[0][1] as number }
  }

  /** Type and run of a dataset by its id. */
  async byId(id: string): Promise<{ readonly typeId: number; readonly runId: number } | undefined> {
    const row = await this.connection.first('SELECT dataset_type_id, run_id FROM dataset WHERE id = ?', [
      toHexId(id),
    ])
    return row === undefined ? undefined : { typeId: row[0] as number, runId: row[1] as number }
  }

  /** Which of some ids belong to datasets. */
  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set()
    const rows = await this.connection.all(
      `SELECT id FROM dataset WHERE id IN (SELECT ${jsonUuid(0)} FROM json_each(?))`,
      [jsonRows(ids.map((id) => [toHexId(id)]))],
    )
    return new Set(rows.map((row) => fromHexId(row[0] as string)))
  }

  /** Values of the required dimensions of a dataset, from its run's row. */
  async dataIdOf(
    type: DatasetTypeRecord,
    id: string,
    runId: number,
  ): Promise<readonly SqlValue[] | undefined> {
    const { required } = type.type.dimensions
    const columns = required.length === 0 ? '1' : required.map(quoteName).join(', ')
    return this.connection.first(
      `SELECT ${columns} FROM ${type.tags} WHERE dataset_id = ? AND collection_id = ?`,
      [toHexId(id), runId],
    )
  }

  /** Remove rows; memberships and validity ranges go with them, what the datastore still holds is refused. */
  async remove(ids: readonly string[]): Promise<void> {
    try {
      await this.connection.runMany(
        'DELETE FROM dataset WHERE id = ?',
        ids.map((id) => [toHexId(id)]),
      )
    } catch (error) {
      if (!isSqlError(error, 'foreign-key')) throw error
      throw new OrphanedRecordError('Datasets that are stored cannot be removed from the registry.', {
        cause: error,
        hint: 'Prune them with unstore and purge; where that does not do, `butler check` tells in which datastore they are.',
      })
    }
  }

  /** Ids of all datasets of a run. */
  async idsInRun(run: number): Promise<readonly string[]> {
    const rows = await this.connection.all('SELECT id FROM dataset WHERE run_id = ?', [run])
    return rows.map((r) => fromHexId(r[0] as string))
  }

  /** Number of datasets of a run by dataset type id. */
  async countsInRun(run: number): Promise<ReadonlyMap<number, number>> {
    const rows = await this.connection.all(
      'SELECT dataset_type_id, COUNT(*) FROM dataset WHERE run_id = ? GROUP BY dataset_type_id',
      [run],
    )
    return new Map(rows.map((r) => [r[0] as number, r[1] as number]))
  }
}

const findStatements = new WeakMap<DatasetTypeRecord, string>()

/** Built once a type: the hot statement of every `get`. */
function findStatement(type: DatasetTypeRecord): string {
  let statement = findStatements.get(type)
  if (statement === undefined) {
    const dimensions = type.type.dimensions.required.map((n) => ` AND t.${quoteName(n)} = ?`).join('')
    statement = `SELECT t.dataset_id, d.run_id FROM ${type.tags} t JOIN dataset d ON d.id = t.dataset_id WHERE t.dataset_type_id = ? AND t.collection_id = ?${dimensions}`
    findStatements.set(type, statement)
  }
  return statement
}

function tagInsert(type: DatasetTypeRecord): string {
  const columns = ['dataset_type_id', 'dataset_id', 'collection_id', ...type.type.dimensions.required]
  return `INSERT INTO ${type.tags} (${columns.map(quoteName).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
}

function insertError(error: unknown, type: DatasetTypeRecord, run: CollectionRecord): unknown {
  if (!isSqlError(error) || !error.isIntegrity) return error
  const why =
    error.kind === 'unique'
      ? `Run '${run.name}' already holds a ${type.type.name} with this data ID, or its id is taken.`
      : `A dimension record of this ${type.type.name} does not exist.`
  return new ConflictingDefinitionError(why, {
    cause: error,
    hint:
      error.kind === 'unique'
        ? 'Prune the dataset there first, or write to another run; ids of DATAID_TYPE are the same in every run, those of DATAID_TYPE_RUN are not.'
        : 'Insert the dimension records first.',
  })
}

import { numberedInsert, quoteName, type SqlConnection, type SqlValue } from '#sql'
import { Timespan } from '#time'
import type { CollectionRecord } from '../collections/store.ts'
import type { SummaryStore } from '../collections/summaries.ts'
import type { DataCoordinate } from '../dimensions/data-coordinate.ts'
import { ConflictingDefinitionError } from '../errors.ts'
import type { NewDataset } from './dataset-store.ts'
import { fromHexId, toHexId } from './ids.ts'
import type { DatasetTypeRecord } from './type-store.ts'

/** One membership of a dataset in a collection; `timespan` is its validity, or undefined for RUN and TAGGED. */
export interface AssociationRow {
  readonly id: string
  readonly runId: number
  readonly collectionId: number
  /** Values of the type's required dimensions. */
  readonly key: readonly SqlValue[]
  readonly timespan: Timespan | undefined
}

/** Validity ranges of datasets in CALIBRATION collections. */
export class CalibrationStore {
  private readonly connection: SqlConnection
  private readonly summaries: SummaryStore

  constructor(connection: SqlConnection, summaries: SummaryStore) {
    this.connection = connection
    this.summaries = summaries
  }

  /** Say that datasets are valid over a timespan; an overlap with another range of the same data ID is refused. */
  async certify(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
    datasets: readonly NewDataset[],
    timespan: Timespan,
  ): Promise<void> {
    const { required } = type.type.dimensions
    const keys = datasets.map((d) => required.map((n): SqlValue => d.coordinate.values[n]!))
    await this.summaries.extend(collection.id, type.id, type.type.dimensions, keys)
    await this.connection.lockTable(type.calibs!)
    if (!timespan.isEmpty) await this.refuseOverlaps(type, collection, keys, timespan)
    await this.connection.runMany(
      insertStatement(this.connection, type),
      datasets.map((d, i) => [type.id, toHexId(d.id), collection.id, ...keys[i]!, ...timespan.nsec]),
    )
  }

  /** Take a timespan out of validity ranges: rows vanish, shrink or split in two. */
  async decertify(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
    timespan: Timespan,
    dataIds: readonly DataCoordinate[] | undefined,
  ): Promise<void> {
    const { required } = type.type.dimensions
    const wanted = dataIds === undefined ? undefined : new Set(dataIds.map((d) => d.key))
    await this.connection.lockTable(type.calibs!)
    const rows = await this.connection.all(
      `SELECT id, dataset_id, CAST(timespan_begin AS TEXT), CAST(timespan_end AS TEXT)${required.map((n) => `, ${quoteName(n)}`).join('')}
       FROM ${type.calibs!} WHERE dataset_type_id = ? AND collection_id = ? AND timespan_begin < ? AND timespan_end > ?`,
      [type.id, collection.id, timespan.nsec[1], timespan.nsec[0]],
    )
    for (const [id, dataset, begin, end, ...key] of rows) {
      if (wanted !== undefined && !wanted.has(key.map((v) => `${String(v)}\u0000`).join(''))) continue
      const span = Timespan.fromNsec(BigInt(begin as string), BigInt(end as string))
      if (!span.overlaps(timespan)) continue
      await this.connection.run(`DELETE FROM ${type.calibs!} WHERE id = ?`, [id!])
      await this.connection.runMany(
        insertStatement(this.connection, type),
        span.difference(timespan).map((piece) => [type.id, dataset!, collection.id, ...key, ...piece.nsec]),
      )
    }
  }

  /** Every membership of datasets of a type in one collection. */
  async associations(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
  ): Promise<readonly AssociationRow[]> {
    const { required } = type.type.dimensions
    const isCalibration = collection.type === 'CALIBRATION'
    if (isCalibration && type.calibs === undefined) return []
    const spans = isCalibration
      ? 'CAST(t.timespan_begin AS TEXT), CAST(t.timespan_end AS TEXT)'
      : 'NULL, NULL'
    const rows = await this.connection.all(
      `SELECT t.dataset_id, d.run_id, ${spans}${required.map((n) => `, t.${quoteName(n)}`).join('')}
       FROM ${isCalibration ? type.calibs! : type.tags} t JOIN dataset d ON d.id = t.dataset_id
       WHERE t.dataset_type_id = ? AND t.collection_id = ?`,
      [type.id, collection.id],
    )
    return rows.map(([id, runId, begin, end, ...key]) => ({
      id: fromHexId(id as string),
      runId: runId as number,
      collectionId: collection.id,
      key,
      timespan:
        begin === null ? undefined : Timespan.fromNsec(BigInt(begin as string), BigInt(end as string)),
    }))
  }

  private async refuseOverlaps(
    type: DatasetTypeRecord,
    collection: CollectionRecord,
    keys: readonly (readonly SqlValue[])[],
    timespan: Timespan,
  ): Promise<void> {
    const { required } = type.type.dimensions
    const same = required.map((n) => ` AND ${quoteName(n)} = ?`).join('')
    const statement = `SELECT COUNT(*) FROM ${type.calibs!} WHERE dataset_type_id = ? AND collection_id = ?${same} AND timespan_begin < ? AND timespan_end > ?`
    let conflicts = 0
    const seen = new Set<string>()
    for (const key of keys) {
      const text = JSON.stringify(key.map(String))
      if (seen.has(text)) conflicts++
      seen.add(text)
      const row = await this.connection.first(statement, [
        type.id,
        collection.id,
        ...key,
        timespan.nsec[1],
        timespan.nsec[0],
      ])
      conflicts += row![0] as number
    }
    if (conflicts > 0)
      throw new ConflictingDefinitionError(
        `${conflicts} validity ${conflicts === 1 ? 'range' : 'ranges'} in '${collection.name}' overlap ${timespan.toString()} for the ${type.type.name} to certify.`,
        { hint: 'Decertify that timespan first; nothing was changed.' },
      )
  }
}

function insertStatement({ dialect }: SqlConnection, type: DatasetTypeRecord): string {
  const columns = [
    'dataset_type_id',
    'dataset_id',
    'collection_id',
    ...type.type.dimensions.required,
    'timespan_begin',
    'timespan_end',
  ]
  return numberedInsert(dialect, type.calibs!, 'id', columns)
}

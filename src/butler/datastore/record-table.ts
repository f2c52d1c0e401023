import { eachRow, jsonRows, jsonUuid, jsonValue, type SqlConnection } from '#sql'
import { fromHexId, toHexId } from '../datasets/ids.ts'
import { FILE_RECORDS_TABLE } from '../schema/static-tables.ts'

/** Stands in the component column for "the whole dataset". */
const WHOLE = '__NULL_STRING__'

/** What the datastore knows of one stored dataset (or of one of its parts, when they are files of their own). */
export interface FileRecord {
  readonly id: string
  /** Relative to the root, or an absolute URI. */
  readonly path: string
  readonly formatter: string
  readonly storageClass: string
  readonly component: string | undefined
  readonly checksum: string | undefined
  readonly size: number
}

/** A record with what it belongs to and whether it is in use. */
export interface StoredRecord extends FileRecord {
  readonly typeId: number
  readonly runId: number
  /** In the datastore; deleted but not yet removed; or neither, after a crash. */
  readonly state: 'located' | 'trashed' | 'adrift'
  /** Whether the registry knows the dataset. */
  readonly isKnown: boolean
  /** Whether it is said to be where no datastore is. */
  readonly isUnderFormerName: boolean
}

/** A dataset that the registry knows and no record belongs to. */
export interface UnrecordedDataset {
  readonly id: string
  readonly typeId: number
  readonly runId: number
  /** Whether it is said to be stored all the same. */
  readonly isLocated: boolean
}

const COLUMNS = 'dataset_id, path, formatter, storage_class, component, checksum, file_size'

/** The file datastore's tables: records, locations, and the trash that is emptied after a commit. */
export class FileRecordTable {
  private readonly connection: SqlConnection
  private readonly datastore: string
  private readonly table: string
  private readonly names: readonly string[]

  /**
   * `datastore`: the name that rows carry, e.g. `FileDatastore@<butlerRoot>`; `table`: the one of the records; `names`: those of all
   * datastores. The name goes with the root, so that rows of a dataset with a record here may have a former one, which no datastore has.
   */
  constructor(
    connection: SqlConnection,
    datastore: string,
    table = FILE_RECORDS_TABLE,
    names: readonly string[] = [datastore],
  ) {
    this.connection = connection
    this.datastore = datastore
    this.table = table
    this.names = names
  }

  /** Names in rows that no datastore has (any more), one seek each: the key of places begins with the name. */
  async formerNames(): Promise<readonly string[]> {
    const found: string[] = []
    for (let last = ''; ; ) {
      const row = await this.connection.first(
        'SELECT MIN(datastore_name) FROM dataset_location WHERE datastore_name > ?',
        [last],
      )
      if (typeof row?.[0] !== 'string') return found
      last = row[0]
      if (!this.names.includes(last)) found.push(last)
    }
  }

  async insert(records: readonly FileRecord[]): Promise<void> {
    await this.connection.runMany(
      `INSERT INTO ${this.table} (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      eachRow(records, (r) => [
        toHexId(r.id),
        r.path,
        r.formatter,
        r.storageClass,
        r.component ?? WHOLE,
        r.checksum ?? null,
        r.size,
      ]),
    )
    await this.connection.runMany(
      'INSERT INTO dataset_location (datastore_name, dataset_id) VALUES (?, ?)',
      eachRow([...new Set(records.map(({ id }) => toHexId(id)))], (id) => [this.datastore, id]),
    )
  }

  async of(id: string): Promise<readonly FileRecord[]> {
    const rows = await this.connection.all(`SELECT ${COLUMNS} FROM ${this.table} WHERE dataset_id = ?`, [
      toHexId(id),
    ])
    return rows.map(toRecord)
  }

  /** Records of many datasets by id; those without any are absent. */
  async ofMany(ids: readonly string[]): Promise<ReadonlyMap<string, readonly FileRecord[]>> {
    const found = new Map<string, FileRecord[]>()
    if (ids.length === 0) return found
    const rows = await this.connection.all(
      `SELECT ${COLUMNS} FROM ${this.table} WHERE dataset_id IN (SELECT ${jsonUuid(0)} FROM json_each(?))`,
      [jsonRows(ids.map((id) => [toHexId(id)]))],
    )
    for (const row of rows) {
      const record = toRecord(row)
      const list = found.get(record.id)
      if (list === undefined) found.set(record.id, [record])
      else list.push(record)
    }
    return found
  }

  /** Move datasets to the trash; their files stay until the trash is emptied. Gives how many were stored. */
  async trash(ids: readonly string[]): Promise<number> {
    let trashed = 0
    for (const name of [this.datastore, ...(await this.formerNames())]) {
      const place =
        name === this.datastore
          ? 'dataset_id = ? AND datastore_name = ?'
          : `dataset_id = ? AND datastore_name = ?
               AND EXISTS (SELECT 1 FROM ${this.table} r WHERE r.dataset_id = dataset_location.dataset_id)`
      const rows = ids.map((id) => [toHexId(id), name])
      await this.connection.runMany(
        `INSERT INTO dataset_location_trash (dataset_id, datastore_name)
         SELECT dataset_id, ? FROM dataset_location WHERE ${place} ON CONFLICT DO NOTHING`,
        rows.map((row) => [this.datastore, ...row]),
      )
      trashed += await this.connection.runMany(`DELETE FROM dataset_location WHERE ${place}`, rows)
    }
    return trashed
  }

  /** Take over what was trashed under a former name. */
  async adoptTrash(): Promise<void> {
    const notOurs = `datastore_name NOT IN (SELECT ${jsonValue(0, true)} FROM json_each(?))`
    const names = rowsOf(this.names)
    const any = `SELECT 1 FROM dataset_location_trash WHERE ${notOurs} LIMIT 1`
    if ((await this.connection.first(any, [names])) === undefined) return
    const former = `${notOurs}
       AND EXISTS (SELECT 1 FROM ${this.table} r WHERE r.dataset_id = dataset_location_trash.dataset_id)`
    await this.connection.run(
      `INSERT INTO dataset_location_trash (dataset_id, datastore_name)
       SELECT DISTINCT dataset_id, ? FROM dataset_location_trash WHERE ${former} ON CONFLICT DO NOTHING`,
      [this.datastore, names],
    )
    await this.connection.run(`DELETE FROM dataset_location_trash WHERE ${former}`, [names])
  }

  /** Records of trashed datasets, with whether a dataset that is not trashed uses the same file. */
  async trashed(): Promise<readonly (FileRecord & { readonly stillUsed: boolean })[]> {
    const columns = COLUMNS.split(', ')
      .map((c) => `r.${c}`)
      .join(', ')
    const rows = await this.connection.all(
      `SELECT ${columns}, EXISTS (
         SELECT 1 FROM ${this.table} o WHERE o.path = r.path AND o.dataset_id NOT IN (
           SELECT dataset_id FROM dataset_location_trash WHERE datastore_name = ?))
       FROM ${this.table} r JOIN dataset_location_trash t ON t.dataset_id = r.dataset_id WHERE t.datastore_name = ?`,
      [this.datastore, this.datastore],
    )
    return rows.map((row) => ({ ...toRecord(row), stillUsed: row[7] === 1 }))
  }

  /** Every record there is. */
  async everything(): Promise<readonly StoredRecord[]> {
    const name = jsonValue(0, true)
    const columns = COLUMNS.split(', ')
      .map((c) => `r.${c}`)
      .join(', ')
    const rows = await this.connection.all(
      `SELECT ${columns}, d.dataset_type_id, d.run_id,
         CASE WHEN l.dataset_id IS NOT NULL THEN 'located'
           WHEN EXISTS (SELECT 1 FROM dataset_location_trash t
             WHERE t.dataset_id = r.dataset_id
               AND (t.datastore_name = ? OR t.datastore_name NOT IN (SELECT ${name} FROM json_each(?)))) THEN 'trashed'
           ELSE 'adrift' END,
         CASE WHEN EXISTS (SELECT 1 FROM dataset_location o
           WHERE o.dataset_id = r.dataset_id AND o.datastore_name IN (SELECT ${name} FROM json_each(?)))
           THEN 1 ELSE 0 END
       FROM ${this.table} r
       LEFT JOIN dataset d ON d.id = r.dataset_id
       LEFT JOIN dataset_location l ON l.dataset_id = r.dataset_id AND l.datastore_name = ?`,
      [this.datastore, rowsOf(this.names), rowsOf(await this.formerNames()), this.datastore],
    )
    return rows.map((row) => ({
      ...toRecord(row),
      typeId: Number(row[7]),
      runId: Number(row[8]),
      state: row[9] as StoredRecord['state'],
      isKnown: row[7] !== null,
      isUnderFormerName: row[10] === 1,
    }))
  }

  /** Datasets without a record: those that are said to be stored here, and all of some runs that are not being deleted. */
  async unrecorded(runs: readonly number[]): Promise<readonly UnrecordedDataset[]> {
    const rows = await this.connection.all(
      `SELECT d.id, d.dataset_type_id, d.run_id, CASE WHEN l.dataset_id IS NULL THEN 0 ELSE 1 END
       FROM dataset d LEFT JOIN dataset_location l ON l.dataset_id = d.id AND l.datastore_name = ?
       WHERE (l.dataset_id IS NOT NULL OR d.run_id IN (SELECT ${jsonValue(0, false)} FROM json_each(?)))
         AND NOT EXISTS (SELECT 1 FROM ${this.table} r WHERE r.dataset_id = d.id)
         AND NOT EXISTS (
           SELECT 1 FROM dataset_location_trash t WHERE t.dataset_id = d.id AND t.datastore_name = ?)`,
      [this.datastore, jsonRows(runs.map((run) => [run])), this.datastore],
    )
    return rows.map(([id, typeId, runId, isLocated]) => ({
      id: fromHexId(id as string),
      typeId: Number(typeId),
      runId: Number(runId),
      isLocated: isLocated === 1,
    }))
  }

  /** Say of datasets that have records that they are stored here, and no longer under a former name. */
  async locate(ids: readonly string[]): Promise<void> {
    for (const name of await this.formerNames())
      await this.connection.runMany(
        'DELETE FROM dataset_location WHERE dataset_id = ? AND datastore_name = ?',
        ids.map((id) => [toHexId(id), name]),
      )
    await this.connection.runMany(
      'INSERT INTO dataset_location (datastore_name, dataset_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      ids.map((id) => [this.datastore, toHexId(id)]),
    )
  }

  /** Forget where datasets are stored; they stay known to the registry. */
  async drop(ids: readonly string[]): Promise<void> {
    const keys = ids.map((id) => [toHexId(id)])
    await this.connection.runMany(`DELETE FROM ${this.table} WHERE dataset_id = ?`, keys)
    await this.connection.runMany(
      'DELETE FROM dataset_location WHERE dataset_id = ? AND datastore_name = ?',
      ids.map((id) => [toHexId(id), this.datastore]),
    )
  }

  /** Whether a dataset that is not trashed is a member of this archive. */
  async isArchiveInUse(path: string): Promise<boolean> {
    const pattern = `${path.replace(/[[*?]/g, '[$&]')}#*`
    const row = await this.connection.first(
      `SELECT 1 FROM ${this.table} WHERE path GLOB ? AND dataset_id NOT IN (
         SELECT dataset_id FROM dataset_location_trash WHERE datastore_name = ?) LIMIT 1`,
      [pattern, this.datastore],
    )
    return row !== undefined
  }

  /** What records of this path belong to: a dataset, datasets in the trash only, or undefined for none. */
  async pathState(path: string): Promise<'stored' | 'trashed' | undefined> {
    const row = await this.connection.first(
      `SELECT MIN(CASE WHEN dataset_id IN (
         SELECT dataset_id FROM dataset_location_trash WHERE datastore_name = ?) THEN 1 ELSE 0 END)
       FROM ${this.table} WHERE path = ?`,
      [this.datastore, path],
    )
    const least = row?.[0] ?? undefined
    return least === undefined ? undefined : Number(least) === 1 ? 'trashed' : 'stored'
  }

  /** Forget those of the datasets that are in the trash; gives their records. */
  async takeFromTrash(ids: readonly string[]): Promise<readonly FileRecord[]> {
    const any = 'SELECT 1 FROM dataset_location_trash WHERE datastore_name = ? LIMIT 1'
    if ((await this.connection.first(any, [this.datastore])) === undefined) return []
    const wanted = new Set(ids)
    const taken = (await this.trashed()).filter(({ id }) => wanted.has(id))
    await this.forget([...new Set(taken.map(({ id }) => id))])
    return taken
  }

  /** Forget trashed datasets whose files are gone. */
  async forget(ids: readonly string[]): Promise<void> {
    const keys = ids.map((id) => [toHexId(id)])
    await this.connection.runMany(`DELETE FROM ${this.table} WHERE dataset_id = ?`, keys)
    await this.connection.runMany(
      'DELETE FROM dataset_location_trash WHERE dataset_id = ? AND datastore_name = ?',
      ids.map((id) => [toHexId(id), this.datastore]),
    )
  }
}

const rowsOf = (names: readonly string[]): string => jsonRows(names.map((name) => [name]))

function toRecord(row: readonly unknown[]): FileRecord {
  const [id, path, formatter, storageClass, component, checksum, size] = row as [
    string,
    string,
    string,
    string,
    string,
    string | null,
    number | null,
  ]
  return {
    id: fromHexId(id),
    path,
    formatter,
    storageClass,
    component: component === WHOLE || component === '' ? undefined : component,
    checksum: checksum ?? undefined,
    size: size ?? -1,
  }
}

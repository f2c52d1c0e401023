import { eachRow, jsonRows, jsonUuid, jsonValue, type SqlConnection } from '#sql'
import { fromHexId, toHexId } from '../datasets/ids.ts'
import { RepositoryConfigError } from '../errors.ts'

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
/** Rows of a table that is not there, of the right kinds. */
const NO_ROWS = `(SELECT id AS dataset_id, '' AS path, '' AS formatter, '' AS storage_class, '' AS component,
  '' AS checksum, 0 AS file_size FROM dataset WHERE 1 = 0)`

/** Where a datastore keeps its records. */
export interface RecordPlace {
  /** The name that rows carry, e.g. `FileDatastore@<butlerRoot>`. */
  readonly datastore: string
  readonly table: string
  /**
   * Names of all datastores. The name goes with the root, so that rows of a dataset with a record here may have a former one, which
   * no datastore has.
   */
  readonly names: readonly string[]
  /** Names of the others that keep their records in the same table, and whether they all come later. */
  readonly sharers: readonly string[]
  readonly isFirst: boolean
}

/** The file datastore's tables: records, locations, and the trash that is emptied after a commit. */
export class FileRecordTable {
  private readonly connection: SqlConnection
  private readonly datastore: string
  private readonly table: string
  private readonly names: readonly string[]
  private readonly isShared: boolean
  /** What of the table is this datastore's, for FROM. */
  private readonly own: string
  private isThere = false

  constructor(connection: SqlConnection, { datastore, table, names, sharers, isFirst }: RecordPlace) {
    this.connection = connection
    this.datastore = datastore
    this.table = table
    this.names = names
    this.isShared = sharers.length > 0
    this.own = this.isShared ? ownRows(table, isFirst ? { notOf: sharers } : { of: [datastore] }) : table
  }

  /** Its records, for FROM. The real Butler makes the table when it first opens the repository for writing: until then there are none. */
  private async rows(): Promise<string> {
    this.isThere ||= await this.connection.hasTable(this.table)
    return this.isThere ? this.own : NO_ROWS
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
    if (this.isShared) await this.requireFree(records)
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
    const own = await this.rows()
    const rows = await this.connection.all(`SELECT ${COLUMNS} FROM ${own} r WHERE dataset_id = ?`, [
      toHexId(id),
    ])
    return rows.map(toRecord)
  }

  /** Records of many datasets by id; those without any are absent. */
  async ofMany(ids: readonly string[]): Promise<ReadonlyMap<string, readonly FileRecord[]>> {
    const found = new Map<string, FileRecord[]>()
    if (ids.length === 0) return found
    const own = await this.rows()
    const rows = await this.connection.all(
      `SELECT ${COLUMNS} FROM ${own} r WHERE dataset_id IN (SELECT ${jsonUuid(0)} FROM json_each(?))`,
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
    const own = await this.rows()
    for (const name of [this.datastore, ...(await this.formerNames())]) {
      const place =
        name === this.datastore
          ? 'dataset_id = ? AND datastore_name = ?'
          : `dataset_id = ? AND datastore_name = ?
               AND EXISTS (SELECT 1 FROM ${own} r WHERE r.dataset_id = dataset_location.dataset_id)`
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
    const own = await this.rows()
    const former = `${notOurs}
       AND EXISTS (SELECT 1 FROM ${own} r WHERE r.dataset_id = dataset_location_trash.dataset_id)`
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
    const own = await this.rows()
    const rows = await this.connection.all(
      `SELECT ${columns}, EXISTS (
         SELECT 1 FROM ${own} o WHERE o.path = r.path AND o.dataset_id NOT IN (
           SELECT dataset_id FROM dataset_location_trash WHERE datastore_name = ?))
       FROM ${own} r JOIN dataset_location_trash t ON t.dataset_id = r.dataset_id WHERE t.datastore_name = ?`,
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
    const own = await this.rows()
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
       FROM ${own} r
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
    const own = await this.rows()
    const rows = await this.connection.all(
      `SELECT d.id, d.dataset_type_id, d.run_id, CASE WHEN l.dataset_id IS NULL THEN 0 ELSE 1 END
       FROM dataset d LEFT JOIN dataset_location l ON l.dataset_id = d.id AND l.datastore_name = ?
       WHERE (l.dataset_id IS NOT NULL OR d.run_id IN (SELECT ${jsonValue(0, false)} FROM json_each(?)))
         AND NOT EXISTS (SELECT 1 FROM ${own} r WHERE r.dataset_id = d.id)
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
    await this.remove(ids)
    await this.connection.runMany(
      'DELETE FROM dataset_location WHERE dataset_id = ? AND datastore_name = ?',
      ids.map((id) => [toHexId(id), this.datastore]),
    )
  }

  /** Whether a dataset that is not trashed is a member of this archive. */
  async isArchiveInUse(path: string): Promise<boolean> {
    const pattern = `${path.replace(/[[*?]/g, '[$&]')}#*`
    const own = await this.rows()
    const row = await this.connection.first(
      `SELECT 1 FROM ${own} r WHERE path GLOB ? AND dataset_id NOT IN (
         SELECT dataset_id FROM dataset_location_trash WHERE datastore_name = ?) LIMIT 1`,
      [pattern, this.datastore],
    )
    return row !== undefined
  }

  /** What records of this path belong to: a dataset, datasets in the trash only, or undefined for none. */
  async pathState(path: string): Promise<'stored' | 'trashed' | undefined> {
    const own = await this.rows()
    const row = await this.connection.first(
      `SELECT MIN(CASE WHEN dataset_id IN (
         SELECT dataset_id FROM dataset_location_trash WHERE datastore_name = ?) THEN 1 ELSE 0 END)
       FROM ${own} r WHERE path = ?`,
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
    await this.remove(ids)
    await this.connection.runMany(
      'DELETE FROM dataset_location_trash WHERE dataset_id = ? AND datastore_name = ?',
      ids.map((id) => [toHexId(id), this.datastore]),
    )
  }

  private async remove(ids: readonly string[]): Promise<void> {
    const mine = this.isShared ? ` AND dataset_id IN (SELECT dataset_id FROM ${this.own} r)` : ''
    await this.connection.runMany(
      `DELETE FROM ${this.table} WHERE dataset_id = ?${mine}`,
      ids.map((id) => [toHexId(id)]),
    )
  }

  /** A table has one record of each dataset. */
  private async requireFree(records: readonly FileRecord[]): Promise<void> {
    const taken = await this.connection.first(
      `SELECT dataset_id FROM ${this.table} WHERE dataset_id IN (SELECT ${jsonUuid(0)} FROM json_each(?)) LIMIT 1`,
      [jsonRows(records.map(({ id }) => [toHexId(id)]))],
    )
    if (taken === undefined) return
    const id = fromHexId(taken[0] as string)
    throw new RepositoryConfigError(
      `Two datastores keep their records in the table ${this.table}, and both take the dataset ${id}.`,
      { hint: 'Give each its own records.table in butler.yaml, or constraints of which only one takes it.' },
    )
  }
}

/** Rows of a table that others use too: those in places of some names, or all but those. */
function ownRows(
  table: string,
  which: { readonly of: readonly string[] } | { readonly notOf: readonly string[] },
): string {
  const names = 'of' in which ? which.of : which.notOf
  const list = names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ')
  const places = ['dataset_location', 'dataset_location_trash']
    .map(
      (place) =>
        `SELECT 1 FROM ${place} p WHERE p.datastore_name IN (${list}) AND p.dataset_id = x.dataset_id`,
    )
    .join(' UNION ALL ')
  return `(SELECT * FROM ${table} x WHERE ${'of' in which ? '' : 'NOT '}EXISTS (${places}))`
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

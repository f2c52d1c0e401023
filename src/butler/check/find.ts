import type { FileDatastore } from '../datastore/file-datastore.ts'
import type { Accepts } from '../datastore/constraints.ts'
import { fileStores } from '../repository/config.ts'
import type { Repository } from '../repository/repository.ts'
import { listFiles, sortFiles } from './files.ts'
import { judgeRecords } from './records.ts'
import type { CheckReport, OwnerNames } from './report.ts'
import { findUnrecorded, type LostRecord } from './unrecorded.ts'

export interface FindOptions {
  /** Also read the files whose records have a checksum. */
  readonly checksums?: boolean
  /** Files younger than this are not called orphans: another process may be about to commit them. Milliseconds. */
  readonly youngestMs?: number
  /** Milliseconds since 1970, to tell ages. */
  readonly now: number
}

/** What is wrong in one datastore. */
export interface StoreReport {
  readonly store: FileDatastore
  readonly report: CheckReport
  /** Ids of the datasets that it holds. */
  readonly ids: ReadonlySet<string>
  /** Ids with records, but no place or one under a former name, that the registry knows. */
  readonly displaced: readonly string[]
  /** Datasets whose records can be written again. */
  readonly lost: readonly LostRecord[]
}

/** Compare rows with files. Nothing is changed. A report for each datastore that keeps files, and what the database says. */
export async function findProblems(
  repository: Repository,
  options: FindOptions,
): Promise<readonly StoreReport[]> {
  const { datastore, connection } = repository
  const names = await ownerNames(repository)
  const reports: StoreReport[] = []
  for (const { store, accepts } of datastore.fileMembers)
    reports.push(await findInStore(repository, store, accepts, names, options))
  const database = connection.dialect === 'sqlite' ? await quickCheck(repository) : []
  const [first, ...rest] = reports
  if (first === undefined) return []
  const elsewhere = await findElsewhere(repository)
  return [{ ...first, report: { ...first.report, database, elsewhere } }, ...rest]
}

async function findInStore(
  repository: Repository,
  store: FileDatastore,
  accepts: Accepts,
  names: OwnerNames,
  options: FindOptions,
): Promise<StoreReport> {
  const stored = await store.records.everything()
  const located = stored.filter((r) => r.state === 'located')
  const adrift = stored.filter((r) => r.state === 'adrift' || (r.state === 'located' && r.isUnderFormerName))
  const listed = await listFiles(store)
  const files = await sortFiles(
    store,
    { listed: listed ?? [], stored, names },
    withPatience(repository, store, options),
  )
  const { missing, damaged } = await judgeRecords(store, located, {
    names,
    brokenLinks: files.brokenLinks,
    checksums: options.checksums === true,
  })
  const { lost, gone, unsure } = await findUnrecorded(repository, store, accepts, {
    names,
    files: listed && [...files.orphans, ...files.young],
  })
  const ids = new Set(located.map((r) => r.id))
  const found = new Map(lost.flatMap(({ records, dataset }) => records.map((r) => [r.path, dataset])))
  return {
    store,
    ids,
    lost,
    displaced: [...new Set(adrift.filter((r) => r.isKnown).map((r) => r.id))],
    report: {
      datasets: ids.size,
      files: files.known,
      temporaries: files.temporaries,
      orphans: files.orphans.filter((path) => !found.has(path) && !unsure.has(path)),
      strangers: [...files.strangers, ...[...unsure].filter((path) => !found.has(path))],
      young: files.young.filter((path) => !found.has(path)),
      unrecorded: [...found].map(([path, dataset]) => ({ ...dataset, path })),
      missing: [...missing, ...gone],
      damaged,
      trash: stored.filter((r) => r.state === 'trashed').map((r) => r.id),
      adrift: [...new Set(adrift.map((r) => r.id))],
      stuck: [],
      database: [],
      unlisted: listed === undefined ? [store.root] : [],
      elsewhere: [],
    },
  }
}

/** Datasets that are said to be in datastores which the configuration does not have, and that no other one knows. */
async function findElsewhere({
  connection,
  config,
  datastore,
}: Repository): Promise<CheckReport['elsewhere']> {
  const unknown = fileStores(config)
    .map(({ table }) => `AND NOT EXISTS (SELECT 1 FROM ${table} r WHERE r.dataset_id = l.dataset_id)`)
    .join(' ')
  const found: { readonly datastore: string; readonly datasets: number }[] = []
  for (const name of (await datastore.fileStores[0]?.records.formerNames()) ?? []) {
    const row = await connection.first(
      `SELECT COUNT(*) FROM dataset_location l WHERE l.datastore_name = ? ${unknown}`,
      [name],
    )
    const datasets = Number(row?.[0])
    if (datasets > 0) found.push({ datastore: name, datasets })
  }
  return found
}

const HOUR_MS = 3_600_000

/**
 * How old a file must be to be nobody's. SQLite has no other writer while it is mended, so a file at its place without a row is no put in
 * progress; but runs write before they record: beside the places on a disk, at the places on servers.
 */
function withPatience(
  { connection }: Repository,
  store: FileDatastore,
  { now, youngestMs }: FindOptions,
): { readonly now: number; readonly placed: number; readonly staged: number } {
  const isOpen = connection.dialect !== 'sqlite' || store.isRemote
  return { now, placed: youngestMs ?? (isOpen ? HOUR_MS : 0), staged: youngestMs ?? HOUR_MS }
}

async function quickCheck({ connection }: Repository): Promise<readonly string[]> {
  const rows = await connection.all('PRAGMA quick_check(20)')
  const lines = rows.map(([line]) => String(line))
  const keys = await connection.all('PRAGMA foreign_key_check')
  const lost = keys.map(
    ([table, , parent]) => `a row of ${String(table)} refers to no row of ${String(parent)}`,
  )
  return [...lines.filter((line) => line !== 'ok'), ...lost.slice(0, 20)]
}

async function ownerNames({ types, collections }: Repository): Promise<OwnerNames> {
  const all = await collections.all()
  return {
    types: new Map((await types.all()).map((t) => [t.id, t.type.name])),
    runs: new Map(all.filter((c) => c.type === 'RUN').map((c) => [c.id, c.name])),
  }
}

import type { FileStat } from '#core'
import type { FileDatastore } from '../datastore/file-datastore.ts'
import type { FileRecord, StoredRecord } from '../datastore/record-table.ts'
import { joinPath, zipMember } from '../datastore/uri.ts'
import type { Repository } from '../repository/repository.ts'
import { isHousekeeping, isTemporary, looksLikeDataset } from './file-kinds.ts'
import type { BrokenRecord, CheckReport } from './report.ts'

export interface FindOptions {
  /** Also read the files whose records have a checksum. */
  readonly checksums?: boolean
  /** Files younger than this are not called orphans: another process may be about to commit them. Milliseconds. */
  readonly youngestMs?: number
  /** Milliseconds since 1970, to tell ages. */
  readonly now: number
}

/** Compare rows with files. Nothing is changed. A report for each datastore that keeps files, and what the database says. */
export async function findProblems(
  repository: Repository,
  options: FindOptions,
): Promise<readonly StoreReport[]> {
  const { datastore, connection } = repository
  const names = await ownerNames(repository)
  const reports: StoreReport[] = []
  for (const store of datastore.fileStores) reports.push(await findInStore(store, names, options))
  const database = connection.dialect === 'sqlite' ? await quickCheck(repository) : []
  const [first, ...rest] = reports
  if (first === undefined) return []
  return [{ ...first, report: { ...first.report, database } }, ...rest]
}

/** What is wrong in one datastore. */
export interface StoreReport {
  readonly store: FileDatastore
  readonly report: CheckReport
  /** Ids of the datasets that it holds. */
  readonly ids: ReadonlySet<string>
}

async function findInStore(
  datastore: FileDatastore,
  names: OwnerNames,
  options: FindOptions,
): Promise<StoreReport> {
  const stored = await datastore.records.everything()
  const located = stored.filter((r) => r.state === 'located')
  const broken = await eachLimited(located, async (record) => {
    const why = await whatIsWrong(datastore, record, options.checksums === true)
    return why === undefined ? undefined : { why, record }
  })
  const describe = ({ why, record }: { why: string; record: StoredRecord }): BrokenRecord => ({
    id: record.id,
    component: record.component,
    path: record.path,
    datasetType: names.types.get(record.typeId) ?? '?',
    run: names.runs.get(record.runId) ?? '?',
    why,
  })
  const found = broken.filter((b) => b !== undefined)
  const ids = new Set(located.map((r) => r.id))
  return {
    store: datastore,
    ids,
    report: {
      datasets: ids.size,
      ...(await sortFiles(datastore, stored, new Set(names.runs.values()), options)),
      missing: found.filter((b) => b.why === 'missing').map(describe),
      damaged: found.filter((b) => b.why !== 'missing').map(describe),
      trash: stored.filter((r) => r.state === 'trashed').map((r) => r.id),
      adrift: [...new Set(stored.filter((r) => r.state === 'adrift').map((r) => r.id))],
      database: [],
    },
  }
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

interface OwnerNames {
  readonly types: ReadonlyMap<number, string>
  readonly runs: ReadonlyMap<number, string>
}

async function ownerNames({ types, collections }: Repository): Promise<OwnerNames> {
  const all = await collections.all()
  return {
    types: new Map((await types.all()).map((t) => [t.id, t.type.name])),
    runs: new Map(all.filter((c) => c.type === 'RUN').map((c) => [c.id, c.name])),
  }
}

async function whatIsWrong(
  datastore: FileDatastore,
  record: FileRecord,
  checksums: boolean,
): Promise<string | undefined> {
  const stat = await datastore.files.stat(datastore.placeOf(record))
  if (stat?.kind !== 'file') return 'missing'
  if (zipMember(record.path) !== undefined) return undefined
  if (record.size >= 0 && stat.size !== record.size) return `${stat.size} bytes instead of ${record.size}`
  if (!checksums || record.checksum === undefined) return undefined
  const sum = await datastore.checksumOf(record)
  return sum === record.checksum
    ? undefined
    : `checksum ${sum.slice(0, 12)}… instead of ${record.checksum.slice(0, 12)}…`
}

type FileLists = Pick<CheckReport, 'files' | 'temporaries' | 'orphans' | 'strangers'>

async function sortFiles(
  datastore: FileDatastore,
  stored: readonly StoredRecord[],
  runs: ReadonlySet<string>,
  options: FindOptions,
): Promise<FileLists> {
  const known = new Set(stored.map((r) => r.path.replace(/#.*$/, '')))
  const lists = { temporaries: [] as string[], orphans: [] as string[], strangers: [] as string[] }
  const listed = await datastore.files.list(datastore.root, { recursive: true })
  const unknown = listed.filter((path) => !known.has(path) && !isHousekeeping(path))
  const stats = await eachLimited(unknown, (path) => datastore.files.stat(joinPath(datastore.root, path)))
  for (const [i, path] of unknown.entries()) {
    const stat = stats[i]
    if (stat?.kind !== 'file' || isYoung(stat, options)) continue
    if (isTemporary(path)) lists.temporaries.push(path)
    else if (looksLikeDataset(path, runs)) lists.orphans.push(path)
    else lists.strangers.push(path)
  }
  return { files: known.size, ...lists }
}

const isYoung = (stat: FileStat, { now, youngestMs = 0 }: FindOptions): boolean =>
  youngestMs > 0 && now - stat.modified < youngestMs

const AT_ONCE = 32

async function eachLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const out: R[] = []
  for (let i = 0; i < items.length; i += AT_ONCE)
    out.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))))
  return out
}

import { isAddress, joinPath, relativeTo } from '../datastore/uri.ts'
import type { Repository } from '../repository/repository.ts'
import { type FindOptions, findProblems, type StoreReport } from './find.ts'
import { type BrokenRecord, type CheckReport, mendable } from './report.ts'

export interface CheckOptions extends Omit<FindOptions, 'now'> {
  /** Take away what can be: see `mendRepository`. */
  readonly mend?: boolean
}

/** On a database with many writers, a file this young may belong to a put that is not committed yet. */
const YOUNG_MS = 3_600_000

/** Look whether rows and files agree. */
export const checkRepository = async (
  repository: Repository,
  options: CheckOptions = {},
): Promise<CheckReport> =>
  merged(
    repository,
    await (options.mend === true
      ? mendRepository(repository, options)
      : findProblems(repository, withDefaults(repository, options))),
  )

/**
 * Look and mend: delete half-written and orphan files, finish deletions, forget records whose files are gone (their datasets stay
 * known, without a file). SQLite has no other writer meanwhile, so a file without a row is no put in progress; on PostgreSQL
 * files of the last hour are let be. Gives what was found.
 */
function mendRepository(repository: Repository, options: CheckOptions): Promise<readonly StoreReport[]> {
  return repository.write('mend the repository', async () => {
    const settings = withDefaults(repository, options)
    const reports = await findProblems(repository, settings)
    // Records that go may leave files of other parts behind: look again until nothing is left.
    for (let r = reports, round = 0; r.some(({ report }) => mendable(report) > 0) && round < 3; round++) {
      for (const one of r) await mendOnce(one)
      r = await findProblems(repository, settings)
    }
    return reports
  })
}

async function mendOnce({ store, report }: StoreReport): Promise<void> {
  await store.records.drop([...new Set([...report.missing.map((m) => m.id), ...report.adrift])])
  if (report.trash.length > 0) await store.emptyTrash()
  for (const path of [...report.temporaries, ...report.orphans])
    await store.files.remove(joinPath(store.root, path))
}

/** One report of all datastores; paths of a chain's members begin with their folder below the repository. */
function merged({ config }: Repository, reports: readonly StoreReport[]): CheckReport {
  if (reports.length === 1) return reports[0]!.report
  const below =
    ({ store }: StoreReport) =>
    (path: string) => {
      const folder = relativeTo(config.root, store.root)
      return joinPath(folder ?? store.root, path)
    }
  const paths = (pick: (r: CheckReport) => readonly string[]) =>
    reports.flatMap((r) => pick(r.report).map(below(r)))
  const records = (pick: (r: CheckReport) => readonly BrokenRecord[]) =>
    reports.flatMap((r) =>
      pick(r.report).map((b) => ({ ...b, path: isAddress(b.path) ? b.path : below(r)(b.path) })),
    )
  const all = <T>(pick: (r: CheckReport) => readonly T[]) => reports.flatMap((r) => pick(r.report))
  return {
    datasets: new Set(reports.flatMap((r) => [...r.ids])).size,
    files: reports.reduce((n, r) => n + r.report.files, 0),
    temporaries: paths((r) => r.temporaries),
    orphans: paths((r) => r.orphans),
    strangers: paths((r) => r.strangers),
    missing: records((r) => r.missing),
    damaged: records((r) => r.damaged),
    trash: all((r) => r.trash),
    adrift: all((r) => r.adrift),
    database: all((r) => r.database),
  }
}

const withDefaults = (repository: Repository, options: CheckOptions): FindOptions => ({
  youngestMs: repository.connection.dialect === 'sqlite' ? 0 : YOUNG_MS,
  ...options,
  now: repository.now().toUnix() * 1000,
})

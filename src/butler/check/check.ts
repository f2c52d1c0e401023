import { messageOf } from '#core'
import type { FileDatastore } from '../datastore/file-datastore.ts'
import { isAddress, joinPath, relativeTo } from '../datastore/uri.ts'
import type { Repository } from '../repository/repository.ts'
import { type FindOptions, findProblems, type StoreReport } from './find.ts'
import { type BrokenRecord, type CheckReport, mendable } from './report.ts'

export interface CheckOptions extends Omit<FindOptions, 'now'> {
  /** Take away what can be: see `mendRepository`. */
  readonly mend?: boolean
}

/** Look whether rows and files agree. */
export const checkRepository = async (
  repository: Repository,
  options: CheckOptions = {},
): Promise<CheckReport> =>
  merged(
    repository,
    await (options.mend === true
      ? mendRepository(repository, options)
      : findProblems(repository, withClock(repository, options))),
  )

/**
 * Look and mend: delete half-written and orphan files, finish deletions, write lost records again, forget where datasets were whose
 * files are gone (they stay known, without a file). What may be somebody's work in progress is let be, and so is what may come
 * back: see `withPatience` and `judgeRecords`. Gives what was found.
 */
function mendRepository(repository: Repository, options: CheckOptions): Promise<readonly StoreReport[]> {
  return repository.write('mend the repository', async () => {
    const settings = withClock(repository, options)
    const reports = await findProblems(repository, settings)
    const stuck = new Map<FileDatastore, readonly string[]>()
    // Records that go may leave files of other parts behind: look again until nothing is left.
    for (let r = reports, round = 0; r.some(({ report }) => mendable(report) > 0) && round < 3; round++) {
      for (const one of r) stuck.set(one.store, await mendOnce(one))
      r = await findProblems(repository, settings)
    }
    return reports.map((r) => ({ ...r, report: { ...r.report, stuck: stuck.get(r.store) ?? [] } }))
  })
}

/** Gives why files could not be removed. */
async function mendOnce({ store, report, displaced, lost }: StoreReport): Promise<readonly string[]> {
  await store.records.locate(displaced)
  const known = new Set(displaced)
  const gone = [...report.missing.map((m) => m.id), ...report.adrift.filter((id) => !known.has(id))]
  await store.records.drop([...new Set([...gone, ...lost.map(({ dataset }) => dataset.id)])])
  await store.records.insert(lost.flatMap(({ records }) => records))
  const stuck = report.trash.length > 0 ? (await store.emptyTrash()).map((e) => e.message) : []
  for (const path of [...report.temporaries, ...report.orphans])
    await store.files.remove(store.placeBelow(path)).catch((e: unknown) => stuck.push(messageOf(e)))
  return stuck
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
    young: paths((r) => r.young),
    unrecorded: reports.flatMap((r) => r.report.unrecorded.map((u) => ({ ...u, path: below(r)(u.path) }))),
    missing: records((r) => r.missing),
    damaged: records((r) => r.damaged),
    trash: all((r) => r.trash),
    adrift: all((r) => r.adrift),
    stuck: all((r) => r.stuck),
    database: all((r) => r.database),
    unlisted: all((r) => r.unlisted),
    elsewhere: all((r) => r.elsewhere),
  }
}

const withClock = (repository: Repository, options: CheckOptions): FindOptions => ({
  ...options,
  now: repository.now().toUnix() * 1000,
})

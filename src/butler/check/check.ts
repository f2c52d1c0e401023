import { joinPath } from '../datastore/uri.ts'
import type { Repository } from '../repository/repository.ts'
import { type FindOptions, findProblems } from './find.ts'
import { type CheckReport, mendable } from './report.ts'

export interface CheckOptions extends Omit<FindOptions, 'now'> {
  /** Take away what can be: see `mendRepository`. */
  readonly mend?: boolean
}

/** On a database with many writers, a file this young may belong to a put that is not committed yet. */
const YOUNG_MS = 3_600_000

/** Look whether rows and files agree. */
export const checkRepository = (repository: Repository, options: CheckOptions = {}): Promise<CheckReport> =>
  options.mend === true
    ? mendRepository(repository, options)
    : findProblems(repository, withDefaults(repository, options))

/**
 * Look and mend: delete half-written and orphan files, finish deletions, forget records whose files are gone (their datasets stay
 * known, without a file). SQLite has no other writer meanwhile, so a file without a row is no put in progress; on PostgreSQL
 * files of the last hour are let be. Gives what was found.
 */
function mendRepository(repository: Repository, options: CheckOptions): Promise<CheckReport> {
  return repository.write('mend the repository', async () => {
    const settings = withDefaults(repository, options)
    const report = await findProblems(repository, settings)
    // Records that go may leave files of other parts behind: look again until nothing is left.
    for (let r = report, round = 0; mendable(r) > 0 && round < 3; round++) {
      await mendOnce(repository, r)
      r = await findProblems(repository, settings)
    }
    return report
  })
}

async function mendOnce({ datastore }: Repository, report: CheckReport): Promise<void> {
  await datastore.records.drop([...new Set([...report.missing.map((m) => m.id), ...report.adrift])])
  if (report.trash.length > 0) await datastore.emptyTrash()
  for (const path of [...report.temporaries, ...report.orphans])
    await datastore.files.remove(joinPath(datastore.root, path))
}

const withDefaults = (repository: Repository, options: CheckOptions): FindOptions => ({
  youngestMs: repository.connection.dialect === 'sqlite' ? 0 : YOUNG_MS,
  ...options,
  now: repository.now().toUnix() * 1000,
})

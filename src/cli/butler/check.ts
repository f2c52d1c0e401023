import { type Command, InvalidArgumentError } from 'commander'
import { type BrokenRecord, type CheckReport, checkRepository, mendable, unmendable } from '#butler'
import { ExitCode } from '../shared/report.ts'
import type { CommandIo } from '../shared/io.ts'
import type { CommandContext } from './context.ts'

interface Options {
  readonly mend: boolean
  readonly json: boolean
  readonly checksums: boolean
  readonly olderThan?: number
}

/** Most lines shown of one kind of problem. */
const MOST_SHOWN = 20

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .option(
      '--mend',
      'delete half-written and orphan files, finish deletions, write lost records again, forget files that are gone; not while quanta run without the registry',
      false,
    )
    .option('--dry-run', 'only look; the default')
    .option('--checksums', 'also read the files whose records have a checksum', false)
    .option(
      '--older-than <minutes>',
      'let files be that are younger (default: 60 for what a run writes before it is recorded and with PostgreSQL, else 0)',
      minutes,
    )
    .option('--json', 'print the report as JSON', false)
    .addHelpText('after', '\nExit codes: 0 nothing is wrong (any more), 1 problems remain.')
    .action(async (repo: string, options: Options & { readonly dryRun?: boolean }) => {
      const { io, open } = context()
      const mend = options.mend && options.dryRun !== true
      const butler = await open(repo, { writeable: mend })
      const report = await checkRepository(butler.repository, {
        mend,
        checksums: options.checksums,
        ...(options.olderThan !== undefined && { youngestMs: options.olderThan * 60_000 }),
      })
      if (options.json)
        io.out(
          `${JSON.stringify({ ...report, mended: mend ? mendable(report) - report.stuck.length : 0 })}\n`,
        )
      else print(io, report, mend, repo)
      if (unmendable(report) > 0 || (!mend && mendable(report) > 0)) throw new ExitCode(1)
    })
}

function minutes(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of minutes.')
  return value
}

function print(io: CommandIo, report: CheckReport, mended: boolean, repo: string): void {
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length === 0) return
    io.out(`${title}: ${lines.length}\n`)
    for (const line of lines.slice(0, MOST_SHOWN)) io.out(`  ${line}\n`)
    if (lines.length > MOST_SHOWN) io.out(`  … and ${lines.length - MOST_SHOWN} more\n`)
  }
  io.out(`${report.datasets} stored datasets, ${report.files} files.\n`)
  section('The database is not well', report.database)
  section('Half-written files', report.temporaries)
  section('Files without a record', report.orphans)
  section(
    'Files of datasets that have lost their record',
    report.unrecorded.map(({ datasetType, run, id, path }) => `${datasetType} ${id} in ${run}: ${path}`),
  )
  section('Datasets whose file is gone', report.missing.map(brokenLine))
  section('Deleted datasets whose files are still there', [...new Set(report.trash)])
  section('Records of datasets that are nowhere, or under a former name of the datastore', report.adrift)
  section('Files that only a person can bring back', report.damaged.map(brokenLine))
  section('Files that should go and cannot', report.stuck)
  section('Other files, left alone', report.strangers)
  section('Files that somebody may be writing (--older-than 0 looks at them too)', report.young)
  section(
    'Datastores that datasets are said to be in, and the configuration does not have',
    report.elsewhere.map(({ datastore, datasets }) => `${datastore}: ${datasets}`),
  )
  for (const root of report.unlisted)
    io.out(`'${root}' cannot be listed: files there that no record names are not found.\n`)
  const [can, cannot] = [mendable(report), unmendable(report)]
  if (can + cannot === 0) io.out('Nothing is wrong.\n')
  else if (mended)
    io.out(`${can - report.stuck.length} mended${cannot > 0 ? `, ${cannot} need a person` : ''}.\n`)
  else
    io.out(
      `${can + cannot} ${can + cannot === 1 ? 'problem' : 'problems'}; \`butler check ${repo} --mend\` mends ${can} of them.\n`,
    )
}

const brokenLine = ({ datasetType, run, id, path, why }: BrokenRecord): string =>
  `${datasetType} ${id} in ${run}: ${path}${why === 'missing' ? '' : ` (${why})`}`

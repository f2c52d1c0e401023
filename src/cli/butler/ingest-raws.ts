import { type Command, Option } from 'commander'
import { ArgumentError, placeBelow } from '#butler'
import { defaultContext } from '#core'
import { placeFrom } from '../../platform/node/place.ts'
import { routedFiles } from '../../platform/node/remote/routed-files.ts'
import { addFlag, addTrackFileAttrs, choice, TRANSFER_MODES } from '../shared/options.ts'
import { ExitCode } from '../shared/report.ts'
import type { CommandContext } from './context.ts'
import { addIngestTask, type IngestTaskOptions, ingestTaskConfig } from './ingest-task.ts'

interface Options extends IngestTaskOptions {
  readonly regex: string
  readonly outputRun?: string
  readonly transfer: (typeof TRANSFER_MODES)[number]
  readonly updateRecords: boolean
  readonly skipExisting: boolean
  readonly trackFileAttrs: boolean
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<locations...>', 'raw files, or folders to search; addresses too')
    .option('--regex <pattern>', 'which files of folders are raws', String.raw`\.fit[s]?\b`)
    .option('--output-run <run>', "run to write to; the instrument's raw/all by default")
    .option('-t, --transfer <mode>', 'how files come in', choice(TRANSFER_MODES), 'auto')
    .option('--skip-existing', 'leave out raws that are there already', true)
    .option('--no-skip-existing', 'refuse raws that are there already')
  addIngestTask(command)
  addFlag(command, 'update-records', 'replace exposure records that differ')
  // Every header is read; index files beside raws are not looked for.
  for (const flags of ['--search-indexes', '--no-search-indexes'])
    command.addOption(new Option(flags, 'has no effect').hideHelp())
  addTrackFileAttrs(command).action(async (repo: string, locations: readonly string[], options: Options) => {
    const { io, log, open } = context()
    const { failFast, transfer = options.transfer } = ingestTaskConfig(options)
    const paths: string[] = []
    for (const location of locations)
      paths.push(...(await find(placeFrom(io.cwd, location), new RegExp(options.regex))))
    if (paths.length === 0)
      throw new ArgumentError(`No files match ${options.regex} in ${locations.join(', ')}.`)
    const { ingestRaws } = await import('#obs')
    const butler = await open(repo, { writeable: true })
    const report = await ingestRaws(
      butler,
      routedFiles,
      paths,
      {
        transfer,
        recordValidationInfo: options.trackFileAttrs,
        skipExisting: options.skipExisting,
        updateRecords: options.updateRecords,
        keepGoing: !failFast,
        ...(options.outputRun !== undefined && { run: options.outputRun }),
      },
      defaultContext({ log, signal: io.signal }),
    )
    log.info(
      `Successfully extracted metadata from ${paths.length - report.failed.length} files with ${report.failed.length} failures`,
    )
    log.info(`Ingested ${report.ingested.length} raws of ${report.exposures.length} exposures.`)
    if (report.failed.length > 0) throw new ExitCode(1)
  })
}

async function find(place: string, pattern: RegExp): Promise<readonly string[]> {
  const stat = await routedFiles.stat(place)
  if (stat === undefined) throw new ArgumentError(`There is no file or folder '${place}'.`)
  if (stat.kind === 'file') return [place]
  const found: string[] = []
  for (const name of await routedFiles.list(place, { recursive: true })) {
    if (!pattern.test(name)) continue
    const path = placeBelow(place, name)
    if ((await routedFiles.stat(path))?.kind === 'file') found.push(path)
  }
  return found
}

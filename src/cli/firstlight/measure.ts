import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { defaultContext, FirstlightError, formatShort, isFirstlightError, makeLogger, messageOf } from '#core'
import { formatSummary } from '#tasks'
import type { MeasureJob } from './measure-job.ts'
import { type MeasureOutcome, runMeasureJobs } from './measure-pool.ts'
import { terminalProgress } from './progress-bar.ts'

interface Flags {
  readonly output: string
  readonly weight?: string
  readonly mask?: string
  readonly gain?: number
  readonly saturate?: number
  readonly threshold: number
  readonly zeroPoint?: number
  readonly backgroundSize?: number
  readonly hdu?: string
  readonly cosmicRays?: boolean
  readonly jobs: number
  readonly verbose?: boolean
}

/** `firstlight measure IMAGE.fits -o DIR`: sources of any FITS image, without a repository. */
export function register(program: Command): void {
  program
    .command('measure')
    .description(
      'find and measure the sources of any FITS image; writes DIR/exposure.fits and DIR/sources.parquet',
    )
    .argument('<images...>', 'FITS images (also .gz, .fz) or patterns; several are written to DIR/<name>/')
    .requiredOption('-o, --output <dir>', 'folder for the results')
    .option('--weight <file>', 'weight map (relative inverse variance, 0: do not use)')
    .option('--mask <file>', 'mask (not 0: do not use)')
    .option('--gain <e/count>', 'electrons a count; else from the header', positive)
    .option('--saturate <counts>', 'level of saturation; else from the header', positive)
    .option('--threshold <sigma>', 'detection threshold in sigmas of the PSF-smoothed image', positive, 5)
    .option('--zero-point <mag>', 'magnitude of a source of one count: adds magnitudes', number)
    .option('--background-size <pixels>', 'side of the background cells', positive)
    .option('--hdu <index or name>', 'HDU with the image; else the first that has one')
    .option('--cosmic-rays', 'find and replace cosmic rays (well-sampled images only)')
    .option('-j, --jobs <n>', 'images measured at once', positive, Math.min(4, availableParallelism()))
    .option('-v, --verbose', 'print what is assumed and done')
    .action(run)
}

async function run(images: readonly string[], flags: Flags): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () =>
    stop.abort(new FirstlightError('measure/interrupted', 'Interrupted; finished images are kept.')),
  )
  const jobs = makeJobs(images.flatMap(expand), flags)
  const progress = terminalProgress()
  const log = makeLogger('measure', (record) => {
    const important = record.level === 'WARNING' || record.level === 'ERROR' || record.level === 'CRITICAL'
    if (important || flags.verbose === true) console.error(formatShort(record))
  })
  const bar = progress.start(jobs.length === 1 ? basename(jobs[0]!.path) : 'images', jobs.length, 'images')
  const outcomes = await runMeasureJobs(
    jobs,
    flags.jobs,
    defaultContext({ signal: stop.signal, log }),
    (outcome) => {
      bar.advance(1, basename(outcome.job.path))
    },
  )
  const failed = outcomes.filter((outcome) => 'error' in outcome)
  bar.end(failed.length > 0 ? 'failed' : 'done')
  report(outcomes)
  if (failed.length > 0) process.exitCode = 1
}

function report(outcomes: readonly MeasureOutcome[]): void {
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      const { error, job } = outcome
      const message = messageOf(error)
      console.error(`firstlight measure: ${message.includes(job.path) ? '' : `${job.path}: `}${message}`)
      if (isFirstlightError(error) && error.hint !== undefined) console.error(error.hint)
      if (!isFirstlightError(error) && error instanceof Error) console.error(error.stack)
    } else {
      console.log(formatSummary(outcome.job.path, outcome.summary))
      console.log(`  ${join(outcome.job.dir, 'exposure.fits')}, ${join(outcome.job.dir, 'sources.parquet')}`)
    }
  }
}

function makeJobs(paths: readonly string[], flags: Flags): MeasureJob[] {
  const several = paths.length > 1
  const taken = new Set<string>()
  return paths.map((path) => {
    const { hdu, weight, mask, gain, saturate, threshold, zeroPoint, cosmicRays, backgroundSize } = flags
    return {
      path,
      dir: resolve(several ? join(flags.output, unusedName(path, taken)) : flags.output),
      ...(hdu !== undefined && { hdu: /^\d+$/.test(hdu) ? Number(hdu) : hdu }),
      ...(weight !== undefined && { weight }),
      ...(mask !== undefined && { mask }),
      options: {
        threshold,
        ...(gain !== undefined && { gain }),
        ...(saturate !== undefined && { saturation: saturate }),
        ...(zeroPoint !== undefined && { zeroPoint }),
        ...(backgroundSize !== undefined && { binSize: Math.round(backgroundSize) }),
        ...(cosmicRays !== undefined && { cosmicRays }),
      },
    }
  })
}

/** The file's name without extensions, numbered when two folders hold the same. */
function unusedName(path: string, taken: Set<string>): string {
  const plain = basename(path).replace(/(\.(fits|fit|fts|fz|gz|bz2))+$/i, '')
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}-${n}`
  taken.add(name)
  return name
}

/** A pattern that no shell has expanded: `*` and `?` in the last part of the path. */
function expand(path: string): string[] {
  const last = basename(path)
  if (!/[*?]/.test(last)) return [path]
  const escaped = last
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  const pattern = new RegExp(`^${escaped}$`)
  let found: string[]
  try {
    found = readdirSync(dirname(path)).filter((name) => pattern.test(name))
  } catch {
    found = []
  }
  if (found.length === 0) throw new FirstlightError('measure/no-file', `No file matches ${path}.`)
  return found.sort().map((name) => join(dirname(path), name))
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Not a number.')
  return value
}

function positive(text: string): number {
  const value = number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Not a positive number.')
  return value
}

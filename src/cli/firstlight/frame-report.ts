import { basename, join } from 'node:path'
import { defaultContext, FirstlightError, formatShort, isFirstlightError, makeLogger, messageOf } from '#core'
import { formatSummary } from '#tasks'
import type { FrameJob } from './frame-job.ts'
import { type FrameOutcome, runFrameJobs } from './frame-pool.ts'
import { terminalProgress } from './progress-bar.ts'

export interface RunFlags {
  readonly jobs: number
  readonly verbose?: boolean
}

/** Run jobs with a progress bar, print a summary of each, and set the exit code when one failed. */
export async function runAndReport(
  command: string,
  frames: readonly FrameJob[],
  flags: RunFlags,
): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () =>
    stop.abort(new FirstlightError('measure/interrupted', 'Interrupted; finished images are kept.')),
  )
  const log = makeLogger('', (record) => {
    const important = record.level === 'WARNING' || record.level === 'ERROR' || record.level === 'CRITICAL'
    if (important || (flags.verbose === true && record.level !== 'DEBUG')) console.error(formatShort(record))
  }).child(command)
  const bar = terminalProgress().start(
    frames.length === 1 ? basename(frames[0]!.path) : 'images',
    frames.length,
    'images',
  )
  const outcomes = await runFrameJobs(
    frames,
    flags.jobs,
    defaultContext({ signal: stop.signal, log }),
    (outcome) => {
      bar.advance(1, basename(outcome.job.path))
    },
  )
  const failed = outcomes.filter((outcome) => 'error' in outcome)
  bar.end(failed.length > 0 ? 'failed' : 'done')
  report(command, outcomes)
  if (failed.length > 0) process.exitCode = 1
}

function report(command: string, outcomes: readonly FrameOutcome[]): void {
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      const { error, job } = outcome
      const message = messageOf(error)
      console.error(`firstlight ${command}: ${message.includes(job.path) ? '' : `${job.path}: `}${message}`)
      if (isFirstlightError(error) && error.hint !== undefined) console.error(error.hint)
      if (!isFirstlightError(error) && error instanceof Error) console.error(error.stack)
    } else {
      console.log(formatSummary(outcome.job.path, outcome.summary))
      console.log(`  ${join(outcome.job.dir, 'exposure.fits')}, ${join(outcome.job.dir, 'sources.parquet')}`)
    }
  }
}

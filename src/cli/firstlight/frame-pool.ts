import { type Context, defaultContext, type Logger, makeLogger } from '#core'
import { startJobThreads } from '#platform/node'
import type { FrameSummary } from '#tasks'
import { type FrameJob, runFrameJob } from './frame-job.ts'

/** How one job ended. */
export type FrameOutcome =
  | { readonly job: FrameJob; readonly summary: FrameSummary }
  | { readonly job: FrameJob; readonly error: unknown }

/** A job as a worker thread does it: interrupting ends the thread. */
export const frameWork = (job: FrameJob, log: Logger): Promise<FrameSummary> =>
  runFrameJob(job, defaultContext({ log }))

/**
 * Run jobs on up to `threads` worker threads, one job after the other on each; a failed job does not stop the others.
 * Even a single job has a thread: an interrupt ends it at once. From sources without a build the work is done in this thread.
 */
export async function runFrameJobs(
  jobs: readonly FrameJob[],
  threads: number,
  context: Context,
  onOutcome: (outcome: FrameOutcome) => void,
): Promise<readonly FrameOutcome[]> {
  const size = Math.min(threads, jobs.length)
  const entry = new URL(
    import.meta.url.endsWith('.ts') ? './frame-worker.ts' : './frame-worker.js',
    import.meta.url,
  )
  const work = (job: FrameJob, log: Logger) => runFrameJob(job, { ...context, log })
  const pool = startJobThreads(entry, size, work)
  const outcomes: FrameOutcome[] = []
  const settle = (outcome: FrameOutcome) => {
    outcomes.push(outcome)
    onOutcome(outcome)
  }
  const queue = [...jobs]
  const lane = async () => {
    for (let job = queue.shift(); job !== undefined && !context.signal.aborted; job = queue.shift())
      try {
        settle({ job, summary: await pool.run(job, named(job.path, context.log, size)) })
      } catch (error) {
        if (!context.signal.aborted) settle({ job, error })
      }
  }
  const stop = () => void pool.close()
  context.signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all(Array.from({ length: Math.max(1, size) }, lane))
  } finally {
    context.signal.removeEventListener('abort', stop)
    await pool.close()
  }
  context.signal.throwIfAborted()
  return outcomes
}

/** With several files at once every line says whose it is. */
const named = (path: string, log: Logger, size: number): Logger =>
  size < 2 ? log : makeLogger('', (record) => log.log(record.level, `${path}: ${record.message}`))

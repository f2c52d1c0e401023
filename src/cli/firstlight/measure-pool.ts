import { Worker } from 'node:worker_threads'
import { type Context, FirstlightError, type LogRecord } from '#core'
import type { FrameSummary } from '#tasks'
import { type MeasureJob, runMeasureJob } from './measure-job.ts'

/** What a worker says while and after a job. */
export type MeasureAnswer =
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'done'; readonly summary: FrameSummary }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string }

/** How one job ended. */
export type MeasureOutcome =
  | { readonly job: MeasureJob; readonly summary: FrameSummary }
  | { readonly job: MeasureJob; readonly error: unknown }

/**
 * Run jobs on up to `threads` worker threads, one job after the other on each; a failed job does not stop the others.
 * With one thread or one job, and from sources without a build, the work is done in this thread.
 */
export async function runMeasureJobs(
  jobs: readonly MeasureJob[],
  threads: number,
  context: Context,
  onOutcome: (outcome: MeasureOutcome) => void,
): Promise<readonly MeasureOutcome[]> {
  const outcomes: MeasureOutcome[] = []
  const queue = [...jobs]
  const settle = (outcome: MeasureOutcome) => {
    outcomes.push(outcome)
    onOutcome(outcome)
  }
  const inThread = import.meta.url.endsWith('.ts') || Math.min(threads, jobs.length) < 2
  const lane = async (run: (job: MeasureJob) => Promise<FrameSummary>) => {
    for (let job = queue.shift(); job !== undefined && !context.signal.aborted; job = queue.shift())
      try {
        settle({ job, summary: await run(job) })
      } catch (error) {
        settle({ job, error })
      }
  }
  if (inThread) await lane((job) => runMeasureJob(job, context))
  else
    await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, () => workerLane(lane, context)))
  context.signal.throwIfAborted()
  return outcomes
}

async function workerLane(
  lane: (run: (job: MeasureJob) => Promise<FrameSummary>) => Promise<void>,
  context: Context,
): Promise<void> {
  const worker = new Worker(new URL('./measure-worker.js', import.meta.url))
  const stop = () => void worker.terminate()
  context.signal.addEventListener('abort', stop, { once: true })
  try {
    await lane((job) => ask(worker, job, context))
  } finally {
    context.signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

function ask(worker: Worker, job: MeasureJob, { log }: Context): Promise<FrameSummary> {
  return new Promise((resolve, reject) => {
    const done = (end: () => void) => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
      end()
    }
    const onMessage = (answer: MeasureAnswer) => {
      if (answer.kind === 'log') log.log(answer.record.level, `${job.path}: ${answer.record.message}`)
      else if (answer.kind === 'done') done(() => resolve(answer.summary))
      else {
        const { code, message, hint } = answer
        done(() => reject(new FirstlightError(code, message, hint === undefined ? {} : { hint })))
      }
    }
    const onError = (error: Error) => done(() => reject(error))
    const onExit = () => done(() => reject(new Error('the worker thread ended')))
    worker.on('message', onMessage)
    worker.once('error', onError)
    worker.once('exit', onExit)
    worker.postMessage(job)
  })
}

import { Worker } from 'node:worker_threads'
import { type Context, FirstlightError, type LogRecord } from '#core'
import type { FrameSummary } from '#tasks'
import { type FrameJob, runFrameJob } from './frame-job.ts'

/** What a worker says while and after a job. */
export type FrameAnswer =
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'done'; readonly summary: FrameSummary }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string }

/** How one job ended. */
export type FrameOutcome =
  | { readonly job: FrameJob; readonly summary: FrameSummary }
  | { readonly job: FrameJob; readonly error: unknown }

/**
 * Run jobs on up to `threads` worker threads, one job after the other on each; a failed job does not stop the others.
 * With one thread or one job, and from sources without a build, the work is done in this thread.
 */
export async function runFrameJobs(
  jobs: readonly FrameJob[],
  threads: number,
  context: Context,
  onOutcome: (outcome: FrameOutcome) => void,
): Promise<readonly FrameOutcome[]> {
  const outcomes: FrameOutcome[] = []
  const queue = [...jobs]
  const settle = (outcome: FrameOutcome) => {
    outcomes.push(outcome)
    onOutcome(outcome)
  }
  const inThread = import.meta.url.endsWith('.ts') || Math.min(threads, jobs.length) < 2
  const lane = async (run: (job: FrameJob) => Promise<FrameSummary>) => {
    for (let job = queue.shift(); job !== undefined && !context.signal.aborted; job = queue.shift())
      try {
        settle({ job, summary: await run(job) })
      } catch (error) {
        settle({ job, error })
      }
  }
  if (inThread) await lane((job) => runFrameJob(job, context))
  else
    await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, () => workerLane(lane, context)))
  context.signal.throwIfAborted()
  return outcomes
}

async function workerLane(
  lane: (run: (job: FrameJob) => Promise<FrameSummary>) => Promise<void>,
  context: Context,
): Promise<void> {
  const worker = new Worker(new URL('./frame-worker.js', import.meta.url))
  const stop = () => void worker.terminate()
  context.signal.addEventListener('abort', stop, { once: true })
  try {
    await lane((job) => ask(worker, job, context))
  } finally {
    context.signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

function ask(worker: Worker, job: FrameJob, { log }: Context): Promise<FrameSummary> {
  return new Promise((resolve, reject) => {
    const done = (end: () => void) => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
      end()
    }
    const onMessage = (answer: FrameAnswer) => {
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

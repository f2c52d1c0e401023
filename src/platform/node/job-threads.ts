import { parentPort, Worker } from 'node:worker_threads'
import {
  FirstlightError,
  isFirstlightError,
  type Logger,
  type LogRecord,
  makeLogger,
  messageOf,
  silentLog,
} from '#core'

/** Threads that do jobs of one kind, each one job at a time. */
export interface JobThreads<Job, Result> {
  /** Waits for a free thread; what the job logs there is logged here. A thread that dies fails its own job only. */
  run(job: Job, log?: Logger): Promise<Result>
  /** Ends the threads at once; jobs under way fail. */
  close(): Promise<void>
}

/** How a job is done: in the thread that `serveJobs` was called in, or in this one where threads are not worth it. */
export type JobWork<Job, Result> = (job: Job, log: Logger) => Promise<Result>

/**
 * @param entry module of a thread, which calls `serveJobs` with the same `work`; from sources (tests without a build) the work is
 * done in this thread
 */
export function startJobThreads<Job, Result>(
  entry: URL,
  size: number,
  work: JobWork<Job, Result>,
): JobThreads<Job, Result> {
  if (entry.pathname.endsWith('.ts'))
    return { run: (job, log = silentLog) => work(job, log), close: () => Promise.resolve() }
  const idle: Worker[] = []
  const alive = new Set<Worker>()
  const waiting: (() => void)[] = []
  let busy = 0
  return {
    async run(job, log = silentLog) {
      if (busy >= size) await new Promise<void>((resolve) => waiting.push(resolve))
      else busy++
      const worker = idle.pop() ?? new Worker(entry)
      alive.add(worker)
      try {
        const result = await ask<Job, Result>(worker, job, log)
        idle.push(worker)
        return result
      } catch (error) {
        if (isFirstlightError(error) && error.code !== DIED) idle.push(worker)
        else alive.delete(worker)
        throw error
      } finally {
        const next = waiting.shift()
        if (next === undefined) busy--
        else next()
      }
    },
    async close() {
      await Promise.all([...alive].map((worker) => worker.terminate()))
    },
  }
}

/** Do the jobs that `startJobThreads` sends to this thread. */
export function serveJobs<Job, Result>(work: JobWork<Job, Result>): void {
  const port = parentPort
  if (port === null) throw new Error('serveJobs works in a worker thread')
  const tell = (answer: Answer<Result>) => port.postMessage(answer)
  const log = makeLogger('', (record) => tell({ kind: 'log', record }))
  port.on('message', (job: Job) => {
    work(job, log).then(
      (result) => tell({ kind: 'done', result }),
      (error: unknown) => tell({ kind: 'failed', ...plain(error) }),
    )
  })
}

type Answer<Result> =
  | { readonly kind: 'log'; readonly record: LogRecord }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string }

const DIED = 'job/thread-died'

/** Errors keep what a user needs; an unexpected one brings its stack. */
function plain(error: unknown): { readonly code: string; readonly message: string; readonly hint?: string } {
  if (isFirstlightError(error))
    return {
      code: error.code,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    }
  const message = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  return { code: 'job/failed', message }
}

function ask<Job, Result>(worker: Worker, job: Job, log: Logger): Promise<Result> {
  return new Promise((resolve, reject) => {
    const finish = (end: () => void) => {
      worker.off('message', onMessage)
      worker.off('error', onDeath)
      worker.off('exit', onExit)
      end()
    }
    const onMessage = (answer: Answer<Result>) => {
      if (answer.kind === 'log') log.log(answer.record.level, answer.record.message)
      else if (answer.kind === 'done') finish(() => resolve(answer.result))
      else {
        const { code, message, hint } = answer
        finish(() => reject(new FirstlightError(code, message, hint === undefined ? {} : { hint })))
      }
    }
    const onDeath = (error: unknown) =>
      finish(() => reject(new FirstlightError(DIED, `A worker thread ended: ${messageOf(error)}`)))
    const onExit = (code: number) => onDeath(`exit code ${code}`)
    worker.on('message', onMessage)
    worker.once('error', onDeath)
    worker.once('exit', onExit)
    worker.postMessage(job)
  })
}

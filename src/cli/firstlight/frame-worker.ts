import { parentPort } from 'node:worker_threads'
import { defaultContext, isFirstlightError, makeLogger, messageOf } from '#core'
import { type FrameJob, runFrameJob } from './frame-job.ts'
import type { FrameAnswer } from './frame-pool.ts'

const port = parentPort
if (port === null) throw new Error('frame-worker runs in a worker thread only')
const tell = (answer: FrameAnswer) => port.postMessage(answer)

port.on('message', (job: FrameJob) => {
  const log = makeLogger('', (record) => tell({ kind: 'log', record }))
  runFrameJob(job, defaultContext({ log })).then(
    (summary) => tell({ kind: 'done', summary }),
    (error: unknown) =>
      tell({
        kind: 'failed',
        code: isFirstlightError(error) ? error.code : 'measure/failed',
        message: isFirstlightError(error)
          ? error.message
          : error instanceof Error
            ? (error.stack ?? error.message)
            : messageOf(error),
        ...(isFirstlightError(error) && error.hint !== undefined && { hint: error.hint }),
      }),
  )
})

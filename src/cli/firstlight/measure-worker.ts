import { parentPort } from 'node:worker_threads'
import { defaultContext, isFirstlightError, makeLogger, messageOf } from '#core'
import { type MeasureJob, runMeasureJob } from './measure-job.ts'
import type { MeasureAnswer } from './measure-pool.ts'

const port = parentPort
if (port === null) throw new Error('measure-worker runs in a worker thread only')
const tell = (answer: MeasureAnswer) => port.postMessage(answer)

port.on('message', (job: MeasureJob) => {
  const log = makeLogger('measure', (record) => tell({ kind: 'log', record }))
  runMeasureJob(job, defaultContext({ log })).then(
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

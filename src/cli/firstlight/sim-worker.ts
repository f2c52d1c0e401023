import { parentPort } from 'node:worker_threads'
import { isFirstlightError, messageOf } from '#core'
import type { SimJob } from '#sim'
import { type SimAnswer, writeSimFiles } from './sim-pool.ts'

const port = parentPort
if (port === null) throw new Error('sim-worker runs in a worker thread only')

port.on('message', (job: SimJob) => {
  writeSimFiles(job).then(
    () => port.postMessage({} satisfies SimAnswer),
    (error: unknown) => port.postMessage({ error: plain(error) } satisfies SimAnswer),
  )
})

const plain = (error: unknown): NonNullable<SimAnswer['error']> => ({
  code: isFirstlightError(error) ? error.code : 'sim/failed',
  message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
  ...(isFirstlightError(error) && {
    message: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  }),
})

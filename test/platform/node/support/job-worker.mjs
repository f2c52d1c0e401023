// A thread for the test of job threads: it doubles numbers, and misbehaves when asked to.
import { FirstlightError } from '#core'
import { serveJobs } from '#platform/node'

serveJobs(async ({ number, act }, log) => {
  log.info(`job ${number}`)
  if (act === 'refuse')
    throw new FirstlightError('test/odd', `${number} is refused.`, { hint: 'Take another.' })
  if (act === 'die') process.exit(3)
  if (act === 'wait') await new Promise(() => setInterval(() => undefined, 1000))
  return { doubled: 2 * number, thread: (await import('node:worker_threads')).threadId }
})

import { makeLogger } from '#core'
import { startJobThreads } from '#platform/node'
import { expect, test } from 'vitest'

interface Job {
  readonly number: number
  readonly act?: 'refuse' | 'die' | 'wait'
}

interface Answer {
  readonly doubled: number
  readonly thread: number
}

const ENTRY = new URL('./support/job-worker.mjs', import.meta.url)
const notHere = (): Promise<Answer> => Promise.reject(new Error('not in this thread'))

test('jobs share the threads, and what they log is logged here', async () => {
  const pool = startJobThreads<Job, Answer>(ENTRY, 2, notHere)
  const lines: string[] = []
  const log = makeLogger('pool', (record) => lines.push(record.message))
  const answers = await Promise.all([1, 2, 3, 4, 5].map((number) => pool.run({ number }, log)))
  await pool.close()
  expect(answers.map(({ doubled }) => doubled)).toEqual([2, 4, 6, 8, 10])
  expect(new Set(answers.map(({ thread }) => thread)).size).toBe(2)
  expect(lines.toSorted()).toEqual(['job 1', 'job 2', 'job 3', 'job 4', 'job 5'])
})

test('a refusal keeps its code and cure, a dying thread fails its own job only', async () => {
  const pool = startJobThreads<Job, Answer>(ENTRY, 2, notHere)
  const jobs: Job[] = [{ number: 1, act: 'refuse' }, { number: 2, act: 'die' }, { number: 3 }, { number: 4 }]
  const ends = await Promise.allSettled(jobs.map((job) => pool.run(job)))
  await pool.close()
  expect(ends[0]).toMatchObject({ reason: { code: 'test/odd', hint: 'Take another.' } })
  expect(ends[1]).toMatchObject({ reason: { code: 'job/thread-died' } })
  expect(ends.slice(2)).toMatchObject([{ value: { doubled: 6 } }, { value: { doubled: 8 } }])
})

test('closing ends a job that would never end', async () => {
  const pool = startJobThreads<Job, Answer>(ENTRY, 2, notHere)
  const endless = pool.run({ number: 1, act: 'wait' })
  const ended = expect(endless).rejects.toMatchObject({ code: 'job/thread-died' })
  await pool.run({ number: 2 })
  await pool.close()
  await ended
})

test('from sources the work is done in this thread', async () => {
  const pool = startJobThreads<Job, Answer>(new URL('./worker.ts', import.meta.url), 4, ({ number }) =>
    Promise.resolve({ doubled: 2 * number, thread: 0 }),
  )
  expect(await pool.run({ number: 21 })).toEqual({ doubled: 42, thread: 0 })
})

import { Worker } from 'node:worker_threads'
import { FirstlightError } from '#core'
import { nodeFiles } from '#platform/node'
import { runSimJob, type SimJob } from '#sim'

export interface SimPool {
  run(job: SimJob): Promise<void>
  close(): Promise<void>
}

/** A job's answer from a worker: nothing, or what went wrong. */
export interface SimAnswer {
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
}

interface Slot {
  readonly worker: Worker
  busy: boolean
}

/** Threads that simulate; from sources (tests without a build) the work is done in this thread. */
export function startSimPool(size: number): SimPool {
  const here = import.meta.url
  if (here.endsWith('.ts') || size < 2) return { run: writeSimFiles, close: () => Promise.resolve() }
  const slots: Slot[] = []
  const waiting: ((slot: Slot) => void)[] = []
  const takeSlot = (): Promise<Slot> => {
    const free = slots.find((slot) => !slot.busy)
    if (free !== undefined) return Promise.resolve(occupied(free))
    if (slots.length < size) {
      const slot = { worker: new Worker(new URL('./sim-worker.js', here)), busy: true }
      slots.push(slot)
      return Promise.resolve(slot)
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    async run(job) {
      const slot = await takeSlot()
      try {
        await ask(slot.worker, job)
      } finally {
        const next = waiting.shift()
        if (next === undefined) slot.busy = false
        else next(slot)
      }
    },
    close: async () => {
      await Promise.all(slots.map((slot) => slot.worker.terminate()))
    },
  }
}

function occupied(slot: Slot): Slot {
  slot.busy = true
  return slot
}

function ask(worker: Worker, job: SimJob): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = ({ error }: SimAnswer) => {
      worker.off('error', onError)
      if (error === undefined) resolve()
      else
        reject(
          new FirstlightError(error.code, error.message, {
            ...(error.hint !== undefined && { hint: error.hint }),
          }),
        )
    }
    const onError = (error: Error) => {
      worker.off('message', onMessage)
      reject(error)
    }
    worker.once('message', onMessage)
    worker.once('error', onError)
    worker.postMessage(job)
  })
}

/** Simulate the files of a job and write them, each at once or not at all. */
export async function writeSimFiles(job: SimJob): Promise<void> {
  for (const { path, bytes } of runSimJob(job)) await nodeFiles.writeAtomic(path, bytes)
}

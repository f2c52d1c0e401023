import { createRequire, syncBuiltinESMExports } from 'node:module'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'

/** What the thread was started with: its line to the socket thread, and its data. */
export interface OwnPort<Data> {
  readonly port: MessagePort
  readonly data: Data
}

/**
 * Take the thread's port and data for the kernel alone. Cells see a main thread then, as code that may run in either expects
 * (`if (isMainThread) … else parentPort.postMessage(…)`); what it posted would be taken for messages of the kernel.
 */
export function takePort<Data>(): OwnPort<Data> {
  if (parentPort === null) throw new Error('Broken invariant: cells run in a worker')
  const own = { port: parentPort, data: workerData as Data }
  Object.assign(createRequire(import.meta.url)('node:worker_threads') as object, {
    parentPort: null,
    workerData: null,
    isMainThread: true,
  })
  syncBuiltinESMExports()
  return own
}

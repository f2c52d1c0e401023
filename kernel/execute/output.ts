import type { FromExecution } from '../protocol/threads.ts'
import { currentRun } from './run-context.ts'

type Post = (message: FromExecution) => void

/** Characters the socket thread may lag behind before prints wait for it: an endless printing loop stays in bounds. */
const MOST_AHEAD = 16 * 1024 * 1024

/**
 * Send what the thread prints to its cell. Each write leaves at once, so that output of a busy loop is seen; the socket
 * thread joins them again.
 * @param ahead shared counter of characters sent and not yet published; the socket thread subtracts
 */
export function captureOutput(post: Post, ahead: Int32Array): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder()
    const write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, { stream: true })
      if (text !== '') send(name, text)
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') queueMicrotask(() => (done as () => void)())
      return true
    }
    process[name].write = write as typeof process.stdout.write
  }

  function send(name: 'stdout' | 'stderr', text: string): void {
    const { run, capture } = currentRun()
    if (capture !== undefined) return capture.add({ output_type: 'stream', name, text })
    const sent = Atomics.add(ahead, 0, text.length) + text.length
    post({ kind: 'stream', run, name, text })
    if (sent > MOST_AHEAD) Atomics.wait(ahead, 0, Atomics.load(ahead, 0), 1000)
  }
}

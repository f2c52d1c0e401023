import { Console } from 'node:console'
import type { Print } from '../protocol/print-ring.ts'
import { currentRun } from './run-context.ts'

/** Give what the thread prints to its cell: to `print` at once, so that output of a busy loop is seen, or to the cell's capture. */
export function captureOutput(print: (print: Print) => void): void {
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
  useQuickConsole()

  function send(name: 'stdout' | 'stderr', text: string): void {
    const { run, capture } = currentRun()
    if (capture === undefined) print({ run, name, text })
    else capture.add({ output_type: 'stream', name, text })
  }
}

/**
 * Node's own console guards each line against a stream that fails and tells it to V8's inspector too, which keeps the last
 * thousand with what they show: seven times the cost of the line. Ours has one that only writes. A single text or number,
 * which most lines are, goes past the formatter too, another half of what is left.
 */
function useQuickConsole(): void {
  const { stdout, stderr } = process
  const quick = new Console({ stdout, stderr, ignoreErrors: false })
  for (const [name, method] of Object.entries(quick))
    if (typeof method === 'function' && name in console) Object.assign(console, { [name]: method as unknown })
  let depth = 0
  const { group, groupEnd } = console
  const begin = (...values: unknown[]) => (depth++, group(...values))
  const plain = (stream: NodeJS.WriteStream, method: (...values: unknown[]) => void) => {
    return (...values: unknown[]): void => {
      const text = depth === 0 && values.length === 1 ? plainText(values[0]) : undefined
      if (text === undefined) method(...values)
      else stream.write(`${text}\n`)
    }
  }
  Object.assign(console, {
    log: plain(stdout, console.log),
    info: plain(stdout, console.info),
    debug: plain(stdout, console.debug),
    warn: plain(stderr, console.warn),
    error: plain(stderr, console.error),
    group: begin,
    groupCollapsed: begin,
    groupEnd: () => ((depth = Math.max(0, depth - 1)), groupEnd()),
  })
}

/** What the formatter makes of values that need none; undefined for all others. */
const plainText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : Number.isInteger(value) && value !== 0 ? String(value) : undefined

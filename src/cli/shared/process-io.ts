import { writeSync } from 'node:fs'
import type { CommandIo } from './io.ts'

/** The real process. The first Ctrl-C asks the work to stop, the second ends the process at once. */
export function processIo(): CommandIo {
  const stop = new AbortController()
  process.on('SIGINT', () => {
    if (stop.signal.aborted) process.exit(130)
    process.stderr.write('\nStopping; press Ctrl-C again to stop at once.\n')
    stop.abort(new Error('Interrupted'))
  })
  // A reader that has seen enough (`butler … | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => writeAll(2, text),
    env: (name) => process.env[name],
    cwd: process.cwd(),
    confirm,
    signal: stop.signal,
  }
}

function writeAll(fd: number, text: string): void {
  try {
    writeSync(fd, text)
  } catch {
    process.stderr.write(text)
  }
}

async function confirm(question: string): Promise<boolean | undefined> {
  process.stdout.write(`${question} [y/N]: `)
  if (!process.stdin.isTTY) {
    process.stdout.write('\n')
    return undefined
  }
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await lines.question('')).trim())
  } finally {
    lines.close()
  }
}

import { createInterface } from 'node:readline/promises'
import type { CommandIo } from './io.ts'

/** The real process. The first Ctrl-C asks the work to stop, the second ends the process at once. */
export function processIo(): CommandIo {
  const stop = new AbortController()
  let asked = false
  process.on('SIGINT', () => {
    if (asked) process.exit(130)
    asked = true
    process.stderr.write('\nStopping; press Ctrl-C again to stop at once.\n')
    stop.abort(new Error('Interrupted'))
  })
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: (name) => process.env[name],
    cwd: process.cwd(),
    columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    confirm,
    signal: stop.signal,
    commandLine: ['pipetask', ...process.argv.slice(2)].join(' '),
  }
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N]: `)).trim())
  } finally {
    lines.close()
  }
}

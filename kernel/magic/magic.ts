import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KernelError } from '../errors.ts'
import type { LanguageClient } from '../execute/language-client.ts'
import { currentRun } from '../execute/run-context.ts'
import { duration } from '../execute/duration.ts'

/** What magics are in a compiled cell: each takes the rest of its line and, for `%%`, the cell's body. */
export interface Magic {
  time<T>(work: () => Promise<T>): Promise<T>
  timeit(work: () => unknown): Promise<void>
  who(args: string): Promise<void>
  load(path: string): Promise<void>
  page(name: string, detail: number): Promise<void>
  bash(args: string, script: string): Promise<void>
}

export interface MagicParts {
  readonly folder: string
  readonly language: LanguageClient
  /** Ask the front end for something besides output: a pager, a next cell. */
  readonly addPayload: (payload: Readonly<Record<string, unknown>>) => void
}

/** The magics that need no engine. */
export function makeMagic({ folder, language, addPayload }: MagicParts): Magic {
  return {
    async time(work) {
      const begin = performance.now()
      const value = await work()
      process.stdout.write(`Wall time: ${duration(performance.now() - begin)}\n`)
      return value
    },
    async timeit(work) {
      process.stdout.write(`${await measure(work)}\n`)
    },
    async who() {
      const names = await language.call('names', null)
      const width = Math.max(...names.map(({ name }) => name.length), 0)
      const lines = names.map(({ name, type }) =>
        shortened(`${name.padEnd(width)}  ${type.replace(/\s+/g, ' ')}`),
      )
      process.stdout.write(lines.length === 0 ? 'No names yet.\n' : `${lines.join('\n')}\n`)
    },
    async load(path) {
      const text = /^https?:\/\//.test(path)
        ? await fetched(path)
        : await readFile(resolve(folder, path), 'utf8')
      addPayload({ source: 'set_next_input', text, replace: true })
    },
    async page(name, detail) {
      const { found, data } = await language.call('inspect', { code: name, cursor: name.length, detail })
      if (!found) throw new KernelError('kernel/no-such-name', `Nothing is known of '${name}'`)
      addPayload({ source: 'page', data, start: 0 })
    },
    bash: (_, script) => runScript(script, folder),
  }
}

async function fetched(url: string): Promise<string> {
  const answer = await fetch(url, { signal: currentRun().abort.signal })
  if (!answer.ok)
    throw new KernelError('kernel/not-fetched', `${url} answers ${answer.status} ${answer.statusText}`)
  return answer.text()
}

/** Repeats work for about a second, after one call to warm up: best and median of the repeats. */
async function measure(work: () => unknown): Promise<string> {
  const { signal } = currentRun().abort
  const once = async (loops: number): Promise<number> => {
    signal.throwIfAborted()
    const start = performance.now()
    for (let i = 0; i < loops; i++) {
      const made = work()
      if (made instanceof Promise) await made
    }
    return performance.now() - start
  }
  await work()
  let loops = 1
  while ((await once(loops)) < LONG_ENOUGH_MS) loops *= 10
  const times: number[] = []
  const begin = performance.now()
  while (times.length < 3 || (performance.now() - begin < 1000 && times.length < 1000))
    times.push((await once(loops)) / loops)
  times.sort((a, b) => a - b)
  const median = times[times.length >> 1] ?? 0
  const each = loops === 1 ? '' : ` of ${loops} loops each`
  return `${duration(median)} median, ${duration(times[0] ?? 0)} best of ${times.length} runs${each}`
}

/** A run is so many loops that the clock, which ticks in microseconds, tells them apart. */
const LONG_ENOUGH_MS = 1

/** Run a script by bash in the notebook's folder; its output is the cell's, an interrupt ends it and its children. */
function runScript(script: string, cwd: string): Promise<void> {
  const { abort } = currentRun()
  const child = spawn('bash', ['-c', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const stop = () => killGroup(child.pid)
  abort.signal.addEventListener('abort', stop, { once: true })
  child.stdout.on('data', (chunk: Uint8Array) => process.stdout.write(chunk))
  child.stderr.on('data', (chunk: Uint8Array) => process.stderr.write(chunk))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => {
      abort.signal.removeEventListener('abort', stop)
      if (code === 0) done()
      else
        fail(
          new KernelError('kernel/script-failed', `The script ended with ${signal ?? `exit code ${code}`}`),
        )
    })
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  signalGroup(pid, 'SIGINT')
  setTimeout(() => signalGroup(pid, 'SIGKILL'), 1000).unref()
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Already gone.
  }
}

const shortened = (line: string): string => (line.length > 100 ? `${line.slice(0, 99)}…` : line)

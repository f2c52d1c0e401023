import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A script of `test/support/children` in a process of its own, on the built engine (`dist`). */
export interface Child {
  readonly process: ChildProcessWithoutNullStreams
  /** Until a line of its output matches. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** Everything it printed, and how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
}

export function startChild(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  const file = fileURLToPath(new URL(`children/${script}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } })
  let out = ''
  let err = ''
  const waiting = new Set<() => void>()
  const tell = () => {
    for (const resume of waiting) resume()
  }
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
    tell()
  })
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => {
      resolve({ code, out, err })
      tell()
    }),
  )
  const line = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(out)
        if (found === null && child.exitCode === null && child.signalCode === null) return
        waiting.delete(look)
        if (found === null)
          reject(new Error(`${script} ended (${child.exitCode}) without ${pattern}: ${err}`))
        else resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { process: child, line, ended }
}

import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Found } from './found.ts'

/** Files and folders behind `%load`; hidden ones when a dot is typed. */
export function fileCompletions(folder: string, code: string, at: number): Found | undefined {
  const line = code.slice(code.lastIndexOf('\n', at - 1) + 1, at)
  const [, typed] = /^%load\s+(\S*)$/.exec(line) ?? []
  if (typed === undefined) return undefined
  const name = typed.slice(typed.lastIndexOf('/') + 1)
  const start = at - name.length
  const entries = entriesOf(resolve(folder, typed.slice(0, typed.length - name.length)))
    .filter((entry) => entry.name.startsWith(name) && (name !== '' || !entry.name.startsWith('.')))
    .map((entry) => ({
      text: entry.isDirectory() ? `${entry.name}/` : entry.name,
      type: 'path',
      signature: '',
    }))
  return { start, end: at, entries }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

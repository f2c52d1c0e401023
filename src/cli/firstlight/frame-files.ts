import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { FirstlightError } from '#core'

/** The file's name without extensions, numbered when two folders hold the same. */
export function unusedName(path: string, taken: Set<string>): string {
  const plain = basename(path).replace(/(\.(fits|fit|fts|fz|gz|bz2))+$/i, '')
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}-${n}`
  taken.add(name)
  return name
}

/** A pattern that no shell has expanded: `*` and `?` in the last part of the path. */
export function expand(path: string): string[] {
  const last = basename(path)
  if (!/[*?]/.test(last)) return [path]
  const escaped = last
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  const pattern = new RegExp(`^${escaped}$`)
  let found: string[]
  try {
    found = readdirSync(dirname(path)).filter((name) => pattern.test(name))
  } catch {
    found = []
  }
  if (found.length === 0) throw new FirstlightError('measure/no-file', `No file matches ${path}.`)
  return found.sort().map((name) => join(dirname(path), name))
}

/** Option parsers of commander. */
export function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Not a number.')
  return value
}

export function positive(text: string): number {
  const value = number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Not a positive number.')
  return value
}

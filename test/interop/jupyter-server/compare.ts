import { readFileSync } from 'node:fs'
import type { CaseRecord } from './recording.ts'

/** A place where two records differ: the path inside the record, and both values. */
export interface Difference {
  readonly place: string
  readonly real: unknown
  readonly ours: unknown
}

/** Every leaf that is not the same in both; of two answers with different status, the status alone. */
export function differences(real: CaseRecord, ours: CaseRecord): Difference[] {
  const [a, b] = [keyed(real), keyed(ours)]
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return names.flatMap((name) => answerDifferences(name, a[name], b[name]))
}

function answerDifferences(name: string, real: unknown, ours: unknown): Difference[] {
  const [status, other] = [statusOf(real), statusOf(ours)]
  if (status !== other) return [{ place: `${name} status`, real: status, ours: other }]
  const [a, b] = [leavesOf(real, name), leavesOf(ours, name)]
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((place) => a.get(place) !== b.get(place))
    .map((place) => ({ place, real: a.get(place), ours: b.get(place) }))
}

const statusOf = (answer: unknown): unknown => (answer as { status?: unknown } | null | undefined)?.status

/** Exchanges under the request they answer, so that a place says where it is. */
function keyed({ exchanges, result }: CaseRecord): Record<string, unknown> {
  const byRequest: Record<string, unknown> = {}
  for (const { request, ...answer } of exchanges) {
    let [name, n] = [request, 1]
    while (name in byRequest) name = `${request} (${++n})`
    byRequest[name] = answer
  }
  return { ...byRequest, result }
}

function leavesOf(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return into.set(path, value ?? null)
  const entries = Object.entries(value)
  if (entries.length === 0) into.set(path, Array.isArray(value) ? '[]' : '{}')
  for (const [key, item] of entries) leavesOf(item, path === '' ? key : `${path} ${key}`, into)
  return into
}

/** One row of the list of known differences: `*` in either column stands for anything. */
interface Known {
  readonly name: string
  readonly place: string
  used: boolean
}

/** The list of `server-differences.md`, which says of each why it is there. */
export class KnownDifferences {
  readonly #rows: Known[]

  constructor(file: URL) {
    this.#rows = readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => /^\| `([^`]+)` \| `([^`]+)` \|/.exec(line))
      .filter((found) => found !== null)
      .map(([, name = '', place = '']) => ({ name, place, used: false }))
  }

  has(name: string, place: string): boolean {
    const row = this.#rows.find((known) => fits(known.name, name) && fits(known.place, place))
    if (row !== undefined) row.used = true
    return row !== undefined
  }

  /** Rows that no difference needed: mended since, and to be taken out. */
  get unused(): string[] {
    return this.#rows.filter(({ used }) => !used).map(({ name, place }) => `${name} | ${place}`)
  }
}

const fits = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(quoted).join('.*')}$`, 's').test(text)
const quoted = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')

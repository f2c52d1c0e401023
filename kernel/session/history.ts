import { appendFile, readFile, rename, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeFolders } from '../../src/platform/node/jupyter/index.ts'

/** Session number counted from 1, line (execution count), input, and output text when it was kept. */
export interface HistoryEntry {
  readonly session: number
  readonly line: number
  readonly input: string
  readonly output?: string
}

interface StoredLine {
  readonly s: string
  readonly n: number
  readonly i: string
}

/** The file is begun anew beyond this size; the old one stays beside it as `.old`. */
const MOST_BYTES = 8 * 1024 * 1024
/** Characters of this session's inputs and outputs that are held in memory; the oldest go, inputs are still in the file. */
const MOST_HELD = 4 * 1024 * 1024

/** Where history is kept: FIRSTLIGHT_HISTORY (empty: nowhere), else the user's state folder. */
export function historyPath(env: NodeJS.ProcessEnv): string | undefined {
  const set = env['FIRSTLIGHT_HISTORY']
  if (set !== undefined) return set === '' ? undefined : set
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'firstlight', 'history.jsonl')
}

/**
 * Inputs of this and earlier sessions: one JSON line each, appended whole, so kernels side by side share the file.
 * Sessions are told apart by an id; their numbers are their order in the file.
 */
export class History {
  readonly #path: string | undefined
  readonly #id = crypto.randomUUID()
  readonly #mostHeld: number
  /** The newest of this session. */
  readonly #own: { line: number; input: string; output?: string }[] = []
  #held = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string | undefined, mostHeld = MOST_HELD) {
    this.#path = path
    this.#mostHeld = mostHeld
  }

  add(line: number, input: string): void {
    this.#own.push({ line, input })
    this.#hold(input)
    const path = this.#path
    if (path === undefined) return
    const text = `${JSON.stringify({ s: this.#id, n: line, i: input } satisfies StoredLine)}\n`
    this.#writing = this.#writing.then(() => append(path, text)).catch(() => {})
  }

  /** Keep the text of a result for requests that ask for outputs. */
  addOutput(line: number, output: string): void {
    const entry = this.#own.findLast((own) => own.line === line)
    if (entry === undefined) return
    entry.output = output
    this.#hold(output)
  }

  #hold(text: string): void {
    this.#held += text.length
    while (this.#held > this.#mostHeld && this.#own.length > 1) {
      const { input = '', output = '' } = this.#own.shift() ?? {}
      this.#held -= input.length + output.length
    }
  }

  flush(): Promise<void> {
    return this.#writing
  }

  /** The last `n` inputs of all sessions, oldest first. */
  async tail(n: number): Promise<HistoryEntry[]> {
    return n <= 0 ? [] : (await this.#all()).entries.slice(-n)
  }

  /** Inputs of one session in lines [start, stop); session 0 is this one, -1 the one before. */
  async range(session: number, start: number, stop: number | undefined): Promise<HistoryEntry[]> {
    const { entries, own } = await this.#all()
    const wanted = session > 0 ? session : own + session
    return entries.filter(
      (entry) => entry.session === wanted && entry.line >= start && (stop === undefined || entry.line < stop),
    )
  }

  /** The last `n` inputs that match a glob pattern (`*`, `?`), each text once when `unique`. */
  async search(pattern: string, n: number | undefined, unique: boolean): Promise<HistoryEntry[]> {
    const matches = glob(pattern)
    let found = (await this.#all()).entries.filter((entry) => matches.test(entry.input))
    if (unique) found = [...new Map(found.map((entry) => [entry.input, entry])).values()]
    return n === undefined ? found : n <= 0 ? [] : found.slice(-n)
  }

  /** Every input, oldest first, and the number of this session, which may have none yet. */
  async #all(): Promise<{ entries: HistoryEntry[]; own: number }> {
    await this.#writing
    const numbers = new Map<string, number>()
    const entries: HistoryEntry[] = []
    const early: { line: number; input: string }[] = []
    const firstHeld = this.#own[0]?.line ?? 0
    for (const { s, n, i } of await stored(this.#path)) {
      if (s === this.#id) {
        if (n < firstHeld) early.push({ line: n, input: i })
        continue
      }
      if (!numbers.has(s)) numbers.set(s, numbers.size + 1)
      entries.push({ session: numbers.get(s) ?? 1, line: n, input: i })
    }
    const session = numbers.size + 1
    const own = [...early, ...this.#own].map((entry) => ({ session, ...entry }))
    return { entries: [...entries, ...own], own: session }
  }
}

async function append(path: string, text: string): Promise<void> {
  await makeFolders(dirname(path))
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > MOST_BYTES) await rename(path, `${path}.old`)
  await appendFile(path, text, { mode: 0o600 })
}

/** Lines of the file; what is broken (a crash while writing) is left out. */
async function stored(path: string | undefined): Promise<StoredLine[]> {
  const text = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      const value = JSON.parse(line) as Partial<StoredLine>
      return typeof value.s === 'string' && typeof value.n === 'number' && typeof value.i === 'string'
        ? [value as StoredLine]
        : []
    } catch {
      return []
    }
  })
}

function glob(pattern: string): RegExp {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('?', '[\\s\\S]')
  return new RegExp(`^${body}$`)
}

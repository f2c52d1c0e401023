import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DIST = fileURLToPath(new URL('../../dist/src/cli/', import.meta.url))

/** One command of a tutorial, with the lines shown below it. */
export interface Step {
  readonly line: number
  readonly command: string
  /** `...` stands for any lines, `^C` for the key, `(exit code 1)` for that. */
  readonly shown: readonly string[]
}

/** The commands of the `console` blocks of a Markdown page. */
export function stepsOf(markdown: string): Step[] {
  const steps: { line: number; command: string; shown: string[] }[] = []
  let inside = false
  markdown.split('\n').forEach((text, i) => {
    if (text.startsWith('```')) inside = text === '```console'
    else if (inside && text.startsWith('$ ')) steps.push({ line: i + 1, command: text.slice(2), shown: [] })
    else if (inside) steps[steps.length - 1]!.shown.push(text)
  })
  return steps
}

/** The page with other lines below its first commands, one list a step. */
export function withShown(
  markdown: string,
  steps: readonly Step[],
  shown: readonly (readonly string[])[],
): string {
  const lines = markdown.split('\n')
  for (let k = shown.length - 1; k >= 0; k--)
    lines.splice(steps[k]!.line, steps[k]!.shown.length, ...shown[k]!)
  return lines.join('\n')
}

export interface Outcome {
  readonly lines: readonly string[]
  readonly code: number
}

/** Names that differ from run to run, as the page and this run have them: dates of runs, dataset ids. */
export class Names {
  readonly #real = new Map<string, string>()

  /** A command with this run's names. */
  translate(text: string): string {
    return text.replace(VARYING, (name) => this.#real.get(name) ?? name)
  }

  /** Text of this run with the page's names. */
  back(text: string): string {
    const shown = new Map(Array.from(this.#real, ([page, real]) => [real, page]))
    return text.replace(VARYING, (name) => shown.get(name) ?? name)
  }

  /** True when the line is what the page shows, but for names (the same for the same) and measured numbers of log lines. */
  matches(shown: string, line: string): boolean {
    const [a, b] = [shown.match(VARYING) ?? [], line.match(VARYING) ?? []]
    if (a.length !== b.length || plain(shown) !== plain(line)) return false
    if (a.some((name, i) => (this.#real.get(name) ?? b[i]) !== b[i])) return false
    a.forEach((name, i) => this.#real.set(name, b[i]!))
    return true
  }
}

const VARYING = /\b\d{8}T\d{6}Z\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
/** A line of a task's log: its numbers are measured. Those of the middleware are counts and must agree. */
const MEASURED = /^(isr|characterizeImage|calibrate|makeWarp)\b.*(INFO|WARN)/
const plain = (line: string): string => {
  const named = line.trimEnd().replace(VARYING, '#')
  return MEASURED.test(named) ? named.replace(/-?\d+(\.\d+)?/g, '#') : named
}

/**
 * Run one command in a folder, pressing Ctrl-C when the line shown before `^C` has come. Without a terminal `pipetask` works in its own
 * process, where a key waits for the task; `--timeout` gives it the terminal's processes.
 */
export async function runStep({ command, shown }: Step, names: Names, cwd: string): Promise<Outcome> {
  const [program = '', ...args] = words(names.translate(command))
  const at = shown.indexOf('^C')
  if (at >= 0) args.push('--timeout', '600')
  const child = spawn(process.execPath, [join(DIST, `${program}.js`), ...args], {
    cwd,
    env: { ...process.env, COLUMNS: '200' },
  })
  const lines: string[] = []
  let [rest, pressed] = ['', false]
  const take = (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.map((part) => part.trimEnd()))
    if (at < 0 || pressed || !lines.some((line) => isLine(shown[at - 1] ?? '', line))) return
    pressed = true
    child.kill('SIGINT')
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('close', (exit) => done(exit ?? -1))
  })
  if (rest !== '') lines.push(rest.trimEnd())
  return { lines: trimmed(lines), code }
}

/** What a page says of an outcome that does not fit, or undefined when it fits. */
export function mismatch({ shown }: Step, { lines, code }: Outcome, names: Names): string | undefined {
  const exit = shown.map((line) => /^\(exit code (\d+)\)$/.exec(line)?.[1]).find((n) => n !== undefined)
  const wanted = Number(exit ?? (shown.includes('^C') ? 130 : 0))
  if (code !== wanted) return `exit code ${code} instead of ${wanted}`
  let at = 0
  let anything = false
  for (const line of trimmed(shown.filter((text) => !text.startsWith('(exit code')))) {
    if (line === '...' || line === '^C') {
      anything = true
      continue
    }
    const found = lines.findIndex((text, i) => i >= at && (anything || i === at) && fits(line, text, names))
    if (found < 0) return `no line '${line}' at or after '${lines[at] ?? 'the end'}'`
    at = found + 1
    anything = false
  }
  return at < lines.length && !anything ? `more than is shown: '${lines[at]}'` : undefined
}

/** A shown line may leave out a part by `...`. */
const fits = (shown: string, line: string, names: Names): boolean =>
  shown.includes('...') ? isLine(shown, line) : names.matches(shown, line)

function isLine(shown: string, line: string): boolean {
  const parts = shown.split('...').map((part) => plain(part).trim())
  const text = shown.includes('...') ? line.replace(/-?\d+(\.\d+)?/g, '#') : plain(line)
  if (parts.length === 1) return parts[0] === text
  return parts.every((part) => text.includes(part.replace(/-?\d+(\.\d+)?/g, '#')))
}

function trimmed(lines: readonly string[]): string[] {
  const [first, last] = [lines.findIndex((l) => l !== ''), lines.findLastIndex((l) => l !== '')]
  return first < 0 ? [] : lines.slice(first, last + 1)
}

/** Words of a command line with single and double quotes. */
const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|((?:[^\s"']|'[^']*')+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { isFirstlightError, messageOf } from '#core'
import { prepareCell } from '../magic/prepare.ts'
import type { CellError, CompiledCell } from '../protocol/threads.ts'
import { insist } from './builtins.ts'
import { dropOldest } from './run-context.ts'
import { SourceMap } from './source-map.ts'

interface Script {
  readonly name: string
  readonly map: SourceMap
  readonly source?: string
  /** Cells with magics: offsets move on the lines of those. */
  readonly hasMagics?: boolean
}

const scripts = new Map<string, Script>()
const kernelDir = dirname(dirname(fileURLToPath(import.meta.url)))
const engineDir = join(dirname(kernelDir), 'src')

/** Let stack traces of this cell name its TypeScript lines, now and in later cells. */
export function registerCell({ label, source, map }: CompiledCell): void {
  const hasMagics = prepareCell(source).text !== source
  scripts.set(label, { name: label, map: new SourceMap(map), source, hasMagics })
  dropOldest(scripts)
}

export function registerModule(emitted: string, source: string, map: string): void {
  scripts.set(emitted, { name: source, map: new SourceMap(map) })
}

/**
 * Print stacks with TypeScript places, without the kernel's and Node's inner frames; of errors that a user can cause,
 * without the engine's too.
 */
export function installStackTraces(): void {
  Error.prepareStackTrace = (error, sites) => {
    const hidden = isFirstlightError(error) ? [kernelDir, engineDir, 'node:'] : [kernelDir]
    const frames = sites.filter((site) => isShown(site, hidden)).map((site) => `    at ${describe(site)}`)
    return [headOf(error), ...frames].join('\n')
  }
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error)
  } catch {
    return 'Error'
  }
}

function isShown(site: NodeJS.CallSite, hidden: readonly string[]): boolean {
  const file = pathOf(site)
  return (
    file !== undefined &&
    !/^node:(?:internal|async_hooks)/.test(file) &&
    !hidden.some((folder) => file.startsWith(folder))
  )
}

function pathOf(site: NodeJS.CallSite): string | undefined {
  const file = site.getFileName() ?? undefined
  return file?.startsWith('file:') === true ? fileURLToPath(file) : file
}

function describe(site: NodeJS.CallSite): string {
  const path = pathOf(site) ?? ''
  const script = scripts.get(path)
  // A call site's text is V8's own frame; its type does not declare it.
  if (script === undefined) return String(site as unknown as string)
  const place = script.map.original((site.getLineNumber() ?? 1) - 1, (site.getColumnNumber() ?? 1) - 1)
  const where = place === undefined ? script.name : `${script.name}:${place.line + 1}:${place.column + 1}`
  const name = site.getFunctionName()
  const owner = site.isToplevel() || site.getTypeName() === null ? '' : `${site.getTypeName()}.`
  const call =
    name === null || name === ''
      ? ''
      : site.isConstructor()
        ? `new ${name}`
        : name.includes('.')
          ? name
          : owner + name
  const waiting = (site as NodeJS.CallSite & { isAsync?(): boolean }).isAsync?.() === true ? 'async ' : ''
  return call === '' ? `${waiting}${where}` : `${waiting}${call} (${where})`
}

const FRAME = /(In\[[^\]]+\]):(\d+):(\d+)/

/** The cell a stack begins in, to credit an error that nobody awaited. */
export const cellOf = (error: unknown): string | undefined =>
  error instanceof Error ? FRAME.exec(error.stack ?? '')?.[1] : undefined

/** Anything that was thrown as the front end shows it: name, message, stack, the line at fault, causes, hint. */
export function toCellError(error: unknown): CellError {
  try {
    return insist(() => tellError(error))
  } catch {
    // Its own members throw when they are read.
    const evalue = 'Something was thrown that cannot be shown'
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] }
  }
}

function tellError(error: unknown): CellError {
  if (!(error instanceof Error) && !isErrorLike(error)) {
    const text = inspect(error, { depth: 2 })
    return { ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] }
  }
  const stack =
    typeof error.stack === 'string' && error.stack !== '' ? error.stack : `${error.name}: ${error.message}`
  const traceback = [...stack.split('\n'), ...excerpt(stack), ...more(error)]
  return { ename: String(error.name || 'Error'), evalue: String(messageOf(error)), traceback }
}

/** Errors of another realm (a vm context) fail `instanceof`. */
const isErrorLike = (error: unknown): error is Error =>
  Object.prototype.toString.call(error) === '[object Error]' && typeof (error as Error).message === 'string'

/** Hints, parts and causes, nothing twice. Where an error of ours has a cause, what matters is said; its stack is not shown. */
function more(error: Error): string[] {
  const lines: string[] = []
  const said = [messageOf(error)]
  let at: Error | undefined = error
  for (let depth = 0; at !== undefined && depth < 5; depth++) {
    const { cause }: { cause?: unknown } = at
    if (isFirstlightError(at) && at.hint !== undefined) lines.push(`Hint: ${at.hint}`)
    if (at instanceof AggregateError)
      for (const inner of at.errors.slice(0, 5)) lines.push(`  - ${messageOf(inner)}`)
    if (cause instanceof Error && !said.some((text) => text.includes(messageOf(cause)))) {
      said.push(messageOf(cause))
      lines.push(
        `Caused by: ${isFirstlightError(at) ? `${cause.name}: ${messageOf(cause)}` : causeStack(cause)}`,
      )
    }
    at = cause instanceof Error ? cause : undefined
  }
  return [...new Set(lines)]
}

const causeStack = (cause: Error): string => cause.stack ?? `${cause.name}: ${cause.message}`

/** Three lines of the cell around the first frame that lies in one, with a caret. */
function excerpt(stack: string): string[] {
  const match = FRAME.exec(stack)
  const script = scripts.get(match?.[1] ?? '')
  if (match === null || script?.source === undefined) return []
  const line = Number(match[2])
  const column = script.hasMagics === true ? undefined : Number(match[3])
  const lines = script.source.split('\n')
  const first = Math.max(1, line - 2)
  const width = String(line + 1).length
  const shown = lines.slice(first - 1, line + 1).flatMap((text, i) => {
    const number = first + i
    const row = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`
    if (number !== line || column === undefined) return [row]
    return [row, `  ${' '.repeat(width)} | ${text.slice(0, column - 1).replace(/[^\t]/g, ' ')}^`]
  })
  return ['', `${match[1] ?? ''}, line ${line}:`, ...shown]
}

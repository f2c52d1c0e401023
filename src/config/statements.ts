import { ConfigSyntaxError } from './errors.ts'

/** One logical line: continuation lines joined, comment removed, with the indented block below it. */
export interface Statement {
  readonly text: string
  readonly line: number
  readonly column: number
  readonly body: readonly Statement[]
}

/** Split Python text into logical lines and blocks, without looking inside them. */
export function splitStatements(text: string, file: string): readonly Statement[] {
  const flat = logicalLines(text, file)
  let at = 0
  const block = (indent: number): Statement[] => {
    const out: Statement[] = []
    for (let next = flat[at]; next !== undefined && next.column >= indent; next = flat[at]) {
      if (next.column > indent) throw new ConfigSyntaxError('unexpected indent', file, next.line, next.column)
      at++
      const inner = flat[at]
      const body =
        next.text.endsWith(':') && inner !== undefined && inner.column > indent ? block(inner.column) : []
      out.push({ ...next, body })
    }
    return out
  }
  const statements = block(flat[0]?.column ?? 1)
  const rest = flat[at]
  if (rest !== undefined) throw new ConfigSyntaxError('unexpected indent', file, rest.line, rest.column)
  return statements
}

interface Line {
  readonly text: string
  readonly line: number
  readonly column: number
}

function logicalLines(text: string, file: string): Line[] {
  const out: Line[] = []
  let at = 0
  let line = 1
  let depth = 0
  let start = { at: 0, line: 1 }
  const flush = (end: number): void => {
    const raw = text.slice(start.at, end)
    const stripped = stripComments(raw)
    const first = /\S/.exec(stripped)
    if (first !== null) out.push({ text: stripped.trim(), line: start.line, column: first.index + 1 })
  }
  while (at < text.length) {
    const c = text[at] ?? ''
    const string = /^(?:'''[^]*?'''|"""[^]*?"""|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|#[^\n]*)/.exec(
      text.slice(at),
    )?.[0]
    if (string !== undefined) {
      line += string.split('\n').length - 1
      at += string.length
      continue
    }
    if (c === "'" || c === '"')
      throw new ConfigSyntaxError('the string does not end', file, line, at - start.at + 1)
    if ('([{'.includes(c)) depth++
    if (')]}'.includes(c)) depth--
    if ((c === '\n' && depth === 0 && text[at - 1] !== '\\') || (c === ';' && depth === 0)) {
      flush(at)
      start = { at: at + 1, line: c === '\n' ? line + 1 : line }
    }
    if (c === '\n') line++
    at++
  }
  flush(text.length)
  if (depth > 0) throw new ConfigSyntaxError('a bracket is not closed', file, start.line, 1)
  return out
}

/** Blank out comments (keeping strings), so that a `#` inside a string stays. */
const stripComments = (text: string): string =>
  text.replace(/'''[^]*?'''|"""[^]*?"""|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|#[^\n]*/g, (found) =>
    found.startsWith('#') ? '' : found,
  )

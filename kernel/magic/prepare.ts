import { isCellMagic, isLineMagic, ownerOf } from './names.ts'

/** A cell as TypeScript: its magics replaced by calls, line for line. */
export interface PreparedCell {
  readonly source: string
  readonly text: string
  /** `%%time`: the whole cell is timed. */
  readonly timed: boolean
  /** Offset in `source` of an offset in `text`; what a magic generated maps into its line. */
  toSource(offset: number): number
  /** Offset in `text` of an offset in `source`. */
  toText(offset: number): number
}

interface Piece {
  readonly source: string
  readonly text: string
  /** Columns before which (in source, in text) the line is generated; behind them both run alike. */
  readonly sourceHead: number
  readonly textHead: number
}

/** Kept: cells, in whose realm this runs too, may replace it. */
const { stringify } = JSON

/** Magics that give a run of quanta. */
const RUNS: ReadonlySet<string> = new Set(['pipeline', 'pipetask'])

const CELL = /^\s*%%(?!\w+\?{1,2}\s*$)(\S+)[ \t]*([^\n]*)\n?/
/** At the line's begin only, unless nothing but magics stands above: an indented `%` is a remainder carried over. */
const LINE = /^%(\w+)(?:[ \t]+(.*))?$/
/** `name?` shows documentation, `name??` the declaration too; of magics, `%name?`. */
const QUESTION = /^(\?{1,2})?(%{0,2}[\p{ID_Start}$_][\p{ID_Continue}$.]*)(\?{1,2})?\s*$/u
const ASSIGNED = /^((?:const|let|var)\s+[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\s*:[^=]+)?\s*=\s*)(.*?);?\s*$/u
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * Replace magics by calls of the session's `__magic` and `__engine`. `%%time` and `%%timeit` time the cell below them; other cell
 * magics take the whole body as text, and their last plain word may name the variable that takes the result; `%time` and
 * `%timeit` take an expression; other line magics take the rest of their line as text. Unknown names are left for `checkMagics`.
 */
export function prepareCell(source: string): PreparedCell {
  const match = CELL.exec(source)
  const [, magic, args = ''] = match ?? []
  if (magic !== undefined && !TIMERS.has(magic)) return wholeCell(source, magic, args)
  const lines = source.split('\n')
  const pieces = withinTemplates(lines).map(({ line, isCode, isBegin }, i): Piece => {
    if (magic !== undefined && i === 0)
      return { source: line, text: '', sourceHead: line.length, textHead: 0 }
    return (
      (isCode ? linePiece(line, isBegin) : undefined) ?? {
        source: line,
        text: line,
        sourceHead: 0,
        textHead: 0,
      }
    )
  })
  return assemble(source, magic === 'timeit' ? repeated(pieces) : pieces, magic === 'time')
}

/** Cell magics below which there is code. */
const TIMERS: ReadonlySet<string> = new Set(['time', 'timeit'])

/** The lines as a function for `%%timeit`, which begins in the magic's own line. */
function repeated(pieces: readonly Piece[]): readonly Piece[] {
  const [first, ...rest] = pieces
  if (first === undefined) return pieces
  const head = `await __magic.timeit(${arrow(pieces.map(({ text }) => text).join('\n'))} {`
  const all = [{ ...first, text: head, textHead: head.length }, ...rest]
  const last = all.length - 1
  return all.map((piece, i) => (i === last ? { ...piece, text: `${piece.text}\n});` } : piece))
}

/** Waiting takes longer than much that is timed: code that does not wait is called plainly. */
const arrow = (code: string): string => (/\bawait\b/.test(code) ? 'async () =>' : '() =>')

/** A magic as a cell writes it. */
export interface MagicUse {
  readonly name: string
  readonly args: string
}

export interface MagicUses {
  /** Takes the whole cell as text. */
  readonly cell?: MagicUse
  /** `%%time`, `%%timeit`: the cell below it is code. */
  readonly timing?: MagicUse
  readonly lines: readonly MagicUse[]
}

/** The magics a cell uses, cell magic or line magics, unknown ones too. */
export function magicsOf(source: string): MagicUses {
  const match = CELL.exec(source)
  const first = match === null ? undefined : { name: match[1] ?? '', args: (match[2] ?? '').trim() }
  if (first !== undefined && !TIMERS.has(first.name)) return { cell: first, lines: [] }
  const lines = withinTemplates(source.split('\n'))
  return {
    ...(first !== undefined && { timing: first }),
    lines: lines.flatMap(({ line, isCode, isBegin }, i) => {
      const [, name, args = ''] =
        (isCode && !(match !== null && i === 0) ? LINE.exec(isBegin ? line.trimStart() : line) : null) ?? []
      return name === undefined ? [] : [{ name, args: args.trim() }]
    }),
  }
}

/** Whether a cell is there to run quanta, and not only to show what a pipeline or the options are. */
export function runsQuanta(source: string): boolean {
  const [, name = ''] = CELL.exec(source) ?? []
  if (!RUNS.has(name) || /(?:^|\s)(?:--show|--help|-h)(?=[=\s]|$)/.test(source)) return false
  return name === 'pipeline' || /^\s*%%pipetask\s(?:.*\s)?run(?=\s|$)/s.test(source)
}

function wholeCell(source: string, name: string, line: string): PreparedCell {
  // The body begins with the line break behind the magic, so that its line numbers are the cell's.
  const body = source.slice(source.indexOf('\n') < 0 ? source.length : source.indexOf('\n'))
  const { args, variable } = isCellMagic(name)
    ? splitVariable(name, line.trim())
    : { args: line, variable: undefined }
  const call = `await ${ownerOf(name)}.${name}(${stringify(args)}, ${stringify(body)})`
  const text =
    variable === undefined ? settled(name, call) : `const ${variable} = ${call}; ${settled(name, variable)}`
  return { source, text, timed: false, toSource: () => 0, toText: () => text.length }
}

/** A run with failures is an error of its cell, though the variable has it. */
const settled = (name: string, value: string): string =>
  RUNS.has(name) ? `__engine.passed(${value})` : value

/** `%%sql bright` names its result; in `%%pipeline` options may precede it, and `--out NAME` is the clear form. */
function splitVariable(name: string, line: string): { args: string; variable: string | undefined } {
  const named = /(?:^|\s)--out[= ]+([^\s]+)(?=\s|$)/.exec(line)
  if (named?.[1] !== undefined && NAME.test(named[1]))
    return { args: line.replace(named[0], '').trim(), variable: named[1] }
  if (name === 'sql' && NAME.test(line)) return { args: '', variable: line }
  return { args: line, variable: undefined }
}

function linePiece(line: string, isBegin: boolean): Piece | undefined {
  const question = questionOf(line)
  if (question !== undefined)
    return { source: line, text: question, sourceHead: line.length, textHead: question.length }
  const match = LINE.exec(isBegin ? line.trimStart() : line)
  const name = match?.[1]
  if (match === null || name === undefined || !isLineMagic(name)) return undefined
  const rest = match[2] ?? ''
  const takesCode = name === 'time' || name === 'timeit'
  if (!takesCode) {
    const text = `${settled(name, `await ${ownerOf(name)}.${name}(${stringify(rest.trim())})`)};`
    return { source: line, text, sourceHead: line.length, textHead: text.length }
  }
  const assigned = ASSIGNED.exec(rest)
  const [target, expression] =
    assigned === null ? ['', rest.replace(/;\s*$/, '')] : [assigned[1] ?? '', assigned[2] ?? '']
  const head = `${target}await __magic.${name}(${name === 'time' ? 'async () =>' : arrow(expression)} (`
  return {
    source: line,
    text: `${head}${expression}));`,
    sourceHead: line.length - rest.length + (rest.indexOf(expression, target.length) < 0 ? 0 : target.length),
    textHead: head.length,
  }
}

function questionOf(line: string): string | undefined {
  const [, before = '', name = '', after = ''] = QUESTION.exec(line) ?? []
  const marks = Math.max(before.length, after.length)
  return marks === 0 ? undefined : `await __magic.page(${stringify(name)}, ${marks - 1});`
}

function assemble(source: string, pieces: readonly Piece[], timed: boolean): PreparedCell {
  const text = pieces.map((piece) => piece.text).join('\n')
  const map = (offset: number, from: 'source' | 'text', to: 'source' | 'text'): number => {
    let start = 0
    let mapped = 0
    for (const piece of pieces) {
      const length = piece[from].length
      if (offset <= start + length) {
        const into = offset - start - piece[`${from}Head`]
        return mapped + Math.min(piece[to].length, piece[`${to}Head`] + Math.max(0, into))
      }
      start += length + 1
      mapped += piece[to].length + 1
    }
    return mapped - 1
  }
  const isSame = pieces.every((piece) => piece.source === piece.text)
  return {
    source,
    text,
    timed,
    toSource: isSame
      ? (offset) => Math.min(offset, source.length)
      : (offset) => map(offset, 'text', 'source'),
    toText: isSame ? (offset) => offset : (offset) => map(offset, 'source', 'text'),
  }
}

/** Marks lines that begin inside a template literal or block comment, where a `%` begins no magic. */
function withinTemplates(lines: readonly string[]): { line: string; isCode: boolean; isBegin: boolean }[] {
  let inside: '`' | '/*' | undefined
  let isBegin = true
  return lines.map((line) => {
    const marked = { line, isCode: inside === undefined, isBegin }
    inside = endState(line, inside)
    isBegin &&= /^\s*(?:%|\/\/|$)/.test(line)
    return marked
  })
}

function endState(line: string, begin: '`' | '/*' | undefined): '`' | '/*' | undefined {
  let inside: '`' | '/*' | '"' | "'" | undefined = begin
  for (let i = 0; i < line.length; i++) {
    const c = line[i]
    if (inside === '/*') {
      if (c === '*' && line[i + 1] === '/') inside = undefined
    } else if (inside !== undefined) {
      if (c === '\\') i++
      else if (c === inside) inside = undefined
    } else if (c === '/' && line[i + 1] === '/') break
    else if (c === '/' && line[i + 1] === '*') inside = '/*'
    else if (c === '`' || c === '"' || c === "'") inside = c
  }
  return inside === '`' || inside === '/*' ? inside : undefined
}

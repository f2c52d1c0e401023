import { didYouMean } from '#core'
import type { CellError } from '../protocol/threads.ts'
import { CELL_MAGICS, isCellMagic, isLineMagic, LINE_MAGICS } from './names.ts'
import { type MagicUse, magicsOf } from './prepare.ts'

/** The error for a magic that does not exist, naming the near one, or for what it does not take; undefined when all is well. */
export function checkMagics(source: string): CellError | undefined {
  const { cell: whole, timing, lines } = magicsOf(source)
  const cell = whole ?? timing
  if (cell !== undefined) {
    if (!isCellMagic(cell.name)) return unknown('%%', cell.name, CELL_MAGICS)
    const usage = CELL_USAGE[cell.name]
    if (usage?.takes.test(cell.args) === false) return misused('%%', cell, usage.text)
  }
  for (const line of lines) {
    if (!isLineMagic(line.name)) return unknown('%', line.name, LINE_MAGICS)
    const usage = LINE_USAGE[line.name]
    if (usage?.takes.test(line.args) === false) return misused('%', line, usage.text)
  }
  return undefined
}

interface Usage {
  /** What may stand behind the magic. */
  readonly takes: RegExp
  readonly text: string
}

const NOTHING = /^$/
const SOMETHING = /./
const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`
/** An expression, which no option with a number is. */
const EXPRESSION = /^(?!-[a-z]\s*\d+\s+\S)./i

/** Those that are not named read their arguments themselves. */
const CELL_USAGE: Readonly<Partial<Record<string, Usage>>> = {
  sql: {
    takes: new RegExp(`^(?:(?:--out[= ]\\s*)?${NAME})?$`, 'u'),
    text: '%%sql or %%sql name, the variable that takes the result; the query in the lines below',
  },
  bash: { takes: NOTHING, text: '%%bash alone; the script in the lines below' },
  time: { takes: NOTHING, text: '%%time alone; the cell in the lines below' },
}
const LINE_USAGE: Readonly<Partial<Record<string, Usage>>> = {
  time: { takes: EXPRESSION, text: '%time expression' },
  timeit: { takes: EXPRESSION, text: '%timeit expression; it repeats for about a second' },
  who: { takes: NOTHING, text: '%who alone' },
  sql: { takes: SOMETHING, text: '%sql query' },
  load: { takes: SOMETHING, text: '%load file' },
}

function misused(sign: string, { name, args }: MagicUse, usage: string): CellError {
  const what = args === '' ? 'needs something behind it' : `does not take '${args}'`
  const evalue = `${sign}${name} ${what}. Use: ${usage}`
  return { ename: 'MagicUsage', evalue, traceback: [`MagicUsage: ${evalue}`] }
}

function unknown(sign: string, name: string, names: readonly string[]): CellError {
  const known = names.map((each) => sign + each)
  const evalue = `No magic named ${sign}${name}.${didYouMean(sign + name, known)}`
  return {
    ename: 'UnknownMagic',
    evalue,
    traceback: [`UnknownMagic: ${evalue}`, `Known: ${known.join(' ')}`],
  }
}

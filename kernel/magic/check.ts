import { didYouMean } from '#core'
import type { CellError } from '../protocol/threads.ts'
import { CELL_MAGICS, isCellMagic, isLineMagic, LINE_MAGICS } from './names.ts'
import { type MagicUse, magicsOf } from './prepare.ts'
import { wordsOf } from './words.ts'

/** The error for a magic that does not exist, naming the near one, or for what it does not take; undefined when all is well. */
export function checkMagics(source: string): CellError | undefined {
  const { cell: whole, timing, lines } = magicsOf(source)
  const cell = whole ?? timing
  if (cell !== undefined) {
    if (!isCellMagic(cell.name)) return unknown('%%', cell.name, CELL_MAGICS)
    if (CELL_TAKES[cell.name]?.test(cell.args) === false) return misused('%%', cell)
  }
  for (const line of lines) {
    if (!isLineMagic(line.name)) return unknown('%', line.name, LINE_MAGICS)
    if (LINE_TAKES[line.name]?.test(line.args) === false) return misused('%', line)
  }
  return undefined
}

const NOTHING = /^$/
const SOMETHING = /./
const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`
/** An expression, which no option with a number is. */
const EXPRESSION = /^(?!-[a-z]\s*\d+\s+\S)./i

/** What may stand behind a magic; those that are not named read their arguments themselves. */
const CELL_TAKES: Readonly<Partial<Record<string, RegExp>>> = {
  sql: new RegExp(`^(?:(?:--out[= ]\\s*)?${NAME})?$`, 'u'),
  bash: NOTHING,
  time: NOTHING,
  timeit: NOTHING,
}
const LINE_TAKES: Readonly<Partial<Record<string, RegExp>>> = {
  time: EXPRESSION,
  timeit: EXPRESSION,
  who: NOTHING,
  sql: SOMETHING,
  load: SOMETHING,
}

function misused(sign: string, { name, args }: MagicUse): CellError {
  const what = args === '' ? 'needs something behind it' : `does not take '${args}'`
  const evalue = `${sign}${name} ${what}. Use: ${wordsOf(sign + name)?.usage ?? ''}`
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

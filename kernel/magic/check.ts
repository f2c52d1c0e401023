import { didYouMean } from '#core'
import type { CellError } from '../protocol/threads.ts'
import { CELL_MAGICS, isCellMagic, isLineMagic, LINE_MAGICS } from './names.ts'
import { magicsOf } from './prepare.ts'

/** The error for a magic that does not exist, naming the near one; undefined when all are known. */
export function checkMagics(source: string): CellError | undefined {
  const { cell, lines } = magicsOf(source)
  if (cell !== undefined && !isCellMagic(cell))
    return unknown(
      `%%${cell}`,
      CELL_MAGICS.map((name) => `%%${name}`),
    )
  const line = lines.find((name) => !isLineMagic(name))
  return line === undefined
    ? undefined
    : unknown(
        `%${line}`,
        LINE_MAGICS.map((name) => `%${name}`),
      )
}

function unknown(name: string, known: readonly string[]): CellError {
  const evalue = `No magic named ${name}.${didYouMean(name, known)}`
  return {
    ename: 'UnknownMagic',
    evalue,
    traceback: [`UnknownMagic: ${evalue}`, `Known: ${known.join(' ')}`],
  }
}

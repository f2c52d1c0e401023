import type { DataId } from '#butler'
import { FirstlightError } from '#core'
import { readNamedText } from '../shared/place.ts'
import { cellsOf } from '../shared/separated.ts'

/** Rows of a CSV file with dimension names in its first line; cells in double quotes may hold commas. */
export async function readDataIds(folder: string, file: string): Promise<readonly DataId[]> {
  const lines = (await readNamedText(folder, file))
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((text, i) => ({ text, number: i + 1 }))
    .filter(({ text }) => text.trim() !== '')
  const [names = [], ...rows] = lines.map(({ text, number }) => {
    const cells = cellsOf(text, ',')
    if (cells === undefined) throw badTable(`${file}, line ${number}: a quote is not closed.`)
    return cells
  })
  if (!names.every((name) => /^\w+$/.test(name)) || names.length === 0)
    throw badTable(
      `${file} does not begin with a line of dimension names.`,
      'Write CSV: instrument,visit,detector in the first line, then one data ID a line.',
    )
  if (rows.length === 0)
    throw badTable(
      `${file} holds no data IDs.`,
      'Leave --data-id-table out for all data, or write one data ID a line below the names.',
    )
  return rows.map((cells, i) => {
    if (cells.length !== names.length)
      throw badTable(
        `${file}, line ${lines[i + 1]?.number}: ${names.length} values wanted, ${cells.length} found.`,
      )
    return Object.fromEntries(names.map((name, c) => [name, valueOf(cells[c] ?? '')]))
  })
}

const valueOf = (cell: string): number | string => (/^-?\d+$/.test(cell) ? Number(cell) : cell)

const badTable = (message: string, hint?: string): Error =>
  new FirstlightError('cli/bad-table', message, hint === undefined ? {} : { hint })

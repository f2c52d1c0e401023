import type { ColumnData, RepositoryData, TableData } from '../protocol/repository-data.ts'

/** SQL around a cursor. */
export interface SqlPlace {
  readonly text: string
  /** UTF-16 offset of the cursor in `text`. */
  readonly at: number
  /** Offset of `text` in the cell. */
  readonly offset: number
}

/** The SQL that the cursor is in: the body of `%%sql`, the line of `%sql`, or a template of the `sql` tag. */
export function sqlAt(code: string, cursor: number): SqlPlace | undefined {
  const magic = /^\s*%%sql\b[^\n]*\n/.exec(code)
  if (magic !== null) {
    const offset = magic[0].length
    return cursor < offset ? undefined : { text: code.slice(offset), at: cursor - offset, offset }
  }
  const lineStart = code.lastIndexOf('\n', cursor - 1) + 1
  const line = /^%sql[ \t]+/.exec(code.slice(lineStart, cursor))
  if (line !== null) {
    const offset = lineStart + line[0].length
    const end = code.indexOf('\n', offset)
    return { text: code.slice(offset, end < 0 ? undefined : end), at: cursor - offset, offset }
  }
  return templateAt(code, cursor)
}

function templateAt(code: string, cursor: number): SqlPlace | undefined {
  for (const { index, 0: head } of code.matchAll(/\bsql\s*`/g)) {
    const offset = index + head.length
    if (offset > cursor) return undefined
    const { end, holes } = templateEnd(code, offset)
    if (cursor > end) continue
    if (holes.some(([from, to]) => cursor > from && cursor < to)) return undefined
    return { text: code.slice(offset, end), at: cursor - offset, offset }
  }
  return undefined
}

/** End of a template's text, and its `${…}`. */
function templateEnd(code: string, begin: number): { end: number; holes: [number, number][] } {
  const holes: [number, number][] = []
  for (let i = begin; i < code.length; i++) {
    if (code[i] === '\\') i++
    else if (code[i] === '`') return { end: i, holes }
    else if (code[i] === '$' && code[i + 1] === '{') {
      let depth = 0
      const from = i
      for (i++; i < code.length; i++) {
        if (code[i] === '{') depth++
        else if (code[i] === '}' && --depth === 0) break
      }
      holes.push([from, i + 1])
    }
  }
  return { end: code.length, holes }
}

const NAME = String.raw`"[^"]+"|[A-Za-z_]\w*`
const NO_ALIAS = String.raw`(?!(?:WHERE|JOIN|LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|SEMI|ANTI|ASOF|ON|USING|GROUP|ORDER|LIMIT|HAVING|UNION|EXCEPT|INTERSECT|QUALIFY|WINDOW)\b)`
const SOURCE = new RegExp(
  String.raw`(?:\b(?:FROM|JOIN)|,)\s+(${NAME})(?:\s+(?:AS\s+)?${NO_ALIAS}(${NAME}))?`,
  'gi',
)

/** Tables that the statement names, by alias and by name in lower case. */
export function tablesIn(text: string, { tables }: RepositoryData): ReadonlyMap<string, TableData> {
  const known = new Map(tables.map((table) => [table.name.toLowerCase(), table]))
  const found = new Map<string, TableData>()
  for (const [, name = '', alias] of text.matchAll(SOURCE)) {
    const table = known.get(unquoted(name))
    if (table === undefined) continue
    found.set(unquoted(name), table)
    if (alias !== undefined) found.set(unquoted(alias), table)
  }
  return found
}

export const unquoted = (name: string): string => name.replaceAll('"', '').toLowerCase()

/** `f64 [nJy]` */
export const columnType = ({ type, unit }: ColumnData): string =>
  unit === undefined ? type : `${type} [${unit}]`

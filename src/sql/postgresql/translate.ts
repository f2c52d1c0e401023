import type { SqlValue } from '../driver.ts'
import { quoteName } from '../fragment.ts'
import { TIMESPAN, TIMESPAN_BEGIN, TIMESPAN_END, UNBOUNDED_BEGIN, UNBOUNDED_END } from '../timespan.ts'
import { likePattern } from './like-pattern.ts'
import { isName, isWord, type Token, tokensOf } from './tokens.ts'

/** A statement for PostgreSQL, and what is to be done with some of its parameters before they are sent. */
export interface PostgresStatement {
  readonly text: string
  /** By position from 0. */
  readonly converters: ReadonlyMap<number, (value: SqlValue) => SqlValue>
}

/**
 * Translate a statement written for SQLite: `?` become `$1 …`, the two columns of a timespan one range (read and written), GLOB
 * becomes LIKE, `json_each(?)` and `json_extract(value, '$[i]')` their PostgreSQL twins, INTEGER in casts BIGINT, CHAR(32) UUID.
 * Columns of subqueries keep their names, so an outer query may speak of `x.timespan_begin` of an inner one.
 */
export const translateToPostgres = (sql: string): PostgresStatement => new Translation(sql).run()

class Translation {
  private readonly tokens: readonly Token[]
  private readonly tables: ReadonlySet<string>
  private readonly converters = new Map<number, (value: SqlValue) => SqlValue>()
  private placeholders = 0
  private at = 0
  private out = ''

  constructor(sql: string) {
    this.tokens = tokensOf(sql).filter((t, i, all) => t.kind !== 'space' || (i > 0 && i < all.length - 1))
    this.tables = realTables(this.tokens)
  }

  run(): PostgresStatement {
    if (isWord(this.tokens[0], 'INSERT')) this.insertHead()
    while (this.at < this.tokens.length) this.step()
    return { text: this.out, converters: this.converters }
  }

  private step(): void {
    const token = this.tokens[this.at]!
    if (token.kind === 'placeholder') return this.placeholder()
    if (token.kind === 'word')
      switch (token.text.toUpperCase()) {
        case 'GLOB':
          return this.glob()
        case 'INTEGER':
          return this.emit('BIGINT', 1)
        case 'CHAR':
          return this.uuid()
        case 'JSON_EACH':
          return this.jsonEach()
        case 'JSON_EXTRACT':
          return this.jsonExtract()
      }
    if (isName(token) && (token.text === TIMESPAN_BEGIN || token.text === TIMESPAN_END))
      return this.bareBound(token.text)
    if (isName(token) && this.tokens[this.at + 1]?.raw === '.') return this.qualified(token)
    this.emit(token.raw, 1)
  }

  /** `CHAR(32)` holds a UUID. */
  private uuid(): void {
    const size = this.tokens.slice(this.at + 1, this.at + 4).map((t) => t.raw)
    if (size.join('') === '(32)') this.emit('UUID', 4)
    else this.emit('CHAR', 1)
  }

  private emit(text: string, consumed: number): void {
    this.out += text
    this.at += consumed
  }

  private placeholder(): void {
    this.placeholders++
    this.emit(`$${this.placeholders}`, 1)
  }

  /** `x GLOB ?`: the pattern is rewritten when it is bound. */
  private glob(): void {
    this.emit('LIKE', 1)
    while (this.tokens[this.at]?.kind === 'space') this.emit(' ', 1)
    if (this.tokens[this.at]?.kind === 'placeholder')
      this.converters.set(this.placeholders, (v) => (typeof v === 'string' ? likePattern(v) : v))
  }

  /** `json_each(?)`: a row for each member, in column `value`. */
  private jsonEach(): void {
    this.placeholders++
    this.emit(`json_array_elements($${this.placeholders}::json)`, 4)
    const next = this.tokens.slice(this.at).find((t) => t.kind !== 'space')
    if (!isWord(next, 'AS')) this.out += ' AS each(value)'
  }

  /** `json_extract(value, '$[3]')`: a member of an inner list as text, to be cast. */
  private jsonExtract(): void {
    const end = this.tokens.findIndex((t, i) => i > this.at && t.raw === ')')
    const inner = this.tokens.slice(this.at + 2, end).filter((t) => t.kind !== 'space' && t.raw !== ',')
    const index = /^'\$\[(\d+)\]'$/.exec(inner.at(-1)!.raw)![1]!
    const source = inner
      .slice(0, -1)
      .map((t) => t.raw)
      .join('')
    this.emit(`(${source} ->> ${index})`, end - this.at + 1)
  }

  /** `alias.column`. */
  private qualified(alias: Token): void {
    const column = this.tokens[this.at + 2]
    const isBound = isName(column) && (column.text === TIMESPAN_BEGIN || column.text === TIMESPAN_END)
    const excluded = alias.text === 'excluded'
    if (!isBound || (!excluded && !this.tables.has(alias.text)))
      return this.emit(`${alias.raw}.${column?.raw ?? ''}`, 3)
    this.emit(boundSql(`${alias.raw}.${TIMESPAN}`, column.text), 3)
  }

  /** A bound of the one table of its SELECT; it keeps its name when it is a column of the result. */
  private bareBound(which: string): void {
    if (this.isAssigned()) return this.assignment()
    const before = this.tokens.slice(0, this.at).findLast((t) => t.kind !== 'space')
    const after = this.tokens.slice(this.at + 1).find((t) => t.kind !== 'space')
    const isAlias = isWord(before, 'AS')
    if (isAlias) return this.emit(which, 1)
    const isResult =
      (before?.raw === ',' || isWord(before, 'SELECT')) && (after?.raw === ',' || isWord(after, 'FROM'))
    this.emit(boundSql(TIMESPAN, which) + (isResult ? ` AS ${which}` : ''), 1)
  }

  private isAssigned(): boolean {
    const rest = this.tokens.slice(this.at + 1).filter((t) => t.kind !== 'space')
    return rest[0]?.raw === '=' && isWord(rest[1], 'EXCLUDED')
  }

  /** `timespan_begin = excluded.timespan_begin, timespan_end = excluded.timespan_end`: one column, one assignment. */
  private assignment(): void {
    const isBegin = this.tokens[this.at]!.text === TIMESPAN_BEGIN
    const end = this.tokens.findIndex((t, i) => i > this.at && t.raw === '.') + 2
    if (isBegin) this.emit(`${TIMESPAN} = excluded.${TIMESPAN}`, end - this.at)
    else {
      this.out = this.out.replace(/,\s*$/, '')
      this.at = end
    }
  }

  /** `INSERT INTO t (…) VALUES (…)`: a timespan's two places become one. */
  private insertHead(): void {
    const open = this.tokens.findIndex((t) => t.raw === '(')
    const close = this.tokens.findIndex((t, i) => i > open && t.raw === ')')
    const names = this.tokens.slice(open + 1, close).filter(isName)
    const first = names.findIndex((n) => n.text === TIMESPAN_BEGIN)
    const values = this.tokens.findIndex((t, i) => i > close && t.kind !== 'space')
    if (open < 0 || first < 0 || !isWord(this.tokens[values], 'VALUES')) return
    const columns = names
      .filter((n) => n.text !== TIMESPAN_END)
      .map((n) => (n.text === TIMESPAN_BEGIN ? TIMESPAN : n.text))
    const head = this.tokens.slice(0, open).map((t) => t.raw)
    this.out = `${head.join('')}(${columns.map(quoteName).join(', ')}) VALUES `
    this.at = this.tokens.findIndex((t, i) => i > values && t.raw === '(')
    this.insertRow(first)
  }

  private insertRow(timespanAt: number): void {
    const parts: string[] = []
    let depth = 0
    let item = ''
    for (this.at++; depth > 0 || this.tokens[this.at]!.raw !== ')'; this.at++) {
      const token = this.tokens[this.at]!
      if (token.raw === '(') depth++
      if (token.raw === ')') depth--
      if (token.raw === ',' && depth === 0) {
        parts.push(item.trim())
        item = ''
      } else if (token.kind === 'placeholder') item += `$${++this.placeholders}`
      else item += token.raw
    }
    parts.push(item.trim())
    const [begin, end] = parts.splice(timespanAt, 2)
    parts.splice(timespanAt, 0, rangeSql(begin!, end!))
    this.emit(`(${parts.join(', ')})`, 1)
  }
}

/** Aliases and names of real tables in FROM and JOIN; what a subquery is called is not among them. */
function realTables(tokens: readonly Token[]): ReadonlySet<string> {
  const words = tokens.filter((t) => t.kind !== 'space')
  const tables = new Set<string>()
  for (const [i, token] of words.entries()) {
    if (!isWord(token, 'FROM') && !isWord(token, 'JOIN') && !isWord(token, 'INTO')) continue
    const table = words[i + 1]
    if (!isName(table) || words[i + 2]?.raw === '(') continue
    const next = isWord(words[i + 2], 'AS') ? words[i + 3] : words[i + 2]
    tables.add(isName(next) && !FOLLOWS.has(next.text.toUpperCase()) ? next.text : table.text)
  }
  return tables
}

/** Words that may stand after a table that has no alias. */
const FOLLOWS = new Set(
  'WHERE JOIN CROSS LEFT INNER ON GROUP ORDER LIMIT UNION EXCEPT INTERSECT SET VALUES USING'.split(' '),
)

/** One end of a range as SQLite's tables hold it; an empty one is reversed there. */
function boundSql(range: string, which: string): string {
  const isBegin = which === TIMESPAN_BEGIN
  const [open, reversed] = isBegin ? [UNBOUNDED_BEGIN, UNBOUNDED_END] : [UNBOUNDED_END, UNBOUNDED_BEGIN]
  const bound = `${isBegin ? 'lower' : 'upper'}(${range})`
  return `CASE WHEN ${range} IS NULL THEN NULL WHEN isempty(${range}) THEN ${reversed} ELSE COALESCE(${bound}, ${open}) END`
}

function rangeSql(begin: string, end: string): string {
  const [b, e] = [`CAST(${begin} AS BIGINT)`, `CAST(${end} AS BIGINT)`]
  return `CASE WHEN ${b} IS NULL THEN NULL WHEN ${b} >= ${e} THEN 'empty'::int8range ELSE int8range(NULLIF(${b}, ${UNBOUNDED_BEGIN}), NULLIF(${e}, ${UNBOUNDED_END})) END`
}

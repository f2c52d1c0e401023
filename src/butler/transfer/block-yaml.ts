/** A tagged value: a scalar's text, or the members of a map below the tag. Gives UNUSUAL for tags that it does not know. */
export type TagReader = (tag: string, value: string | Readonly<Record<string, unknown>>) => unknown

/** What the quick reader leaves to a general one. */
export const UNUSUAL = new Error('The YAML is written in an unusual way.')

/**
 * Block YAML as butlers export it: maps and lists by indentation, one line a scalar, in some hundredths of a general parser's time.
 * UNUSUAL for whatever is written otherwise (flow collections, folded lines, anchors, comments, odd numbers).
 */
export function readBlockYaml(text: string, readTag: TagReader): unknown {
  try {
    return new BlockReader(text, readTag).document()
  } catch (error) {
    if (error === UNUSUAL) return UNUSUAL
    throw error
  }
}

const [SPACE, DASH, BANG, QUOTE, DOUBLE_QUOTE, SHARP] = [0x20, 0x2d, 0x21, 0x27, 0x22, 0x23]

class BlockReader {
  private readonly lines: readonly string[]
  private readonly readTag: TagReader
  private readonly keys = new Set<string>()
  private at = 0

  constructor(text: string, readTag: TagReader) {
    this.lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
    this.readTag = readTag
  }

  document(): unknown {
    const value = this.node(0)
    if (this.at < this.lines.length) throw UNUSUAL
    return value
  }

  /** The list, map or scalar that begins at a column of the current line. */
  private node(column: number): unknown {
    const line = this.lines[this.at]!
    const first = line.charCodeAt(column)
    if (first === DASH && line.charCodeAt(column + 1) === SPACE) return this.list(column)
    if (first !== BANG && first !== QUOTE && first !== DOUBLE_QUOTE && this.colon(line, column) > 0)
      return this.map(column)
    return this.value(line.slice(column), column)
  }

  private list(column: number): readonly unknown[] {
    const items: unknown[] = []
    do items.push(this.node(column + 2))
    while (this.indent() === column && this.isItem(column))
    if (this.indent() > column) throw UNUSUAL
    return items
  }

  private map(column: number): Readonly<Record<string, unknown>> {
    const map: Record<string, unknown> = {}
    do {
      const line = this.lines[this.at]!
      const colon = this.colon(line, column)
      if (colon < 0) throw UNUSUAL
      const key = line.slice(column, colon)
      this.check(key)
      if (map[key] !== undefined) throw UNUSUAL
      map[key] = colon + 1 === line.length ? this.below(column) : this.value(line.slice(colon + 2), column)
    } while (this.indent() === column && !this.isItem(column))
    if (this.indent() > column) throw UNUSUAL
    return map
  }

  /** What stands on the lines below a key: deeper, or a list at the key's own column. */
  private below(column: number): unknown {
    this.at++
    const indent = this.indent()
    if (indent > column) return this.node(indent)
    return indent === column && this.isItem(column) ? this.list(column) : null
  }

  private value(text: string, column: number): unknown {
    if (text.charCodeAt(0) !== BANG) {
      this.at++
      return scalar(text)
    }
    const space = text.indexOf(' ')
    const tag = space < 0 ? text : text.slice(0, space)
    const value = this.readTag(
      tag,
      space < 0 ? this.members(column) : this.tagged(text.slice(space + 1), column),
    )
    if (value === UNUSUAL) throw UNUSUAL
    return value
  }

  /** The map below a tag. */
  private members(column: number): Readonly<Record<string, unknown>> {
    this.at++
    const indent = this.indent()
    if (indent <= column || this.isItem(indent)) throw UNUSUAL
    return this.map(indent)
  }

  /** The text after a tag, or the lines of a literal block put together. */
  private tagged(text: string, column: number): string {
    this.at++
    if (text !== '|') {
      const value = scalar(text)
      if (typeof value !== 'string') throw UNUSUAL
      return value
    }
    let all = ''
    for (; this.indent() > column; this.at++) all += this.lines[this.at]!.trim()
    return all
  }

  /** Columns of spaces before the current line; -1 after the last line. */
  private indent(): number {
    const line = this.lines[this.at]
    if (line === undefined) return -1
    let n = 0
    while (line.charCodeAt(n) === SPACE) n++
    if (n === line.length || line.charCodeAt(n) === SHARP) throw UNUSUAL
    return n
  }

  private isItem(column: number): boolean {
    const line = this.lines[this.at]!
    return line.charCodeAt(column) === DASH && line.charCodeAt(column + 1) === SPACE
  }

  /** Where the colon of a key is; -1 when the text is no key. */
  private colon(line: string, column: number): number {
    const colon = line.indexOf(':', column)
    return colon > 0 && (colon + 1 === line.length || line.charCodeAt(colon + 1) === SPACE) ? colon : -1
  }

  private check(key: string): void {
    if (this.keys.has(key)) return
    if (!/^[A-Za-z_][\w.]*$/.test(key) || key === '__proto__' || RESERVED.test(key)) throw UNUSUAL
    this.keys.add(key)
  }
}

/** Words that are no text, or not in every YAML. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|e\d+)$/i
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/
const FLOAT = /^-?(?:0|[1-9]\d*)\.\d*(?:e[+-]\d+)?$/
/** Bytes in hexadecimal and versions, which no number looks like. */
const TEXT = /^(?:(?=[\de]*[abcdf])[0-9a-f]{2,}|\d+\.\d+\.\d+)$/
const PLAIN = /^[A-Za-z_/][\x20-\x7e]*$/
const SPACED = /: | #|[: ]$/
const ESCAPED = /^"(?:[^"\\]|\\["\\/nrt]|\\u[0-9a-fA-F]{4})*"$/

function scalar(text: string): unknown {
  const first = text.charCodeAt(0)
  if (first === QUOTE) {
    const inner = text.slice(1, -1)
    if (text.length < 2 || !text.endsWith("'") || inner.replaceAll("''", '').includes("'")) throw UNUSUAL
    return inner.replaceAll("''", "'")
  }
  if (first === DOUBLE_QUOTE) {
    if (!ESCAPED.test(text)) throw UNUSUAL
    return JSON.parse(text) as string
  }
  if (PLAIN.test(text)) {
    if (text === 'null') return null
    if (text === 'true' || text === 'false') return text === 'true'
    if (SPACED.test(text) || RESERVED.test(text)) throw UNUSUAL
    return text
  }
  if (INTEGER.test(text) || FLOAT.test(text)) return Number(text)
  if (TEXT.test(text)) return text
  if (text === '[]') return []
  if (text === '{}') return {}
  throw UNUSUAL
}

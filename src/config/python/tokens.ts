import type { Source } from './source.ts'
import { endOfString, STRING_START, unescape } from './strings.ts'
import { Complex, PyFloat, type PyValue } from './values.ts'

export interface Token {
  readonly type:
    | 'name'
    | 'number'
    | 'string'
    | 'template'
    | 'symbol'
    | 'newline'
    | 'indent'
    | 'dedent'
    | 'end'
  readonly text: string
  readonly at: number
  /** Position behind the token. */
  readonly end: number
  /** Of numbers. */
  readonly value?: PyValue
  /** Of strings; of templates (f-strings) the raw body. */
  readonly content?: string
  /** Where the body of a template starts. */
  readonly body?: number
}

const SPACE = /(?:[ \t\f]|\\\n)+|#[^\n]*/y
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const NUMBER =
  /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?/y
const SYMBOL =
  /\*\*=|\/\/=|>>=|<<=|->|:=|\.\.\.|\*\*|\/\/|<<|>>|<=|>=|==|!=|[-+*/%&|^@]=|[-+*/%&|^~@<>=()[\]{},:.;]/y

/** As in CPython; deeper ones would only exhaust the stack. */
const MOST_BRACKETS = 200

/** Split Python text into tokens, with indents and ends of logical lines; `from` and `to` limit it to an expression. */
export function tokenize(source: Source, from = 0, to = source.text.length, lines = true): readonly Token[] {
  return new Tokenizer(source, from, to, lines).all()
}

class Tokenizer {
  readonly source: Source
  readonly to: number
  readonly lines: boolean
  readonly out: Token[] = []
  readonly indents = [0]
  readonly open: { readonly close: string; readonly at: number }[] = []
  at: number

  constructor(source: Source, from: number, to: number, lines: boolean) {
    this.source = source
    this.at = from
    this.to = to
    this.lines = lines
  }

  all(): readonly Token[] {
    if (this.lines) this.startLine()
    while (this.at < this.to) this.next()
    const [open] = this.open.slice(-1)
    if (open !== undefined) this.source.fail('a bracket is not closed', open.at)
    if (this.lines && this.out.length > 0 && this.out.at(-1)?.type !== 'newline') this.push('newline', 0)
    for (let i = 1; i < this.indents.length; i++) this.push('dedent', 0)
    this.push('end', 0)
    return this.out
  }

  private push(type: Token['type'], length: number, more: Partial<Token> = {}): void {
    const { at } = this
    const end = at + length
    this.out.push({ type, text: this.source.text.slice(at, end), at, end, ...more })
    this.at = end
  }

  private match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at
    const found = expression.exec(this.source.text)
    return found === null || found[0] === '' ? undefined : found
  }

  private next(): void {
    const space = this.match(SPACE)
    if (space !== undefined) {
      this.at += space[0].length
      return
    }
    const c = this.source.text[this.at] ?? ''
    if (c === '\n') return this.lineEnd()
    const string = this.match(STRING_START)
    if (string !== undefined) return this.string(string)
    if (/[\d]|\.\d/y.test(this.source.text.slice(this.at, this.at + 2))) return this.number()
    const name = this.match(NAME)
    if (name !== undefined) return this.push('name', name[0].length)
    const symbol = this.match(SYMBOL)
    if (symbol === undefined) this.source.fail(`'${c}' has no meaning here`, this.at)
    this.bracket(symbol[0])
    this.push('symbol', symbol[0].length)
  }

  private bracket(symbol: string): void {
    const close = { '(': ')', '[': ']', '{': '}' }[symbol]
    if (close !== undefined) this.open.push({ close, at: this.at })
    if (this.open.length > MOST_BRACKETS) this.source.fail('the brackets are nested too deep', this.at)
    if (')]}'.includes(symbol) && this.open.pop()?.close !== symbol)
      this.source.fail(`'${symbol}' closes no bracket`, this.at)
  }

  private lineEnd(): void {
    if (this.open.length > 0 || !this.lines) {
      this.at++
      return
    }
    if (this.out.length > 0 && !['newline', 'indent', 'dedent'].includes(this.out.at(-1)?.type ?? ''))
      this.push('newline', 1)
    else this.at++
    this.startLine()
  }

  /** Indents and dedents before the first token of a line; lines without a token have none. */
  private startLine(): void {
    const blank = /(?:[ \t\f]*(?:#[^\n]*)?\n)*/y
    blank.lastIndex = this.at
    this.at += blank.exec(this.source.text)?.[0].length ?? 0
    const space = this.match(/[ \t\f]+/y)?.[0] ?? ''
    this.at += space.length
    const next = this.source.text[this.at]
    if (next === undefined || next === '#') return
    const width = space.replaceAll('\t', ' '.repeat(8)).length
    const current = this.indents.at(-1) ?? 0
    if (width > current) {
      this.indents.push(width)
      this.push('indent', 0)
    }
    while (width < (this.indents.at(-1) ?? 0)) {
      this.indents.pop()
      this.push('dedent', 0)
    }
    if (width !== this.indents.at(-1)) this.source.fail('the indent matches no line above', this.at)
  }

  private string([start, prefix = '', quote = '']: RegExpExecArray): void {
    const from = this.at + start.length
    const end = endOfString(this.source, from, quote, this.at)
    if (end > this.to) this.source.fail('the string does not end', this.at)
    const body = this.source.text.slice(from, end - quote.length)
    if (/b/i.test(prefix)) this.source.fail('bytes are no value of a config', this.at)
    const raw = /r/i.test(prefix)
    const template = /f/i.test(prefix)
    const content = raw || template ? body : unescape(this.source, body, from)
    this.push(template ? 'template' : 'string', end - this.at, {
      content,
      ...(template && { body: from }),
    })
  }

  private number(): void {
    const text = this.match(NUMBER)?.[0] ?? ''
    const after = this.source.text[this.at + text.length] ?? ''
    if (/[\p{L}\p{N}_.]/u.test(after) || /^0[\d_]*[1-9][\d_]*$/.test(text))
      this.source.fail('not a number', this.at)
    this.push('number', text.length, { value: this.numberValue(text.replaceAll('_', '')) })
  }

  private numberValue(digits: string): PyValue {
    if (/^0[xXoObB]/.test(digits)) return this.whole(Number(digits), digits)
    if (/[jJ]$/.test(digits)) return new Complex(0, Number(digits.slice(0, -1)))
    return /[.eE]/.test(digits) ? new PyFloat(Number(digits)) : this.whole(Number(digits), digits)
  }

  private whole(value: number, digits: string): number {
    if (!Number.isSafeInteger(value))
      this.source.fail(`${digits} is too large: integers go up to 9007199254740991`, this.at)
    return value
  }
}

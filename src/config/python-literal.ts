import { ConfigSyntaxError } from './errors.ts'

/** A number written with a point or an exponent: keeps `2.0` apart from `2`, which int fields refuse. */
export class PyFloat {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A complex number, `re + im j`. */
export class Complex {
  readonly re: number
  readonly im: number
  constructor(re: number, im: number) {
    this.re = re
    this.im = im
  }
}

/** What a literal evaluates to: None is null, lists, tuples and sets are arrays, dicts are Maps. */
export type PyValue =
  | null
  | boolean
  | number
  | string
  | PyFloat
  | Complex
  | readonly PyValue[]
  | ReadonlyMap<PyValue, PyValue>

/** Where a literal lies in its file, for messages. */
export interface LiteralPlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

const NUMBER =
  /^(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)([jJ]?)/
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
}

/** A reader of Python literals over one text; `at` moves as values are taken. Nothing is executed. */
export class LiteralReader {
  readonly text: string
  readonly place: LiteralPlace
  at: number

  constructor(text: string, place: LiteralPlace = { file: '<literal>', line: 1, column: 1 }, at = 0) {
    this.text = text
    this.place = place
    this.at = at
  }

  fail(message: string, at = this.at): never {
    const before = this.text.slice(0, at).split('\n')
    const line = this.place.line + before.length - 1
    const last = before[before.length - 1] ?? ''
    const column = before.length === 1 ? this.place.column + last.length : last.length + 1
    throw new ConfigSyntaxError(message, this.place.file, line, column)
  }

  skipSpace(): void {
    const found = /^(?:\s|\\\n|#[^\n]*)*/.exec(this.text.slice(this.at))
    this.at += found?.[0].length ?? 0
  }

  peek(): string {
    this.skipSpace()
    return this.text[this.at] ?? ''
  }

  take(token: string): boolean {
    this.skipSpace()
    if (!this.text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`expected '${token}', found ${this.describe()}`)
  }

  word(): string | undefined {
    this.skipSpace()
    const found = /^[A-Za-z_]\w*/.exec(this.text.slice(this.at))?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  atEnd(): boolean {
    return this.peek() === ''
  }

  value(): PyValue {
    const c = this.peek()
    if (c === '[') return this.items('[', ']')
    if (c === '(') return this.tuple()
    if (c === '{') return this.braces()
    if (c === '-' || c === '+') return this.signed()
    if (c === '"' || c === "'") return this.strings()
    if (/[\d.]/.test(c)) return this.number()
    return this.named()
  }

  /** A bare word; expression readers override this to look names up. */
  named(): PyValue {
    const start = this.at
    const name = this.word()
    if (name === undefined) this.fail(`expected a literal, found ${this.describe()}`)
    const next = this.text[this.at]
    if ((next === '"' || next === "'") && /^[rRbBuU]+$/.test(name)) return this.strings(/r/i.test(name))
    if (name === 'None') return null
    if (name === 'True' || name === 'False') return name === 'True'
    if (name === 'nan' || name === 'inf') return new PyFloat(name === 'nan' ? Number.NaN : Infinity)
    if (name === 'float' && this.take('(')) {
      const inner = this.value()
      this.expect(')')
      return new PyFloat(
        Number(typeof inner === 'string' ? inner.replace(/^([+-]?)inf$/i, '$1Infinity') : inner),
      )
    }
    if ((name === 'dict' || name === 'list' || name === 'set' || name === 'tuple') && this.take('(')) {
      if (this.take(')')) return name === 'dict' ? new Map() : []
      const inner = this.value()
      this.expect(')')
      return inner
    }
    return this.fail(`'${name}' is not a literal`, start)
  }

  private signed(): PyValue {
    const start = this.at
    const sign = this.take('-') ? -1 : (this.expect('+'), 1)
    const inner = this.value()
    if (typeof inner === 'number') return sign * inner
    if (inner instanceof PyFloat) return new PyFloat(sign * inner.value)
    if (inner instanceof Complex) return new Complex(sign * inner.re, sign * inner.im)
    return this.fail('a sign stands before something that is not a number', start)
  }

  private number(): PyValue {
    const found = NUMBER.exec(this.text.slice(this.at))
    if (found === null || /^\w/.test(this.text.slice(this.at + found[0].length))) this.fail('not a number')
    const start = this.at
    this.at += found[0].length
    const digits = (found[1] ?? '').replaceAll('_', '')
    if (found[2] !== '') return new Complex(0, Number(digits))
    if (/^0[xXoObB]/.test(digits)) return Number(digits)
    const real = /[.eE]/.test(digits) ? new PyFloat(Number(digits)) : Number(digits)
    if (typeof real === 'number' && !Number.isSafeInteger(real)) this.fail(`${digits} is too large`, start)
    return this.imaginary(real)
  }

  private imaginary(real: number | PyFloat): PyValue {
    const found = /^\s*([+-])\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[jJ]/.exec(this.text.slice(this.at))
    if (found === null) return real
    this.at += found[0].length
    return new Complex(typeof real === 'number' ? real : real.value, Number(`${found[1]}${found[2]}`))
  }

  private strings(raw = false): string {
    let text = this.string(raw)
    while (this.peek() === '"' || this.peek() === "'") text += this.string(false)
    return text
  }

  private string(raw: boolean): string {
    const start = this.at
    const one = this.text[this.at] ?? ''
    const quote = this.text.startsWith(one.repeat(3), this.at) ? one.repeat(3) : one
    this.at += quote.length
    let out = ''
    while (!this.text.startsWith(quote, this.at)) {
      const c = this.text[this.at]
      if (c === undefined || (c === '\n' && quote.length === 1)) this.fail('the string does not end', start)
      this.at++
      out += c === '\\' ? (raw ? `\\${this.text[this.at++] ?? ''}` : this.escape()) : c
    }
    this.at += quote.length
    return out
  }

  private escape(): string {
    const c = this.text[this.at++] ?? ''
    const width = { x: 2, u: 4, U: 8 }[c]
    if (width !== undefined) {
      const hex = this.text.slice(this.at, this.at + width)
      if (!/^[\da-fA-F]+$/.test(hex) || hex.length !== width) this.fail('bad escape in a string')
      this.at += width
      return String.fromCodePoint(Number.parseInt(hex, 16))
    }
    if (c === '\n') return ''
    return ESCAPES[c] ?? ('\\\'"'.includes(c) ? c : `\\${c}`)
  }

  private items(open: string, close: string): PyValue[] {
    this.expect(open)
    const out: PyValue[] = []
    while (!this.take(close)) {
      out.push(this.value())
      if (!this.take(',') && this.peek() !== close)
        this.fail(`expected ',' or '${close}', found ${this.describe()}`)
    }
    return out
  }

  private tuple(): PyValue {
    const start = this.at
    const items = this.items('(', ')')
    const [only] = items
    if (items.length !== 1 || only === undefined) return items
    return this.text
      .slice(start, this.at - 1)
      .trimEnd()
      .endsWith(',')
      ? items
      : only
  }

  private braces(): PyValue {
    this.expect('{')
    const map = new Map<PyValue, PyValue>()
    const set: PyValue[] = []
    while (!this.take('}')) {
      const key = this.value()
      if (this.take(':')) map.set(key instanceof PyFloat ? key.value : key, this.value())
      else set.push(key)
      if (!this.take(',') && this.peek() !== '}') this.fail(`expected ',' or '}', found ${this.describe()}`)
    }
    if (map.size > 0 && set.length > 0) this.fail('keys and plain items are mixed')
    return set.length > 0 ? set : map
  }

  private describe(): string {
    const c = this.peek()
    return c === '' ? 'the end' : `'${this.text.slice(this.at, this.at + 12).split('\n')[0]}'`
  }
}

/** Evaluate one whole literal; undefined when the text is not one. */
export function tryLiteral(text: string): PyValue | undefined {
  try {
    return parseLiteral(text)
  } catch (error) {
    if (error instanceof ConfigSyntaxError) return undefined
    throw error
  }
}

/** Evaluate one whole literal; throws ConfigSyntaxError. */
export function parseLiteral(text: string, place?: LiteralPlace): PyValue {
  const reader = new LiteralReader(text, place)
  const value = reader.value()
  if (!reader.atEnd()) reader.fail('there is more text after the literal')
  return value
}

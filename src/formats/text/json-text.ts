import { formatError } from '../errors.ts'

/**
 * JSON as Python reads and writes it: NaN, Infinity and -Infinity may stand bare, and whole numbers beyond 2^53 are
 * bigint, so that ids and nanoseconds survive.
 */
export function parseJson(text: string, name = 'JSON'): unknown {
  // The built-in parser is exact when no number is long and no bare word occurs.
  if (!/\d{16}|\bNaN\b|\bInfinity\b/.test(text)) {
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw formatError('bad-file', `${name} is not JSON: ${cause instanceof Error ? cause.message : ''}`, {
        cause,
      })
    }
  }
  return new Parser(text, name).whole()
}

class Parser {
  readonly #text: string
  readonly #name: string
  #at = 0

  constructor(text: string, name: string) {
    this.#text = text
    this.#name = name
  }

  whole(): unknown {
    const value = this.#value()
    this.#blank()
    if (this.#at < this.#text.length) this.#fail('the end')
    return value
  }

  #fail(wanted: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length
    const found = this.#text.slice(this.#at, this.#at + 12) || 'nothing more'
    throw formatError(
      'bad-file',
      `${this.#name} is not JSON: line ${line} should have ${wanted}, found '${found}'.`,
    )
  }

  #blank(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #take(word: string): boolean {
    this.#blank()
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #value(): unknown {
    this.#blank()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      default:
        return this.#word()
    }
  }

  #object(): Record<string, unknown> {
    this.#take('{')
    const entries: [string, unknown][] = []
    if (this.#take('}')) return {}
    do {
      this.#blank()
      const key = this.#string()
      if (!this.#take(':')) this.#fail("':'")
      entries.push([key, this.#value()])
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail("',' or '}'")
    return Object.fromEntries(entries)
  }

  #array(): unknown[] {
    this.#take('[')
    const items: unknown[] = []
    if (this.#take(']')) return items
    do items.push(this.#value())
    while (this.#take(','))
    if (!this.#take(']')) this.#fail("',' or ']'")
    return items
  }

  #string(): string {
    const match = /"(?:[^"\\]|\\.)*"/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (found === null) this.#fail('a string')
    this.#at += found[0].length
    try {
      return JSON.parse(found[0]) as string
    } catch {
      return this.#fail('a string')
    }
  }

  #word(): unknown {
    for (const [word, value] of WORDS) if (this.#take(word)) return value
    const match = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
    match.lastIndex = this.#at
    const found = match.exec(this.#text)
    if (found === null) this.#fail('a value')
    this.#at += found[0].length
    const value = Number(found[0])
    return found[1] === undefined && found[2] === undefined && !Number.isSafeInteger(value)
      ? BigInt(found[0])
      : value
  }
}

const WORDS: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]

/** The inverse of `parseJson`, on one line. */
export function stringifyJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? finiteText(value)
      : Number.isNaN(value)
        ? 'NaN'
        : value > 0
          ? 'Infinity'
          : '-Infinity'
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return JSON.stringify(value)
  if (ArrayBuffer.isView(value))
    return stringifyJson(Array.from(value as unknown as ArrayLike<number | bigint>))
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(',')}]`
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return stringifyJson((value.toJSON as () => unknown)())
  const members = Object.entries(value).filter(([, v]) => v !== undefined)
  return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${stringifyJson(v)}`).join(',')}}`
}

/** A whole number beyond 2^53 has an exponent: it is a float, and digits without one would be another whole number. */
const finiteText = (value: number): string =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : JSON.stringify(value)

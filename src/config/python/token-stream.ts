import type { Source } from './source.ts'
import type { Token } from './tokens.ts'

/** Words that Python keeps for itself: no name of a value. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global
  if import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
)

/** Tokens taken one after the other. */
export class TokenStream {
  readonly source: Source
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(source: Source, tokens: readonly Token[]) {
    this.source = source
    this.#tokens = tokens
  }

  get token(): Token {
    return this.#tokens[this.#next] as Token
  }

  advance(): Token {
    const { token } = this
    if (token.type !== 'end') this.#next++
    return token
  }

  isType(type: Token['type']): boolean {
    return this.token.type === type
  }

  /** Is the next token this symbol or keyword? */
  is(text: string): boolean {
    const { type } = this.token
    return this.token.text === text && (type === 'symbol' || (type === 'name' && KEYWORDS.has(text)))
  }

  take(text: string): boolean {
    if (!this.is(text)) return false
    this.advance()
    return true
  }

  /** The first of some symbols or keywords that stands next, taken. */
  takeOne(texts: readonly string[]): string | undefined {
    return texts.find((text) => this.take(text))
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected '${text}', found ${this.found()}`)
  }

  name(): string {
    const { token } = this
    if (token.type !== 'name' || KEYWORDS.has(token.text)) this.fail(`expected a name, found ${this.found()}`)
    return this.advance().text
  }

  found(): string {
    const { type, text } = this.token
    const names = { newline: 'the end of the line', end: 'the end', indent: 'an indent', dedent: 'a dedent' }
    return type === 'newline' || type === 'end' || type === 'indent' || type === 'dedent'
      ? names[type]
      : `'${text}'`
  }

  fail(message: string, at = this.token.at): never {
    return this.source.fail(message, at)
  }
}

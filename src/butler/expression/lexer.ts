import { syntaxError } from './syntax-error.ts'

export type TokenKind =
  | 'number'
  | 'string'
  | 'time'
  | 'range'
  | 'identifier'
  | 'bind'
  | 'operator'
  | 'keyword'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** Operators and keywords in their canonical form; strings and times without quotes; binds without colon. */
  readonly text: string
  readonly at: number
  readonly range?: { readonly start: number; readonly stop: number; readonly stride: number | undefined }
}

const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'OVERLAPS'])

const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['time', /[Tt]'([^'\n]*)'/y],
  ['range', /([+-]?\d+)\s*\.\.\s*([+-]?\d+)(?:\s*:\s*([1-9]\d*))?/y],
  ['number', /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y],
  ['string', /'([^'\n]*)'/y],
  ['identifier', /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,2}/y],
  ['bind', /:([A-Za-z_]\w*)/y],
  ['operator', /!=|<=|>=|[=<>+\-*/%(),]/y],
]

/** Tokens of an expression, the last of kind `end`. Throws `butler/invalid-query` with the place. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const token = next(text, at, tokens.at(-1))
    tokens.push(token.token)
    at = skipSpace(text, token.end)
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function skipSpace(text: string, at: number): number {
  let i = at
  while (i < text.length && ' \t\n\r'.includes(text[i]!)) i++
  return i
}

function next(text: string, at: number, before: Token | undefined): { token: Token; end: number } {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at
    const m = rule.exec(text)
    if (m === null) continue
    const end = at + m[0].length
    // `5 -3..4` does not occur, but `visit-1..2` must not eat the minus as a range's sign.
    if (kind === 'range' && /^[+-]/.test(m[0]) && endsOperand(before)) continue
    if (kind === 'range') {
      checkStride(text, end)
      const stride = m[3] === undefined ? undefined : Number(m[3])
      return {
        token: { kind, text: m[0], at, range: { start: Number(m[1]), stop: Number(m[2]), stride } },
        end,
      }
    }
    if (kind === 'identifier') {
      if (text[end] === '.') throw syntaxError(text, end, 'a name has at most two dots')
      const upper = m[0].toUpperCase()
      if (KEYWORDS.has(upper)) return { token: { kind: 'keyword', text: upper, at }, end }
    }
    const value = kind === 'time' || kind === 'string' || kind === 'bind' ? m[1]! : m[0]
    return { token: { kind, text: value, at }, end }
  }
  throw syntaxError(text, at, complaint(text, at))
}

const endsOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'number' || token.kind === 'identifier' || token.kind === 'bind' || token.text === ')')

function checkStride(text: string, end: number): void {
  const rest = /^\s*:\s*([+-]?\d+)/.exec(text.slice(end))
  if (rest !== null) throw syntaxError(text, end, `the stride of a range must be 1 or more, not ${rest[1]}`)
}

function complaint(text: string, at: number): string {
  const c = text[at]!
  if (c === "'") return 'a string is not closed'
  if (c === '"') return 'strings stand in single quotes'
  if (c === '#') return 'there are no comments'
  return `unexpected character '${c}'`
}

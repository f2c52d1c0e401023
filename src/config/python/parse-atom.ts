import type { ComprehensionClause, DictEntry, Expression, TemplatePart } from './syntax.ts'
import { KEYWORDS, TokenStream } from './token-stream.ts'
import { tokenize, type Token } from './tokens.ts'
import { unescape } from './strings.ts'
import type { PyValue } from './values.ts'

const CONSTANTS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['None', null],
  ['True', true],
  ['False', false],
])

/** Can a name or keyword start an expression? */
export const startsAtom = (word: string): boolean =>
  !KEYWORDS.has(word) || CONSTANTS.has(word) || word === 'not' || word === 'lambda'

/** The rules for what stands inside brackets; given by the reader of whole expressions. */
export interface InnerRules {
  one(tokens: TokenStream): Expression
  /** With commas a tuple. */
  several(tokens: TokenStream): Expression
  starred(tokens: TokenStream): Expression
  clauses(tokens: TokenStream): readonly ComprehensionClause[]
}

/** A name, a constant, or something in brackets. */
export function parseAtom(tokens: TokenStream, rules: InnerRules): Expression {
  const { token } = tokens
  const { at, text } = token
  if (token.type === 'number') return { kind: 'constant', at, value: tokens.advance().value ?? null }
  if (token.type === 'string' || token.type === 'template') return parseStrings(tokens, rules)
  if (tokens.take('(')) return parseRound(tokens, at, rules)
  if (tokens.take('[')) return parseSquare(tokens, at, rules)
  if (tokens.take('{')) return parseCurly(tokens, at, rules)
  if (token.type !== 'name') tokens.fail(`expected a value, found ${tokens.found()}`)
  const constant = CONSTANTS.get(text)
  if (constant !== undefined) {
    tokens.advance()
    return { kind: 'constant', at, value: constant }
  }
  return { kind: 'name', at, name: tokens.name() }
}

function parseRound(tokens: TokenStream, at: number, rules: InnerRules): Expression {
  if (tokens.take(')')) return { kind: 'tuple', at, items: [] }
  const inner = rules.several(tokens)
  if (tokens.is('for')) {
    const clauses = rules.clauses(tokens)
    tokens.expect(')')
    return { kind: 'comprehension', at, makes: 'generator', element: inner, clauses }
  }
  tokens.expect(')')
  return inner
}

function parseSquare(tokens: TokenStream, at: number, rules: InnerRules): Expression {
  const items: Expression[] = []
  while (!tokens.take(']')) {
    const element = rules.starred(tokens)
    if (items.length === 0 && tokens.is('for')) {
      const clauses = rules.clauses(tokens)
      tokens.expect(']')
      return { kind: 'comprehension', at, makes: 'list', element, clauses }
    }
    items.push(element)
    separator(tokens, ']')
  }
  return { kind: 'list', at, items }
}

function separator(tokens: TokenStream, close: string): void {
  if (!tokens.take(',') && !tokens.is(close))
    tokens.fail(`expected ',' or '${close}', found ${tokens.found()}`)
}

function parseCurly(tokens: TokenStream, at: number, rules: InnerRules): Expression {
  const entries: DictEntry[] = []
  const items: Expression[] = []
  while (!tokens.take('}')) {
    const { token } = tokens
    const entry = parseEntry(tokens, rules)
    if (entries.length + items.length === 0 && tokens.is('for')) {
      const clauses = rules.clauses(tokens)
      tokens.expect('}')
      const { key, value } = entry
      return key === undefined
        ? { kind: 'comprehension', at, makes: 'set', element: value, clauses }
        : { kind: 'comprehension', at, makes: 'dict', element: key, value, clauses }
    }
    if ('isItem' in entry) items.push(entry.value)
    else entries.push(entry)
    if (entries.length > 0 && items.length > 0) tokens.fail('keys and plain items are mixed', token.at)
    separator(tokens, '}')
  }
  return items.length > 0 ? { kind: 'set', at, items } : { kind: 'dict', at, entries }
}

function parseEntry(
  tokens: TokenStream,
  rules: InnerRules,
): DictEntry | { key: undefined; value: Expression; isItem: true } {
  if (tokens.take('**')) return { key: undefined, value: rules.one(tokens) }
  const key = rules.starred(tokens)
  if (!tokens.take(':')) return { key: undefined, value: key, isItem: true }
  return { key, value: rules.one(tokens) }
}

/** Strings that follow each other are one. */
function parseStrings(tokens: TokenStream, rules: InnerRules): Expression {
  const { at } = tokens.token
  const parts: TemplatePart[] = []
  while (tokens.token.type === 'string' || tokens.token.type === 'template') {
    const token = tokens.advance()
    if (token.type === 'string') parts.push(token.content ?? '')
    else parts.push(...templateParts(tokens, token, rules))
  }
  return parts.every((part) => typeof part === 'string')
    ? { kind: 'constant', at, value: parts.join('') }
    : { kind: 'template', at, parts }
}

/** Take the body of an f-string apart: `text {expression!r} text`; `{{` is a brace. */
function templateParts(
  { source }: TokenStream,
  { content = '', body = 0, text }: Token,
  rules: InnerRules,
): TemplatePart[] {
  const raw = content
  const plain = (part: string, at: number): string =>
    /^[a-z]*r/i.test(text) ? part : unescape(source, part, body + at)
  const parts: TemplatePart[] = []
  for (const found of raw.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const [piece, inner] = found
    if (inner !== undefined) parts.push(replacement(inner, body + found.index + 1))
    else if (piece === '{' || piece === '}')
      source.fail(`a single '${piece}' in an f-string`, body + found.index)
    else parts.push(piece === '{{' || piece === '}}' ? (piece[0] ?? '') : plain(piece, found.index))
  }
  return parts

  function replacement(inner: string, at: number): TemplatePart {
    const [, conversion = ''] = /!([rs])\s*$/.exec(inner) ?? []
    const end = at + (conversion === '' ? inner.length : inner.lastIndexOf('!'))
    const stream = new TokenStream(source, tokenize(source, at, end, false))
    const expression = rules.several(stream)
    if (stream.token.type !== 'end') stream.fail(`format specifications are not understood here`)
    return { value: expression, conversion: conversion as '' | 'r' | 's' }
  }
}

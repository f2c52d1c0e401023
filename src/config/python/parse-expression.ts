import { type InnerRules, parseAtom, startsAtom } from './parse-atom.ts'
import type { ComparisonLink, ComprehensionClause, Expression } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

/** One expression, not a bare tuple. @see The Python Language Reference, 6.17 Operator precedence */
export function parseExpression(tokens: TokenStream): Expression {
  const { at } = tokens.token
  if (tokens.is('lambda')) tokens.fail('a lambda is no value of a config')
  const then = parseOr(tokens)
  if (!tokens.take('if')) return then
  const test = parseOr(tokens)
  tokens.expect('else')
  return { kind: 'conditional', at, test, then, otherwise: parseExpression(tokens) }
}

/** An expression, or several with commas between them: a tuple. */
export function parseExpressions(tokens: TokenStream): Expression {
  const { at } = tokens.token
  const first = parseStarred(tokens)
  if (!tokens.is(','))
    return first.kind === 'starred' ? tokens.fail('a starred value stands alone', at) : first
  const items = [first]
  while (tokens.take(',') && startsExpression(tokens)) items.push(parseStarred(tokens))
  return { kind: 'tuple', at, items }
}

function parseStarred(tokens: TokenStream): Expression {
  const { at } = tokens.token
  return tokens.take('*') ? { kind: 'starred', at, value: parseBinary(tokens, 0) } : parseExpression(tokens)
}

const startsExpression = (tokens: TokenStream): boolean => {
  const { type, text } = tokens.token
  if (type === 'symbol') return '([{-+~*'.includes(text)
  if (type === 'name') return startsAtom(text)
  return type === 'number' || type === 'string' || type === 'template'
}

function parseOr(tokens: TokenStream): Expression {
  const { at } = tokens.token
  let left = parseAnd(tokens)
  while (tokens.take('or')) left = { kind: 'logical', at, operator: 'or', left, right: parseAnd(tokens) }
  return left
}

function parseAnd(tokens: TokenStream): Expression {
  const { at } = tokens.token
  let left = parseNot(tokens)
  while (tokens.take('and')) left = { kind: 'logical', at, operator: 'and', left, right: parseNot(tokens) }
  return left
}

function parseNot(tokens: TokenStream): Expression {
  const { at } = tokens.token
  return tokens.take('not')
    ? { kind: 'unary', at, operator: 'not', operand: parseNot(tokens) }
    : parseComparison(tokens)
}

function parseComparison(tokens: TokenStream): Expression {
  const { at } = tokens.token
  const left = parseBinary(tokens, 0)
  const links: ComparisonLink[] = []
  for (let operator = comparator(tokens); operator !== undefined; operator = comparator(tokens))
    links.push({ operator, right: parseBinary(tokens, 0) })
  return links.length === 0 ? left : { kind: 'compare', at, left, links }
}

function comparator(tokens: TokenStream): string | undefined {
  if (tokens.take('not')) {
    tokens.expect('in')
    return 'not in'
  }
  if (tokens.take('is')) return tokens.take('not') ? 'is not' : 'is'
  return tokens.takeOne(['in', '==', '!=', '<=', '>=', '<', '>'])
}

/** Binary operators, loosest first. */
const LEVELS = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '//', '/', '%']] as const

/** Binary operators from a level on; the target of a `for` is read so too, as `in` ends it. */
function parseBinary(tokens: TokenStream, level: number): Expression {
  const operators = LEVELS[level]
  if (operators === undefined) return parseUnary(tokens)
  const { at } = tokens.token
  let left = parseBinary(tokens, level + 1)
  for (;;) {
    const operator = tokens.takeOne(operators)
    if (operator === undefined) return left
    left = { kind: 'binary', at, operator, left, right: parseBinary(tokens, level + 1) }
  }
}

function parseUnary(tokens: TokenStream): Expression {
  const { at } = tokens.token
  const operator = tokens.takeOne(['-', '+', '~'])
  if (operator !== undefined) return { kind: 'unary', at, operator, operand: parseUnary(tokens) }
  const base = parsePrimary(tokens)
  return tokens.take('**')
    ? { kind: 'binary', at, operator: '**', left: base, right: parseUnary(tokens) }
    : base
}

function parsePrimary(tokens: TokenStream): Expression {
  const { at } = tokens.token
  let value = parseAtom(tokens, INNER)
  for (;;) {
    if (tokens.take('.')) value = { kind: 'attribute', at, object: value, name: tokens.name() }
    else if (tokens.take('[')) value = { kind: 'item', at, object: value, key: parseKey(tokens) }
    else if (tokens.take('(')) value = parseCall(tokens, value, at)
    else return value
  }
}

function parseKey(tokens: TokenStream): Expression {
  const { at } = tokens.token
  const part = (): Expression | undefined =>
    tokens.is(':') || tokens.is(']') ? undefined : parseExpressions(tokens)
  const start = part()
  if (!tokens.take(':')) {
    tokens.expect(']')
    return start ?? tokens.fail('expected an index', at)
  }
  const stop = part()
  const step = tokens.take(':') ? part() : undefined
  tokens.expect(']')
  return { kind: 'slice', at, ...(start && { start }), ...(stop && { stop }), ...(step && { step }) }
}

function parseCall(tokens: TokenStream, callee: Expression, at: number): Expression {
  const positional: Expression[] = []
  const named: [string, Expression][] = []
  while (!tokens.take(')')) {
    const { token } = tokens
    if (tokens.is('**')) tokens.fail('arguments are not spread from a dict here')
    const value = parseStarred(tokens)
    if (value.kind === 'name' && tokens.take('=')) {
      if (named.some(([name]) => name === value.name)) tokens.fail(`${value.name} is given twice`, token.at)
      named.push([value.name, parseExpression(tokens)])
    } else if (tokens.is('for')) positional.push(generator(tokens, value))
    else if (named.length > 0) tokens.fail('a positional argument follows a named one', token.at)
    else positional.push(value)
    if (!tokens.take(',') && !tokens.is(')')) tokens.fail(`expected ',' or ')', found ${tokens.found()}`)
  }
  return { kind: 'call', at, callee, positional, named }
}

const generator = (tokens: TokenStream, element: Expression): Expression => ({
  kind: 'comprehension',
  at: element.at,
  makes: 'generator',
  element,
  clauses: parseClauses(tokens),
})

function parseClauses(tokens: TokenStream): readonly ComprehensionClause[] {
  const clauses: ComprehensionClause[] = []
  while (tokens.take('for')) {
    const target = parseTarget(tokens)
    tokens.expect('in')
    const items = parseOr(tokens)
    const conditions: Expression[] = []
    while (tokens.take('if')) conditions.push(parseOr(tokens))
    clauses.push({ target, items, conditions })
  }
  return clauses
}

/** What a `for` assigns to: a name, or names in a tuple. */
export function parseTarget(tokens: TokenStream): Expression {
  const { at } = tokens.token
  const first = parseBinary(tokens, 0)
  if (!tokens.is(',')) return first
  const items = [first]
  while (tokens.take(',') && !tokens.is('in')) items.push(parseBinary(tokens, 0))
  return { kind: 'tuple', at, items }
}

const INNER: InnerRules = {
  one: parseExpression,
  several: parseExpressions,
  starred: parseStarred,
  clauses: parseClauses,
}

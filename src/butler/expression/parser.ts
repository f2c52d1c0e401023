import type { ArithmeticOperator, ComparisonOperator, Expression } from './ast.ts'
import { checkCall } from './functions.ts'
import { type Token, tokenize } from './lexer.ts'
import { syntaxError } from './syntax-error.ts'
import { parseTimeLiteral } from './time-literal.ts'

/** Binding strength of infix operators; those of one level without an order cannot be chained. */
const LEVELS: Readonly<Record<string, number>> = {
  OR: 1,
  AND: 2,
  OVERLAPS: 3,
  '=': 4,
  '!=': 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
}
const NOT_LEVEL = 3
const ARITHMETIC_LEVEL = 6
const COMPARISONS = new Set(['OVERLAPS', '=', '!=', '<', '<=', '>', '>='])

/** What users of other languages write, and what to write here. */
const HINTS: Readonly<Record<string, string>> = {
  IS: 'Write `x = NULL` or `x != NULL`.',
  LIKE: "Write `GLOB(x, 'pattern*')`.",
  BETWEEN: 'Write `x >= a AND x <= b`, or `x IN (a..b)` for integers.',
  '=': 'A comparison is one `=`.',
}

/** Levels of parentheses, signs, NOTs and arithmetic, and conditions joined by AND or OR: databases take no deeper trees. */
const DEEPEST = 200
const MOST_PARTS = 5000

/** Parse a where expression; the empty text gives undefined. Throws `butler/invalid-query` with the place and a hint. */
export function parseExpression(text: string): Expression | undefined {
  const tokens = tokenize(text)
  return tokens.length === 1 ? undefined : new Parser(text, tokens).whole()
}

class Parser {
  private readonly text: string
  private readonly tokens: readonly Token[]
  private next = 0
  private depth = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text
    this.tokens = tokens
  }

  whole(): Expression {
    const expression = this.expression(1)
    if (this.peek().kind !== 'end') throw this.unexpected(this.peek(), 'an operator or the end')
    return expression
  }

  private expression(level: number): Expression {
    return this.deeper(() => this.operators(level))
  }

  private operators(level: number): Expression {
    let left = this.prefix(level)
    for (let length = 0; ; length++) {
      const token = this.peek()
      if (this.isIn(token)) {
        if (level > ARITHMETIC_LEVEL) return left
        left = this.membership(left)
        continue
      }
      const own = token.kind === 'operator' || token.kind === 'keyword' ? LEVELS[token.text] : undefined
      if (own === undefined || own < level) return left
      this.next++
      const right = this.expression(own + 1)
      const isChain = token.text === 'AND' || token.text === 'OR'
      if (length >= (isChain ? MOST_PARTS : DEEPEST)) throw this.tooLarge(token)
      left = combine(token, left, right)
      if (COMPARISONS.has(token.text)) this.refuseChain(own)
    }
  }

  private deeper(part: () => Expression): Expression {
    if (this.depth >= DEEPEST) throw this.tooLarge(this.peek())
    this.depth++
    const expression = part()
    this.depth--
    return expression
  }

  private tooLarge({ at }: Token): Error {
    const limits = `${DEEPEST} levels or ${MOST_PARTS} conditions`
    return syntaxError(
      this.text,
      at,
      `the expression has more than ${limits}`,
      'Bind the values to a name and write `visit IN (:visits)`.',
    )
  }

  private refuseChain(level: number): void {
    const token = this.peek()
    if (COMPARISONS.has(token.text) && token.kind !== 'identifier' && LEVELS[token.text] === level)
      throw syntaxError(
        this.text,
        token.at,
        `'${token.text}' cannot follow another comparison`,
        'Use parentheses and AND.',
      )
  }

  private prefix(level: number): Expression {
    const token = this.peek()
    if (token.kind === 'keyword' && token.text === 'NOT') {
      if (level > NOT_LEVEL) throw this.unexpected(token, 'a value')
      this.next++
      return { kind: 'not', of: this.expression(NOT_LEVEL), at: token.at }
    }
    if (token.kind === 'operator' && (token.text === '+' || token.text === '-')) {
      this.next++
      return { kind: 'sign', operator: token.text, of: this.deeper(() => this.prefix(8)), at: token.at }
    }
    return this.primary()
  }

  private primary(): Expression {
    const token = this.take()
    const { at } = token
    switch (token.kind) {
      case 'number':
        return { kind: 'number', text: token.text, at }
      case 'string':
        return { kind: 'string', value: token.text, at }
      case 'time':
        return this.time(token)
      case 'range':
        return { kind: 'range', ...token.range!, at }
      case 'bind':
        return { kind: 'bind', name: token.text, at }
      case 'identifier':
        if (this.peek().text === '(' && this.peek().kind === 'operator') return this.call(token)
        return { kind: 'identifier', name: token.text, at }
      case 'operator':
        if (token.text === '(') return this.parenthesis(at)
        throw this.unexpected(token, 'a value')
      default:
        throw this.unexpected(token, 'a value')
    }
  }

  private parenthesis(at: number): Expression {
    const first = this.expression(1)
    if (!this.accept(',')) {
      this.expect(')')
      return first
    }
    const second = this.expression(1)
    if (this.peek().text === ',') throw this.unexpected(this.peek(), "')': a pair has two members")
    this.expect(')')
    return { kind: 'pair', first, second, at }
  }

  private call(name: Token): Expression {
    if (name.text.includes('.')) throw this.unexpected(this.peek(), 'an operator')
    this.expect('(')
    const args: Expression[] = []
    if (!this.accept(')')) {
      do args.push(this.expression(1))
      while (this.accept(','))
      this.expect(')')
    }
    checkCall(this.text, name.text, args, name.at)
    return { kind: 'call', name: name.text, args, at: name.at }
  }

  private isIn(token: Token): boolean {
    if (token.kind !== 'keyword') return false
    return token.text === 'IN' || (token.text === 'NOT' && this.tokens[this.next + 1]?.text === 'IN')
  }

  private membership(of: Expression): Expression {
    const { at } = this.peek()
    const negated = this.accept('NOT')
    this.expect('IN')
    this.expect('(')
    const items: Expression[] = []
    do items.push(this.item())
    while (this.accept(','))
    this.expect(')')
    return { kind: 'in', negated, of, items, at }
  }

  /** Members of IN are literals, names, binds and function calls; no arithmetic. */
  private item(): Expression {
    const token = this.peek()
    const item = this.prefix(8)
    if (
      item.kind === 'pair' ||
      item.kind === 'not' ||
      (item.kind === 'identifier' && item.name.includes('.'))
    )
      throw this.unexpected(token, 'a literal, a bind or a name')
    return item
  }

  private time(token: Token): Expression {
    const instant = parseTimeLiteral(token.text)
    if (instant === undefined)
      throw syntaxError(
        this.text,
        token.at,
        `'${token.text}' is not a time`,
        "Write T'2013-06-17', T'2013-06-17 13:19:00/tai', T'2013:168', T'mjd/56460.5' or T'unix/1383000000.0'.",
      )
    return { kind: 'time', instant, text: token.text, at: token.at }
  }

  private peek(): Token {
    return this.tokens[this.next]!
  }

  private take(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.next++
    return token
  }

  private accept(text: string): boolean {
    const token = this.peek()
    if (token.text !== text || (token.kind !== 'operator' && token.kind !== 'keyword')) return false
    this.next++
    return true
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected(this.peek(), `'${text}'`)
  }

  private unexpected(token: Token, wanted: string): Error {
    const found = token.kind === 'end' ? 'the end' : `'${token.text}'`
    const hint = HINTS[token.text.toUpperCase()]
    return syntaxError(this.text, token.at, `expected ${wanted}, found ${found}`, hint)
  }
}

function combine(token: Token, left: Expression, right: Expression): Expression {
  const { text, at } = token
  if (text === 'OR' || text === 'AND') return { kind: text === 'OR' ? 'or' : 'and', left, right, at }
  if (COMPARISONS.has(text)) return { kind: 'compare', operator: text as ComparisonOperator, left, right, at }
  return { kind: 'arithmetic', operator: text as ArithmeticOperator, left, right, at }
}

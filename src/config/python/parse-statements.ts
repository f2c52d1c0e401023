import { parseExpression, parseExpressions, parseTarget } from './parse-expression.ts'
import { Source } from './source.ts'
import type { Branch, Expression, ImportBinding, Statement } from './syntax.ts'
import { KEYWORDS, TokenStream } from './token-stream.ts'
import { tokenize } from './tokens.ts'

const ALLOWED = 'assignments, calls, del, for, if, import, assert and pass are understood'
const AUGMENTED = ['+=', '-=', '*=', '/=', '//=', '%=', '**=', '|=', '&=', '^=', '<<=', '>>=']

/** Read a whole text as statements; what is not understood is refused with its line and column. */
export function parseStatements(source: Source): readonly Statement[] {
  const tokens = new TokenStream(source, tokenize(source))
  const out: Statement[] = []
  while (tokens.token.type !== 'end') parseStatement(tokens, out)
  return out
}

/** Read a whole text as one expression. */
export function parseWholeExpression(source: Source): Expression {
  const tokens = new TokenStream(source, tokenize(source, 0, source.text.length, false))
  const value = parseExpressions(tokens)
  if (tokens.token.type !== 'end') tokens.fail(`there is more text after the value: ${tokens.found()}`)
  return value
}

function parseStatement(tokens: TokenStream, out: Statement[]): void {
  const { token } = tokens
  if (token.type === 'indent') tokens.fail('unexpected indent')
  const place = { at: token.at, line: tokens.source.lineOf(token.at) }
  if (tokens.take('for')) {
    const target = assignable(tokens, parseTarget(tokens))
    tokens.expect('in')
    const items = parseExpressions(tokens)
    out.push({ ...place, kind: 'for', target, items, body: parseBody(tokens) })
    if (tokens.is('else')) tokens.fail(`a loop has no else here: ${ALLOWED}`)
  } else if (tokens.take('if')) out.push({ ...place, kind: 'if', branches: parseBranches(tokens) })
  else parseSimpleLine(tokens, out)
}

/** Statements with `;` between them up to the end of the line. */
function parseSimpleLine(tokens: TokenStream, out: Statement[]): void {
  do {
    const { at } = tokens.token
    out.push({ at, line: tokens.source.lineOf(at), ...parseSimple(tokens) } as Statement)
  } while (tokens.take(';') && !tokens.isType('newline'))
  if (!tokens.isType('newline'))
    tokens.fail(`expected the end of the statement, found ${tokens.found()}: ${ALLOWED}`)
  tokens.advance()
}

function parseBody(tokens: TokenStream): readonly Statement[] {
  tokens.expect(':')
  const body: Statement[] = []
  if (!tokens.isType('newline')) {
    parseSimpleLine(tokens, body)
    return body
  }
  tokens.advance()
  if (!tokens.isType('indent')) tokens.fail('expected an indented block')
  tokens.advance()
  while (!tokens.isType('dedent')) parseStatement(tokens, body)
  tokens.advance()
  return body
}

function parseBranches(tokens: TokenStream): readonly Branch[] {
  const branches: Branch[] = [{ test: parseExpression(tokens), body: parseBody(tokens) }]
  while (tokens.take('elif')) branches.push({ test: parseExpression(tokens), body: parseBody(tokens) })
  if (tokens.take('else')) branches.push({ test: undefined, body: parseBody(tokens) })
  return branches
}

type Simple = Statement extends infer S ? (S extends Statement ? Omit<S, 'at' | 'line'> : never) : never

function parseSimple(tokens: TokenStream): Simple {
  const { text, type } = tokens.token
  if (tokens.take('pass')) return { kind: 'pass' }
  if (tokens.take('import')) return { kind: 'import', bindings: parseImport(tokens) }
  if (tokens.take('from')) return { kind: 'import', bindings: parseFromImport(tokens) }
  if (tokens.take('del')) return { kind: 'delete', targets: deletable(tokens) }
  if (tokens.take('assert')) {
    const test = parseExpression(tokens)
    return tokens.take(',')
      ? { kind: 'assert', test, message: parseExpression(tokens) }
      : { kind: 'assert', test }
  }
  if (type === 'name' && KEYWORDS.has(text) && !['None', 'True', 'False', 'not'].includes(text))
    tokens.fail(`'${text}' is not understood: ${ALLOWED}`)
  return parseAssignment(tokens)
}

function parseAssignment(tokens: TokenStream): Simple {
  const first = parseExpressions(tokens)
  const augmented = tokens.takeOne(AUGMENTED)
  if (augmented !== undefined) {
    if (first.kind === 'tuple') tokens.fail('a tuple cannot be changed in place', first.at)
    const target = assignable(tokens, first)
    return { kind: 'augment', target, operator: augmented.slice(0, -1), value: parseExpressions(tokens) }
  }
  if (tokens.take(':')) {
    parseExpression(tokens)
    if (!tokens.is('=')) tokens.fail('a declaration without a value is not understood', first.at)
  }
  const parts = [first]
  while (tokens.take('=')) parts.push(parseExpressions(tokens))
  const value = parts.pop() as Expression
  if (parts.length === 0) return { kind: 'expression', value }
  return { kind: 'assign', targets: parts.map((part) => assignable(tokens, part)), value }
}

function assignable(tokens: TokenStream, target: Expression): Expression {
  if (target.kind === 'tuple' || target.kind === 'list')
    for (const item of target.items) assignable(tokens, item)
  else if (target.kind !== 'name' && target.kind !== 'attribute' && target.kind !== 'item')
    tokens.fail('nothing can be assigned to this', target.at)
  return target
}

function deletable(tokens: TokenStream): readonly Expression[] {
  const target = assignable(tokens, parseExpressions(tokens))
  return target.kind === 'tuple' || target.kind === 'list' ? target.items : [target]
}

function dotted(tokens: TokenStream): string {
  const parts = [tokens.name()]
  while (tokens.take('.')) parts.push(tokens.name())
  return parts.join('.')
}

function parseImport(tokens: TokenStream): ImportBinding[] {
  const bindings: ImportBinding[] = []
  do {
    const path = dotted(tokens)
    const [first = ''] = path.split('.')
    bindings.push(tokens.take('as') ? { name: tokens.name(), path } : { name: first, path: first })
  } while (tokens.take(','))
  return bindings
}

function parseFromImport(tokens: TokenStream): ImportBinding[] {
  const module = dotted(tokens)
  tokens.expect('import')
  if (tokens.is('*')) tokens.fail('name what is imported: * is not understood')
  const open = tokens.take('(')
  const bindings: ImportBinding[] = []
  do {
    if (open && tokens.is(')')) break
    const imported = tokens.name()
    const name = tokens.take('as') ? tokens.name() : imported
    bindings.push({ name, path: `${module}.${imported}` })
  } while (tokens.take(','))
  if (open) tokens.expect(')')
  return bindings
}

/** JSON5 as settings are written: comments, commas at the end, quotes of either kind or none around keys. */

/** Nesting beyond this is no settings text. */
const DEEPEST = 100
const TOKEN =
  /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*(?:([{}[\]:,])|("(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')|([+-]?(?:0[xX][\da-fA-F]+|Infinity|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?![\w$])|([\p{ID_Start}$_][\p{ID_Continue}$]*)|($))/uy

interface Token {
  readonly kind: 'mark' | 'text' | 'number' | 'word' | 'end'
  readonly text: string
  readonly at: number
}

/** @throws SyntaxError that names line and column. */
export function parseJson5(source: string): unknown {
  const tokens = tokenize(source)
  let next = 0
  const fail = ({ text, kind, at }: Token): never => {
    const lines = source.slice(0, at).split('\n')
    const what = kind === 'end' ? 'the text ends' : `found ${text}`
    throw new SyntaxError(`Line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${what}`)
  }
  const take = (): Token => tokens[next++] ?? { kind: 'end', text: '', at: source.length }
  const isMark = (text: string): boolean => tokens[next]?.kind === 'mark' && tokens[next]?.text === text

  function value(depth: number): unknown {
    const token = take()
    if (depth > DEEPEST) return fail(token)
    if (token.kind === 'text') return unquoted(token.text)
    if (token.kind === 'number') return numberOf(token.text)
    if (token.kind === 'word' && WORDS.has(token.text)) return WORDS.get(token.text)
    if (token.text === '{' && token.kind === 'mark') return object(depth)
    if (token.text === '[' && token.kind === 'mark') return list(depth)
    return fail(token)
  }
  function object(depth: number): Record<string, unknown> {
    const fields: [string, unknown][] = []
    while (!isMark('}')) {
      const key = take()
      if (key.kind !== 'text' && key.kind !== 'word') fail(key)
      if (!isMark(':')) fail(take())
      next++
      fields.push([key.kind === 'text' ? unquoted(key.text) : key.text, value(depth + 1)])
      if (isMark(',')) next++
      else if (!isMark('}')) fail(take())
    }
    next++
    return Object.fromEntries(fields)
  }
  function list(depth: number): unknown[] {
    const items: unknown[] = []
    while (!isMark(']')) {
      items.push(value(depth + 1))
      if (isMark(',')) next++
      else if (!isMark(']')) fail(take())
    }
    next++
    return items
  }

  const result = value(0)
  const rest = take()
  return rest.kind === 'end' ? result : fail(rest)
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  for (TOKEN.lastIndex = 0; ; ) {
    const from = TOKEN.lastIndex
    const found = TOKEN.exec(source)
    if (found === null)
      return [...tokens, { kind: 'mark', text: source.slice(from).trim().slice(0, 12), at: from }]
    const kinds = ['mark', 'text', 'number', 'word', 'end'] as const
    const kind = kinds[found.slice(1).findIndex((part) => part !== undefined)] ?? 'end'
    const text = found[kinds.indexOf(kind) + 1] ?? ''
    tokens.push({ kind, text, at: TOKEN.lastIndex - text.length })
    if (kind === 'end') return tokens
  }
}

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

function numberOf(text: string): number {
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text) ?? []
  return (sign === '-' ? -1 : 1) * Number(digits)
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  0: '\0',
}
const unquoted = (text: string): string =>
  text
    .slice(1, -1)
    .replace(
      /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[\s\S]))/g,
      (_, unit?: string, byte?: string, one: string = '') => {
        if (unit !== undefined || byte !== undefined)
          return String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16))
        return /^[\r\n\u2028\u2029]/.test(one) ? '' : (ESCAPES[one] ?? one)
      },
    )

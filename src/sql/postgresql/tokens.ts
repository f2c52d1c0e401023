/** A lexical piece of a statement. Words keep their case; `text` of a quoted name is without its quotes. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'placeholder' | 'number' | 'sign' | 'space'
  readonly raw: string
  readonly text: string
}

const PIECES =
  /(?<space>\s+)|"(?<name>(?:[^"]|"")*)"|(?<string>'(?:[^']|'')*')|(?<placeholder>\?)|(?<word>[A-Za-z_][\w$]*)|(?<number>\d+(?:\.\d+)?)|(?<sign>::|<>|<=|>=|!=|\|\||.)/gsy

/** Take a statement to pieces; joined again they give the same text. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = []
  for (const match of sql.matchAll(PIECES)) {
    const groups = match.groups as Record<Token['kind'], string | undefined>
    const kind = KINDS.find((k) => groups[k] !== undefined)!
    tokens.push({
      kind,
      raw: match[0],
      text: kind === 'name' ? groups.name!.replaceAll('""', '"') : match[0],
    })
  }
  return tokens
}

const KINDS: readonly Token['kind'][] = ['space', 'name', 'string', 'placeholder', 'word', 'number', 'sign']

/** Whether a token is a bare or quoted identifier (or keyword). */
export const isName = (token: Token | undefined): token is Token =>
  token?.kind === 'word' || token?.kind === 'name'

export const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === word

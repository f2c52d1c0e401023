import type { Source } from './source.ts'

/** The text that starts a string literal: its prefix and its quotes. */
export const STRING_START = /([rRbBuUfF]{0,2})('''|"""|'|")/y

const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Position behind the closing quotes of a string whose body starts at `at`. */
export function endOfString(source: Source, at: number, quote: string, start: number): number {
  const { text } = source
  for (let i = at; i < text.length; i++) {
    if (text.startsWith(quote, i)) return i + quote.length
    if (text[i] === '\\') i++
    else if (text[i] === '\n' && quote.length === 1) break
  }
  return source.fail('the string does not end', start)
}

/** Replace the escapes of a string body that starts at `at` in its source. */
export function unescape(source: Source, body: string, at: number): string {
  return body.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{0,2})|u([\da-fA-F]{0,4})|U([\da-fA-F]{0,8})|N(?:\{[^}]*\})?|([^]))/g,
    (whole, octal?: string, x?: string, u?: string, U?: string, other?: string, offset = 0) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      if (whole.startsWith('\\N'))
        source.fail('characters are not known by name here: write \\u and the number', at + Number(offset))
      const hex = x ?? u ?? U
      if (hex === undefined) return SIMPLE[other ?? ''] ?? whole
      const wanted = x !== undefined ? 2 : u !== undefined ? 4 : 8
      const code = Number.parseInt(hex, 16)
      if (hex.length !== wanted || code > 0x10ffff) source.fail('bad escape in a string', at + Number(offset))
      return String.fromCodePoint(code)
    },
  )
}

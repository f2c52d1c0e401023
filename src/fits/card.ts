/** A complex card value, `(re, im)` in the file. */
export interface ComplexValue {
  readonly re: number
  readonly im: number
}

/** Integers beyond 2^53 are bigint; undefined is a card without a value (FITS 4.0 §4.1.2.3). */
export type CardValue = string | number | bigint | boolean | ComplexValue | undefined

/**
 * One keyword record, CONTINUE cards joined. For COMMENT, HISTORY and blank keywords `value` is the text.
 * HIERARCH keywords are named without that word: `ESO DET DIT`.
 */
export interface Card {
  readonly key: string
  readonly value: CardValue
  readonly comment?: string
  /** The value as spelt in the file (`1.50E+03`), written back as it stands so that floats stay floats. */
  readonly literal?: string
  /** Keyword and `=` or free text that is not a card of the standard; kept and written back untouched. */
  readonly raw?: string
}

/** What callers may pass where cards are wanted. */
export type CardLike = Card | readonly [key: string, value: CardValue, comment?: string]

const COMMENTARY = new Set(['COMMENT', 'HISTORY', ''])

export const isCommentary = (key: string): boolean => COMMENTARY.has(key)

/** A card that is written as a floating-point number even when its value is whole (`EQUINOX = 2000.0`). */
export const floatCard = (key: string, value: number, comment?: string): Card => ({
  key,
  value,
  literal: formatFloat(value),
  ...(comment !== undefined && { comment }),
})

/** The shortest decimal that reads back to the same double, with a point or exponent, E in upper case. */
export function formatFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value).toUpperCase().replace('E+', 'E')
  if (/[.]/.test(text)) return text
  return text.includes('E') ? text.replace('E', '.0E') : `${text}.0`
}

/** A value as text, whatever its type; the empty string for none. */
export const valueText = (value: CardValue): string =>
  value === undefined ? '' : typeof value === 'object' ? `(${value.re}, ${value.im})` : String(value)

/** Upper case, inner blanks single, without the word HIERARCH: the form in which keywords are compared. */
export function normalKey(key: string): string {
  const upper = key.trim().toUpperCase().replace(/\s+/g, ' ')
  return upper.startsWith('HIERARCH ') ? upper.slice(9) : upper
}

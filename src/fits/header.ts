import { type Card, type CardLike, type CardValue, isCommentary, normalKey } from './card.ts'
import { fitsError } from './errors.ts'

/**
 * The ordered cards of one HDU. Look-ups are by keyword without regard to case; a keyword that stands several times
 * answers with its first card (FITS leaves that open; CFITSIO and astropy do the same), `all` gives every one.
 */
export class Header {
  /** File and HDU, for messages. */
  readonly where: string
  readonly #cards: Card[] = []
  #index: Map<string, number> | undefined

  constructor(cards: Iterable<CardLike> = [], where = '') {
    this.where = where
    for (const card of cards) this.#cards.push(toCard(card))
  }

  get cards(): readonly Card[] {
    return this.#cards
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined
  }

  /** The first card of this keyword. */
  card(key: string): Card | undefined {
    const at = this.#find(key)
    return at === undefined ? undefined : this.#cards[at]
  }

  /** The value; undefined when the card is missing or has no value (`has` tells them apart). */
  get(key: string): CardValue {
    return this.card(key)?.value
  }

  /** The values of every card of this keyword, in order: COMMENT, HISTORY, repeated cards. */
  all(key: string): readonly CardValue[] {
    const wanted = normalKey(key)
    return this.#cards.filter((c) => c.key === wanted).map((c) => c.value)
  }

  /** A number, integers beyond 2^53 rounded; undefined when missing or without value. @throws when it is no number */
  getNumber(key: string): number | undefined
  getNumber(key: string, fallback: number): number
  getNumber(key: string, fallback?: number): number | undefined {
    const value = this.get(key)
    if (value === undefined) return fallback
    if (typeof value === 'bigint') return Number(value)
    if (typeof value !== 'number') throw this.#wrongType(key, 'a number', value)
    return value
  }

  /** An integer, exact; undefined when missing. @throws when it is not a whole number */
  getBigInt(key: string): bigint | undefined {
    const value = this.get(key)
    if (value === undefined || typeof value === 'bigint') return value
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      throw this.#wrongType(key, 'an integer', value)
    return BigInt(value)
  }

  /** @throws when the value is there and is no string */
  getString(key: string): string | undefined
  getString(key: string, fallback: string): string
  getString(key: string, fallback?: string): string | undefined {
    const value = this.get(key)
    if (value === undefined) return fallback
    if (typeof value !== 'string') throw this.#wrongType(key, 'a string', value)
    return value
  }

  /** @throws when the value is there and is no logical */
  getBool(key: string): boolean | undefined
  getBool(key: string, fallback: boolean): boolean
  getBool(key: string, fallback?: boolean): boolean | undefined {
    const value = this.get(key)
    if (value === undefined) return fallback
    if (typeof value !== 'boolean') throw this.#wrongType(key, 'a logical (T or F)', value)
    return value
  }

  /** @throws 'fits/missing-card' when there is no such card or value */
  requireNumber(key: string): number {
    return this.getNumber(key) ?? this.#missing(key)
  }

  /** @throws 'fits/missing-card' when there is no such card or value */
  requireString(key: string): string {
    return this.getString(key) ?? this.#missing(key)
  }

  /** Replace the value of the first card of this keyword, keeping its comment unless a new one is given; else append. */
  set(key: string, value: CardValue, comment?: string): this {
    return this.setCard({ key, value, ...(comment !== undefined && { comment }) })
  }

  /** As `set`, with a whole card (`floatCard(…)`). */
  setCard(card: Card): this {
    const next = toCard(card)
    const at = isCommentary(next.key) ? undefined : this.#find(next.key)
    if (at === undefined) return this.append(next)
    const comment = next.comment ?? this.#cards[at]?.comment
    this.#cards[at] = { ...next, ...(comment !== undefined && { comment }) }
    return this
  }

  /** Add a card at the end, also when the keyword is there already. */
  append(card: CardLike): this {
    this.#cards.push(toCard(card))
    this.#index = undefined
    return this
  }

  appendAll(cards: Iterable<CardLike>): this {
    for (const card of cards) this.append(card)
    return this
  }

  comment(text: string): this {
    return this.append(['COMMENT', text])
  }

  history(text: string): this {
    return this.append(['HISTORY', text])
  }

  /** Remove every card of this keyword. */
  delete(key: string): this {
    const wanted = normalKey(key)
    return this.#keep((c) => c.key !== wanted)
  }

  /** Remove every card whose keyword the test names. */
  deleteWhere(test: (key: string) => boolean): this {
    return this.#keep((c) => !test(c.key))
  }

  copy(where = this.where): Header {
    return new Header(this.#cards, where)
  }

  #keep(test: (card: Card) => boolean): this {
    const kept = this.#cards.filter(test)
    this.#cards.splice(0, this.#cards.length, ...kept)
    this.#index = undefined
    return this
  }

  #find(key: string): number | undefined {
    this.#index ??= indexOf(this.#cards)
    return this.#index.get(key) ?? this.#index.get(normalKey(key))
  }

  #wrongType(key: string, wanted: string, value: CardValue) {
    const found =
      typeof value === 'object' ? `(${value.re}, ${value.im})` : `${typeof value} ${String(value)}`
    return fitsError(
      'fits/bad-card',
      this.where,
      `card ${normalKey(key)} should hold ${wanted}, found ${found}.`,
      {
        data: { card: normalKey(key) },
      },
    )
  }

  #missing(key: string): never {
    throw fitsError('fits/missing-card', this.where, `the card ${normalKey(key)} is missing.`, {
      data: { card: normalKey(key) },
    })
  }
}

function indexOf(cards: readonly Card[]): Map<string, number> {
  const index = new Map<string, number>()
  cards.forEach((card, i) => {
    if (!index.has(card.key)) index.set(card.key, i)
  })
  return index
}

function toCard(card: CardLike): Card {
  if ('key' in card) return card.key === normalKey(card.key) ? card : { ...card, key: normalKey(card.key) }
  const [key, value, comment] = card
  return { key: normalKey(key), value, ...(comment !== undefined && { comment }) }
}

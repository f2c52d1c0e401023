import type { CardValue, Header } from '#fits'
import { Angle, SpherePoint } from '#geom'
import { HeaderTranslationError } from './errors.ts'

/** Reads the cards of one header for a translation; what is missing or malformed is named with the file. */
export interface CardReader {
  readonly header: Header
  readonly where: string
  /** A number, also when the card spells it as text (`SECZ-STR = '1.122'`); undefined when missing or blank. */
  number(...keys: readonly string[]): number | undefined
  /** The text of a card, trimmed; numbers as text; undefined when missing or blank. */
  text(...keys: readonly string[]): string | undefined
  needNumber(...keys: readonly string[]): number
  needText(...keys: readonly string[]): string
  fail(card: string, wanted: string): never
}

/** A card's value as text; undefined for a card without value. */
export const cardText = (value: CardValue): string | undefined =>
  typeof value === 'object' ? `(${value.re}, ${value.im})` : value === undefined ? undefined : String(value)

export function readCards(header: Header, where: string): CardReader {
  const first = (keys: readonly string[]): CardValue => {
    for (const key of keys) {
      const value = header.get(key)
      if (value !== undefined && value !== '') return value
    }
    return undefined
  }
  const fail = (card: string, wanted: string): never => {
    const found = header.get(card)
    throw new HeaderTranslationError(where, card, wanted, cardText(found))
  }
  const number = (...keys: readonly string[]): number | undefined => {
    const value = first(keys)
    if (value === undefined || typeof value === 'boolean') return undefined
    const n = Number(value)
    return Number.isFinite(n) ? n : undefined
  }
  const text = (...keys: readonly string[]): string | undefined => {
    const value = first(keys)
    const trimmed = cardText(value)?.trim()
    return trimmed === '' ? undefined : trimmed
  }
  return {
    header,
    where,
    number,
    text,
    needNumber: (...keys) => number(...keys) ?? fail(keys[0] ?? '', 'a number'),
    needText: (...keys) => text(...keys) ?? fail(keys[0] ?? '', 'text'),
    fail,
  }
}

/** `hh:mm:ss.s` and `±dd:mm:ss.s`, or two plain degrees; undefined when either cannot be read. */
export function parseRaDec(ra: string | undefined, dec: string | undefined): SpherePoint | undefined {
  if (ra === undefined || dec === undefined) return undefined
  const raDegrees = ra.includes(':') || ra.includes(' ') ? 15 * sexagesimal(ra) : Number(ra)
  const decDegrees = dec.includes(':') || dec.includes(' ') ? sexagesimal(dec) : Number(dec)
  if (!Number.isFinite(raDegrees) || !Number.isFinite(decDegrees) || Math.abs(decDegrees) > 90)
    return undefined
  return SpherePoint.fromDegrees(raDegrees, decDegrees)
}

function sexagesimal(text: string): number {
  const parts = text
    .trim()
    .split(/[:\s]+/)
    .map(Number)
  const [d = Number.NaN, m = 0, s = 0] = parts.map(Math.abs)
  return (text.trim().startsWith('-') ? -1 : 1) * (d + m / 60 + s / 3600)
}

/** `hh:mm:ss.sss` (or `±dd:mm:ss.ss`) with the given decimals. */
export function toSexagesimal(value: number, decimals: number, sign: boolean): string {
  const unit = 10 ** decimals
  const total = Math.round(Math.abs(value) * 3600 * unit)
  const s = (total % (60 * unit)) / unit
  const m = Math.floor(total / (60 * unit)) % 60
  const d = Math.floor(total / (3600 * unit))
  const two = (n: number) => String(n).padStart(2, '0')
  const prefix = sign ? (value < 0 ? '-' : '+') : ''
  return `${prefix}${two(d)}:${two(m)}:${s.toFixed(decimals).padStart(3 + decimals, '0')}`
}

export const degreesOrUndefined = (degrees: number | undefined): Angle | undefined =>
  degrees === undefined ? undefined : Angle.fromDegrees(degrees)

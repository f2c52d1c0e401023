import { type Card, type CardValue, isCommentary, valueText } from './card.ts'
import { fitsError } from './errors.ts'
import { Header } from './header.ts'

export const CARD_LENGTH = 80
export const BLOCK_LENGTH = 2880

/**
 * Cards of a header: 80-character records up to END or, for `.hdr` files and texts without it, to the last byte.
 * Long strings of CONTINUE cards are joined, HIERARCH keywords read, Fortran D exponents understood.
 * What is no valid card is kept as `raw` and does not stop the reading; asking for its value does.
 */
export function parseHeader(bytes: Uint8Array, where = ''): Header {
  const records: string[] = []
  for (let at = 0; at < bytes.length; at += CARD_LENGTH) {
    const record = asciiText(bytes, at, Math.min(bytes.length, at + CARD_LENGTH))
    if (isEnd(record)) break
    records.push(record)
  }
  return new Header(joinCards(records, where), where)
}

const isEnd = (record: string): boolean => record.startsWith('END') && record.slice(3).trim() === ''

/** Bytes as Latin-1: every byte is a character, so that foreign text survives. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i += 4096)
    text += String.fromCharCode(...bytes.subarray(i, Math.min(end, i + 4096)))
  return text
}

function joinCards(records: readonly string[], where: string): Card[] {
  const cards: Card[] = []
  for (const record of records) {
    const card = parseCard(record, where)
    const last = cards.at(-1)
    if (card.key === 'CONTINUE' && last !== undefined && canContinue(last))
      cards[cards.length - 1] = joined(last, card)
    else cards.push(card)
  }
  return cards
}

const canContinue = (card: Card): boolean => typeof card.value === 'string' && card.value.endsWith('&')

function joined(first: Card, next: Card): Card {
  const text = (first.value as string).slice(0, -1) + valueText(next.value)
  const comment = [first.comment, next.comment].filter((c) => c !== undefined).join('')
  return { key: first.key, value: text, ...(comment !== '' && { comment }) }
}

/** One 80-character record. */
export function parseCard(record: string, where = ''): Card {
  const name = record.slice(0, 8).trimEnd().toUpperCase()
  if (isCommentary(name)) return { key: name, value: record.slice(8).trimEnd() }
  if (name === 'HIERARCH')
    return parseHierarch(record) ?? { key: name, value: undefined, raw: record.trimEnd() }
  if (name === 'CONTINUE') return { key: name, ...parseValue(record.slice(8), name, where) }
  if (record[8] !== '=' || (record[9] !== ' ' && record[9] !== undefined && !/^[A-Z0-9_-]+$/.test(name)))
    return { key: name, value: undefined, raw: record.trimEnd() }
  return { key: name, ...parseValue(record.slice(9), name, where) }
}

function parseHierarch(record: string): Card | undefined {
  const equals = record.indexOf('=')
  if (equals < 0) return undefined
  const key = record.slice(8, equals).trim().toUpperCase().replace(/\s+/g, ' ')
  return { key, ...parseValue(record.slice(equals + 1), key, '') }
}

type ParsedValue = Pick<Card, 'value' | 'comment' | 'literal' | 'raw'>

function parseValue(field: string, key: string, where: string): ParsedValue {
  const text = field.trimStart()
  if (text.startsWith("'")) return parseString(text, key, where)
  if (text.startsWith('(')) return parseComplex(text)
  const slash = text.indexOf('/')
  const literal = (slash < 0 ? text : text.slice(0, slash)).trim()
  return { ...parseLiteral(literal), ...commentOf(slash < 0 ? '' : text.slice(slash)) }
}

function parseString(text: string, key: string, where: string): ParsedValue {
  const match = /^'((?:[^']|'')*)'/.exec(text)
  if (match === null)
    throw fitsError(
      'fits/bad-card',
      where,
      `the string of card ${key} has no closing quote: ${text.trimEnd()}`,
      {
        data: { card: key },
      },
    )
  const rest = text.slice(match[0].length).trimStart()
  return { value: match[1]!.replaceAll("''", "'").trimEnd(), ...commentOf(rest) }
}

function parseComplex(text: string): ParsedValue {
  const match = /^\(\s*([^,()]+),([^,()]+)\)/.exec(text)
  const re = Number(toDecimal(match?.[1] ?? 'x'))
  const im = Number(toDecimal(match?.[2] ?? 'x'))
  if (match === null || Number.isNaN(re) || Number.isNaN(im)) return { value: text.trimEnd() }
  return { value: { re, im }, literal: match[0], ...commentOf(text.slice(match[0].length).trimStart()) }
}

const INTEGER = /^[+-]?\d+$/
const REAL = /^[+-]?(\d+\.?\d*|\.\d+)([EDed][+-]?\d+)?$/

function parseLiteral(literal: string): ParsedValue {
  if (literal === '') return { value: undefined }
  if (literal === 'T' || literal === 'F') return { value: literal === 'T' }
  if (INTEGER.test(literal)) return { value: toInteger(literal) }
  if (REAL.test(literal)) return { value: Number(toDecimal(literal)), literal }
  return { value: literal, literal }
}

function toInteger(literal: string): CardValue {
  const value = Number(literal)
  return Number.isSafeInteger(value) ? value : BigInt(literal.replace('+', ''))
}

const toDecimal = (text: string): string => text.trim().replace(/[dD]/, 'E')

const commentOf = (rest: string): { comment?: string } => {
  if (!rest.startsWith('/')) return {}
  const text = rest.slice(1).trimEnd()
  return { comment: text.startsWith(' ') ? text.slice(1) : text }
}

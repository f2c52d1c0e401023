import { concatBytes } from '#core'
import { type Card, type CardValue, formatFloat, isCommentary, valueText } from './card.ts'
import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import { BLOCK_LENGTH, CARD_LENGTH } from './parse-header.ts'

/** A header's bytes: cards, END, blanks up to a multiple of 2880. */
export function formatHeader(header: Header): Uint8Array<ArrayBuffer> {
  const text = `${header.cards.flatMap(formatCard).join('')}${'END'.padEnd(CARD_LENGTH)}`
  const padded = text.padEnd(Math.ceil(text.length / BLOCK_LENGTH) * BLOCK_LENGTH)
  return concatBytes([new TextEncoder().encode(padded)])
}

/** One card as one or, for long strings and comments, several records of 80 characters. @throws 'fits/cannot-write' */
export function formatCard(card: Card): readonly string[] {
  if (card.raw !== undefined) return [card.raw.padEnd(CARD_LENGTH)]
  checkText(card)
  if (isCommentary(card.key)) return formatCommentary(card.key, valueText(card.value))
  const head = formatKey(card.key)
  const room = CARD_LENGTH - head.length
  if (typeof card.value === 'string' && card.literal === undefined) return formatString(card, head)
  const text = formatValue(card.value, card.literal)
  const field = head.length === 10 ? text.padStart(20) : text
  if (field.length > room) throw cannotWrite(card, `its value does not fit in a record: ${text}`)
  return [withComment(head + field, card.comment)]
}

function formatKey(key: string): string {
  if (/^[A-Z0-9_-]{1,8}$/.test(key)) return `${key.padEnd(8)}= `
  return `HIERARCH ${key} = `
}

function formatCommentary(key: string, text: string): string[] {
  const lines = text.split('\n').flatMap((line) => line.match(/.{1,72}/g) ?? [''])
  return lines.map((line) => (key.padEnd(8) + line).padEnd(CARD_LENGTH))
}

/** Comments of short strings start in the column where those of numbers do, as other writers have it. */
function formatString(card: Card, head: string): string[] {
  const quoted = (card.value as string).replaceAll("'", "''")
  const whole = `${head}'${quoted.padEnd(8)}'`
  if (whole.length > CARD_LENGTH) return continued(card, head)
  return [withComment(card.comment === undefined ? whole : whole.padEnd(30), card.comment)]
}

/** The long-string convention (FITS 4.0 §4.2.1.2): pieces end in `&`, CONTINUE cards go on; `''` is never cut apart. */
function continued(card: Card, head: string): string[] {
  const records: string[] = []
  let rest = (card.value as string).replaceAll("'", "''")
  let start = head
  while (rest !== '') {
    const room = CARD_LENGTH - start.length - 3
    const piece = cutQuoted(rest, room)
    rest = rest.slice(piece.length)
    records.push(`${start}'${piece}${rest === '' ? '' : '&'}'`)
    start = 'CONTINUE  '
  }
  return records.map((record, i) => withComment(record, i === records.length - 1 ? card.comment : undefined))
}

function cutQuoted(text: string, room: number): string {
  if (text.length <= room) return text
  const piece = text.slice(0, room)
  const quotes = /'*$/.exec(piece)![0].length
  return quotes % 2 === 1 ? piece.slice(0, -1) : piece
}

function formatValue(value: CardValue, literal: string | undefined): string {
  if (literal !== undefined) return literal
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (typeof value === 'object') return `(${formatFloat(value.re)}, ${formatFloat(value.im)})`
  if (typeof value === 'number' && (!Number.isSafeInteger(value) || Object.is(value, -0)))
    return formatFloat(value)
  return String(value)
}

/** Comments are cut where the record ends, as every FITS writer does. */
function withComment(record: string, comment: string | undefined): string {
  const text = comment === undefined || comment === '' ? record : `${record} / ${comment}`
  return text.slice(0, CARD_LENGTH).padEnd(CARD_LENGTH)
}

function checkText(card: Card): void {
  for (const text of [card.key, card.value, card.comment])
    if (
      typeof text === 'string' &&
      /[^\x20-\x7e]/.test(isCommentary(card.key) ? text.replaceAll('\n', '') : text)
    )
      throw cannotWrite(card, `FITS cards hold printable ASCII only: ${JSON.stringify(text)}`)
  const { value } = card
  if (typeof value === 'number' && !Number.isFinite(value))
    throw cannotWrite(card, `FITS cards cannot hold ${value}; leave the value undefined or use a string`)
  if (card.key.includes('=')) throw cannotWrite(card, 'a keyword cannot contain an equals sign')
}

const cannotWrite = (card: Card, why: string) =>
  fitsError(
    'fits/cannot-write',
    '',
    `Card ${card.key === '' ? '(blank)' : card.key} cannot be written: ${why}.`,
    {
      data: { card: card.key },
    },
  )

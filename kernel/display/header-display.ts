import { Header } from '#fits'
import type { DisplayData } from '../protocol/threads.ts'
import { plainText } from './plain-text.ts'
import { htmlTable, textTable } from './text.ts'

/** A FITS header as a table of its cards. */
export function showHeader(value: unknown): Promise<DisplayData> | undefined {
  if (!(value instanceof Header)) return undefined
  const heads = ['key', 'value', 'comment']
  const rows = value.cards.map((card) => [
    card.key,
    plainText(card.value).replace(/^'|'$/g, ''),
    card.comment ?? '',
  ])
  return Promise.resolve({
    data: { 'text/plain': textTable(heads, rows, { width: 140 }), 'text/html': htmlTable(heads, rows) },
    metadata: {},
  })
}

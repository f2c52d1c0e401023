import type { Card } from '../card.ts'
import { Header } from '../header.ts'
import { axesOf } from '../structure.ts'

/** Cards of the table that holds the tiles, not of the image. */
const OF_THE_TABLE =
  /^(XTENSION|SIMPLE|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|THEAP|(TTYPE|TFORM|TUNIT|TSCAL|TZERO|TNULL|TDISP|TDIM|TBCOL)\d+|CHECKSUM|DATASUM)$/
const OF_THE_COMPRESSION =
  /^(ZIMAGE|ZCMPTYPE|ZBITPIX|ZNAXIS\d*|ZTILE\d+|ZNAME\d+|ZVAL\d+|ZQUANTIZ|ZDITHER0|ZMASKCMP|ZSIMPLE|ZTENSION|ZEXTEND|ZBLOCKED|ZPCOUNT|ZGCOUNT|ZHECKSUM|ZDATASUM|ZBLANK|ZSCALE|ZZERO)$/

export const isCompressionCard = (key: string): boolean =>
  OF_THE_TABLE.test(key) || OF_THE_COMPRESSION.test(key)

/** The header of the image inside a compressed-image table, as it was before compression (FITS 4.0 §10.1.1). */
export function imageHeaderOf(stored: Header): Header {
  const axes = axesOf(stored, 'ZNAXIS')
  const header = new Header([], stored.where)
  header.append(stored.get('ZSIMPLE') === true ? ['SIMPLE', true] : ['XTENSION', 'IMAGE'])
  header.append(['BITPIX', stored.requireNumber('ZBITPIX')]).append(['NAXIS', axes.length])
  axes.forEach((length, i) => {
    header.append([`NAXIS${i + 1}`, length])
  })
  if (stored.get('ZSIMPLE') !== true)
    header
      .append(['PCOUNT', stored.getNumber('ZPCOUNT', 0)])
      .append(['GCOUNT', stored.getNumber('ZGCOUNT', 1)])
  for (const card of stored.cards)
    if (!isCompressionCard(card.key) && !isFillerName(card)) header.append(card)
  restore(stored, header, 'ZHECKSUM', 'CHECKSUM')
  restore(stored, header, 'ZDATASUM', 'DATASUM')
  return header
}

/** CFITSIO names an unnamed image's table COMPRESSED_IMAGE. */
const isFillerName = (card: Card): boolean => card.key === 'EXTNAME' && card.value === 'COMPRESSED_IMAGE'

function restore(stored: Header, header: Header, from: string, to: string): void {
  const card = stored.card(from)
  if (card !== undefined) header.append({ ...card, key: to })
}

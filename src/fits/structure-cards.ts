import { Header } from './header.ts'

const STRUCTURAL =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|GROUPS|BLOCKED|CHECKSUM|DATASUM|END)$/
const OF_IMAGES = /^(BSCALE|BZERO|BLANK)$/
const OF_TABLES = /^(TFIELDS|THEAP|(TTYPE|TFORM|TUNIT|TSCAL|TZERO|TNULL|TDISP|TDIM|TBCOL|TDOC)\d+)$/

export const isStructural = (key: string): boolean => STRUCTURAL.test(key)
export const isImageCard = (key: string): boolean => OF_IMAGES.test(key)
export const isTableCard = (key: string): boolean => OF_TABLES.test(key)

export interface ExtensionShape {
  readonly extension?: 'IMAGE' | 'BINTABLE' | 'TABLE'
  readonly bitpix: number
  /** Fastest axis first, as FITS counts them. */
  readonly axes: readonly number[]
  readonly pcount?: number
}

/** The structural cards that open an extension. */
export function extensionHeader({ extension = 'IMAGE', bitpix, axes, pcount = 0 }: ExtensionShape): Header {
  const header = new Header([
    ['XTENSION', extension, EXTENSION_DOC[extension]],
    [
      'BITPIX',
      bitpix,
      bitpix > 0 ? `${bitpix}-bit ${extension === 'IMAGE' ? 'integers' : 'bytes'}` : 'IEEE floats',
    ],
    ['NAXIS', axes.length, 'number of axes'],
  ])
  axes.forEach((length, i) => {
    header.append([`NAXIS${i + 1}`, length])
  })
  return header.append(['PCOUNT', pcount]).append(['GCOUNT', 1])
}

const EXTENSION_DOC = {
  IMAGE: 'image extension',
  BINTABLE: 'binary table extension',
  TABLE: 'ASCII table extension',
}

/** EXTNAME and EXTVER, then the user's cards without those that are ours to write. */
export function addUserCards(
  header: Header,
  user: Header | undefined,
  name: string | undefined,
  version: number | undefined,
  isOurs: (key: string) => boolean,
): Header {
  const known = new Set<string>()
  if (name !== undefined && name !== '') {
    header.append(['EXTNAME', name])
    known.add('EXTNAME')
  }
  if (version !== undefined) {
    header.append(['EXTVER', version])
    known.add('EXTVER')
  }
  for (const card of user?.cards ?? [])
    if (!isStructural(card.key) && !isOurs(card.key) && !known.has(card.key)) header.append(card)
  return header
}

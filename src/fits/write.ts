import { concatBytes } from '#core'
import { encodeChecksum, sumParts, sumWords } from './checksum.ts'
import { formatHeader } from './format-header.ts'
import type { Header } from './header.ts'
import { BLOCK_LENGTH } from './parse-header.ts'
import { extensionHeader } from './structure-cards.ts'

/** One HDU ready to be written: its whole header and its data, padding not included. */
export interface HduData {
  /** An image may stand first in a file; anything else gets an empty primary before it. */
  readonly kind: 'image' | 'table'
  /** As an extension; `writeFits` turns that of the first image into a primary. */
  readonly header: Header
  readonly data: readonly Uint8Array[]
  /** The byte that fills the last block: 0, blanks in ASCII tables. */
  readonly padding?: number
}

export interface WriteFitsOptions {
  /** Write CHECKSUM and DATASUM (default true). */
  readonly checksum?: boolean
}

/** A whole file. A primary without data is put before a table or compressed image that stands first. */
export const writeFits = (
  hdus: readonly HduData[],
  options: WriteFitsOptions = {},
): Uint8Array<ArrayBuffer> => concatBytes(fitsParts(hdus, options))

/** The same bytes in pieces, fit for Files.writeAtomic without copying big images once more. */
export function fitsParts(hdus: readonly HduData[], options: WriteFitsOptions = {}): readonly Uint8Array[] {
  const first = hdus[0]
  const all: readonly HduData[] =
    first?.kind === 'image'
      ? hdus
      : [{ kind: 'image', header: extensionHeader({ bitpix: 8, axes: [] }), data: [] }, ...hdus]
  return all.flatMap((hdu, i) => hduParts(i === 0 ? asPrimary(hdu, all.length > 1) : hdu, options))
}

function hduParts(hdu: HduData, { checksum = true }: WriteFitsOptions): Uint8Array[] {
  const length = hdu.data.reduce((n, part) => n + part.length, 0)
  const missing = (BLOCK_LENGTH - (length % BLOCK_LENGTH)) % BLOCK_LENGTH
  const data = [...hdu.data, ...(missing > 0 ? [new Uint8Array(missing).fill(hdu.padding ?? 0)] : [])]
  const header = hdu.header.copy().delete('CHECKSUM').delete('DATASUM')
  return [checksum ? checkedHeader(header, sumParts(data)) : formatHeader(header), ...data]
}

function checkedHeader(header: Header, dataSum: number): Uint8Array {
  header
    .append(['CHECKSUM', '0'.repeat(16), 'HDU checksum'])
    .append(['DATASUM', String(dataSum), 'data checksum'])
  const sums = new Uint8Array(4)
  new DataView(sums.buffer).setUint32(0, dataSum)
  const total = sumWords(sums, sumWords(formatHeader(header)))
  return formatHeader(header.set('CHECKSUM', encodeChecksum(total)))
}

/** The header of an image extension as that of a primary: SIMPLE first, no PCOUNT and GCOUNT, EXTEND. */
function asPrimary(hdu: HduData, extended: boolean): HduData {
  const cards = hdu.header.cards.filter((c) => !['XTENSION', 'PCOUNT', 'GCOUNT', 'EXTEND'].includes(c.key))
  const axes = cards.filter((c) => c.key === 'BITPIX' || /^NAXIS\d*$/.test(c.key))
  const rest = cards.filter((c) => !axes.includes(c))
  const header = hdu.header.copy()
  header.deleteWhere(() => true)
  header.append(['SIMPLE', true, 'conforms to FITS standard']).appendAll(axes)
  if (extended) header.append(['EXTEND', true, 'extensions follow'])
  return { ...hdu, header: header.appendAll(rest) }
}

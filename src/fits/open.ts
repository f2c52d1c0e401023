import { type ByteSource, bytesSource, concatBytes } from '#core'
import { valueText } from './card.ts'
import { imageHeaderOf } from './compress/image-header.ts'
import { unwrapSource } from './container.ts'
import { fitsError } from './errors.ts'
import type { FitsFile, Hdu } from './hdu.ts'
import type { Header } from './header.ts'
import { asciiText, BLOCK_LENGTH, CARD_LENGTH, parseHeader } from './parse-header.ts'
import { axesOf, structureOf } from './structure.ts'

export interface OpenFitsOptions {
  /** What to call the file in messages; the source's own name by default. */
  readonly name?: string
  /** Accept a last HDU whose data are cut short: headers can be read, its data give 'fits/truncated'. */
  readonly allowTruncated?: boolean
}

const HEADER_CHUNK = 4 * BLOCK_LENGTH
const MAX_HEADER = 1 << 26

/**
 * Open a FITS file: its headers are read, data only when asked for. Files in gzip, bzip2 or zstd are unpacked in memory first.
 * @throws 'fits/not-fits', 'fits/truncated', 'fits/missing-card', 'fits/bad-bitpix', 'fits/bad-size'
 */
export async function openFits(
  source: ByteSource | Uint8Array,
  options: OpenFitsOptions = {},
): Promise<FitsFile> {
  const given = source instanceof Uint8Array ? bytesSource(source, options.name ?? 'FITS data') : source
  const name = options.name ?? given.name
  const plain = await unwrapSource(given, name)
  const hdus: Hdu[] = []
  let at = 0
  while (await startsHdu(plain, at, hdus.length, name)) {
    const hdu = await readHdu(plain, at, hdus.length, name)
    checkWhole(hdu, options.allowTruncated === true)
    hdus.push(hdu)
    at = hdu.dataOffset + padded(hdu.dataSize)
  }
  return makeFile(name, plain, hdus, Math.max(0, plain.size - at))
}

export const padded = (length: number): number => Math.ceil(length / BLOCK_LENGTH) * BLOCK_LENGTH

async function startsHdu(source: ByteSource, at: number, index: number, name: string): Promise<boolean> {
  const start = await source.read(at, 10)
  const text = asciiText(start, 0, start.length)
  if (index > 0) return text.startsWith('XTENSION')
  if (/^SIMPLE {2}=/.test(text)) return true
  if (source.size === 0) throw fitsError('fits/truncated', name, 'the file is empty.')
  throw fitsError('fits/not-fits', name, `this is not a FITS file: it begins with ${JSON.stringify(text)}.`, {
    hint: "A FITS file begins with 'SIMPLE  ='.",
  })
}

async function readHdu(source: ByteSource, at: number, index: number, name: string): Promise<Hdu> {
  const bytes = await readHeaderBytes(source, at, `${name}, HDU ${index}`)
  const stored = parseHeader(bytes, `${name}, HDU ${index}`)
  const extname = valueText(stored.get('EXTNAME')).trim()
  const where = `${name}, HDU ${index}${extname === '' ? '' : ` '${extname}'`}`
  const named = stored.copy(where)
  const structure = structureOf(named, index)
  const version = named.get('EXTVER')
  const unnamed = index === 0 ? 'PRIMARY' : structure.kind === 'compressed-image' ? 'COMPRESSED_IMAGE' : ''
  const common = {
    index,
    name: extname === '' ? unnamed : extname,
    version: typeof version === 'number' ? version : 1,
    kind: structure.kind,
    storedHeader: named,
    headerOffset: at,
    dataOffset: at + bytes.length,
    dataSize: structure.dataSize,
    source,
    where,
  }
  if (structure.kind !== 'compressed-image')
    return { ...common, header: named, shape: structure.shape, bitpix: structure.bitpix }
  const header: Header = imageHeaderOf(named)
  return {
    ...common,
    header,
    shape: axesOf(named, 'ZNAXIS').toReversed(),
    bitpix: named.requireNumber('ZBITPIX'),
  }
}

/** Header bytes up to the end of the block that holds END. */
async function readHeaderBytes(source: ByteSource, at: number, where: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  while (length < MAX_HEADER) {
    const part = await source.read(at + length, HEADER_CHUNK)
    const end = findEnd(part)
    if (end !== undefined) {
      const whole = concatBytes([...parts, part])
      return whole.subarray(0, Math.min(whole.length, padded(length + end + CARD_LENGTH)))
    }
    parts.push(part)
    length += part.length
    if (part.length < HEADER_CHUNK) break
  }
  throw fitsError(
    'fits/truncated',
    where,
    `the header has no END card: ${length} bytes were searched${at + length >= source.size ? ', up to the end of the file' : ''}.`,
    { hint: 'The file is cut short or damaged.', data: { card: 'END' } },
  )
}

/** Offset of the END card in a chunk that starts on a card, or undefined. */
function findEnd(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + 3 <= bytes.length; at += CARD_LENGTH) {
    if (bytes[at] !== 0x45 || bytes[at + 1] !== 0x4e || bytes[at + 2] !== 0x44) continue
    if (asciiText(bytes, at, Math.min(bytes.length, at + CARD_LENGTH)).trimEnd() === 'END') return at
  }
  return undefined
}

function checkWhole(hdu: Hdu, allow: boolean): void {
  const found = Math.max(0, hdu.source.size - hdu.dataOffset)
  if (found >= hdu.dataSize || allow) return
  throw fitsError(
    'fits/truncated',
    hdu.where,
    `the header announces ${hdu.dataSize} bytes of data, the file has ${found}.`,
    { hint: 'Copy or download the file again.', data: { wanted: hdu.dataSize, found } },
  )
}

function makeFile(name: string, source: ByteSource, hdus: readonly Hdu[], trailing: number): FitsFile {
  const find = (wanted: string | number, version?: number): Hdu | undefined => {
    if (typeof wanted === 'number') return hdus[wanted]
    const upper = wanted.toUpperCase()
    return hdus.find(
      (h) => h.name.toUpperCase() === upper && (version === undefined || h.version === version),
    )
  }
  return {
    name,
    source,
    hdus,
    trailingBytes: trailing,
    findHdu: find,
    hdu(wanted, version) {
      const found = find(wanted, version)
      if (found !== undefined) return found
      const list = hdus.map((h) => (h.name === '' ? String(h.index) : `${h.index} '${h.name}'`)).join(', ')
      const rest = trailing > 0 ? ` ${trailing} bytes behind the last one are not FITS.` : ''
      const what = typeof wanted === 'number' ? `HDU ${wanted}` : `HDU '${wanted}'`
      throw fitsError(
        'fits/no-such-hdu',
        name,
        `there is no ${what}${version === undefined ? '' : ` of version ${version}`}.${rest}`,
        { hint: `The HDUs are: ${list}.` },
      )
    },
  }
}

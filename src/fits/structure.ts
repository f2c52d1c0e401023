import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import type { HduKind } from './hdu.ts'
import { badBitpix, isBitpix } from './pixel-format.ts'

/** What the structural cards of a header say about the data that follow. */
export interface Structure {
  readonly kind: HduKind
  /** Slowest axis first. */
  readonly shape: readonly number[]
  readonly bitpix: number
  /** Bytes of data without padding. */
  readonly dataSize: number
}

const MAX_AXES = 999

/** Read and check the structural cards (FITS 4.0 §4.4.1). @throws naming the card that is missing or wrong */
export function structureOf(header: Header, index: number): Structure {
  const bitpix = header.requireNumber('BITPIX')
  if (!isBitpix(bitpix)) throw badBitpix(bitpix, header.where)
  const axes = axesOf(header, 'NAXIS')
  const kind = kindOf(header, index, axes)
  const pcount = count(header, 'PCOUNT', 0)
  const gcount = count(header, 'GCOUNT', 1)
  const sized = kind === 'groups' ? axes.slice(1) : axes
  const elements = axes.length === 0 ? 0 : product(sized)
  const extra = kind === 'primary' ? 0 : pcount
  const groups = kind === 'primary' ? 1 : gcount
  const dataSize = (Math.abs(bitpix) / 8) * groups * (extra + elements)
  if (!Number.isSafeInteger(dataSize))
    throw fitsError(
      'fits/bad-size',
      header.where,
      `the axes ${axes.join(' × ')} make an impossible size of ${dataSize} bytes.`,
      { data: { card: 'NAXIS' } },
    )
  return { kind, shape: axes.toReversed(), bitpix, dataSize }
}

/** NAXIS and NAXIS1 … NAXISn (or ZNAXIS…), in FITS order. */
export function axesOf(header: Header, prefix: 'NAXIS' | 'ZNAXIS'): number[] {
  const n = header.requireNumber(prefix)
  if (!Number.isInteger(n) || n < 0 || n > MAX_AXES) throw badCount(header, prefix, n)
  return Array.from({ length: n }, (_, i) => {
    const length = header.requireNumber(`${prefix}${i + 1}`)
    if (!Number.isSafeInteger(length) || length < 0) throw badCount(header, `${prefix}${i + 1}`, length)
    return length
  })
}

function kindOf(header: Header, index: number, axes: readonly number[]): HduKind {
  if (index === 0)
    return header.get('GROUPS') === true && axes[0] === 0 && axes.length > 1 ? 'groups' : 'primary'
  const extension = header.getString('XTENSION', '').trim()
  if (extension === 'IMAGE' || extension === 'IUEIMAGE') return 'image'
  if (extension === 'TABLE') return 'table'
  if (extension === 'BINTABLE' || extension === 'A3DTABLE')
    return header.get('ZIMAGE') === true ? 'compressed-image' : 'bintable'
  return 'other'
}

function count(header: Header, key: string, fallback: number): number {
  const value = header.getNumber(key, fallback)
  if (!Number.isSafeInteger(value) || value < 0) throw badCount(header, key, value)
  return value
}

const badCount = (header: Header, key: string, value: number) =>
  fitsError('fits/bad-size', header.where, `card ${key} is ${value}; a whole number from 0 up is needed.`, {
    data: { card: key, value },
  })

export const product = (lengths: readonly number[]): number => lengths.reduce((n, length) => n * length, 1)

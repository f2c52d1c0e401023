import type { ByteSource } from '#core'
import type { Header } from './header.ts'

/** `groups` (random groups) and `other` (foreign extensions) are listed, but their data are not read. */
export type HduKind = 'primary' | 'image' | 'compressed-image' | 'bintable' | 'table' | 'groups' | 'other'

/** One header and data unit of an open file. Data are read only when asked for. */
export interface Hdu {
  /** 0 is the primary. */
  readonly index: number
  /** EXTNAME; unnamed: 'PRIMARY', 'COMPRESSED_IMAGE', '' for other extensions. */
  readonly name: string
  /** EXTVER, 1 when missing. */
  readonly version: number
  readonly kind: HduKind
  /** For a compressed image: of the image it holds, as if it had never been compressed. */
  readonly header: Header
  /** As it stands in the file; differs from `header` only for compressed images. */
  readonly storedHeader: Header
  /** NAXISn reversed: slowest axis first; [] without data. Of the decompressed image for compressed ones. */
  readonly shape: readonly number[]
  /** BITPIX of the image, 8 for tables. */
  readonly bitpix: number
  readonly headerOffset: number
  readonly dataOffset: number
  /** Bytes of data without the padding to 2880. */
  readonly dataSize: number
  readonly source: ByteSource
  /** `file.fits, HDU 1 'SCI'`: how messages call it. */
  readonly where: string
}

/** An open file: its HDUs in order. */
export interface FitsFile {
  readonly name: string
  readonly hdus: readonly Hdu[]
  readonly source: ByteSource
  /** Bytes behind the last HDU that are no HDU: padding, a tape's special records, or damage. */
  readonly trailingBytes: number
  /** By index or by EXTNAME (case ignored) and EXTVER. @throws 'fits/no-such-hdu' naming those there are */
  hdu(nameOrIndex: string | number, version?: number): Hdu
  /** As `hdu`, undefined when there is none. */
  findHdu(nameOrIndex: string | number, version?: number): Hdu | undefined
}

import { concatBytes } from '#core'
import type { Header } from './header.ts'

/** One HDU ready to be written: its whole header and its data, padding not included. */
export interface HduData {
  /** An image may stand first in a file; anything else gets an empty primary before it. */
  readonly kind: 'image' | 'table'
  readonly header: Header
  readonly data: readonly Uint8Array[]
}

export interface WriteFitsOptions {
  /** Write CHECKSUM and DATASUM (default true). */
  readonly checksum?: boolean
}

/** A whole file. */
export const writeFits = (
  hdus: readonly HduData[],
  options: WriteFitsOptions = {},
): Uint8Array<ArrayBuffer> => concatBytes(fitsParts(hdus, options))

/** The same bytes in pieces, fit for Files.writeAtomic without copying big images once more. */
export function fitsParts(hdus: readonly HduData[], options: WriteFitsOptions = {}): readonly Uint8Array[] {
  throw new Error(`not yet ${hdus.length} ${options.checksum}`)
}

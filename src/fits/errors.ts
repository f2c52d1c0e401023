import { FirstlightError } from '#core'

/** Stable codes of everything that can be wrong with a FITS file or with what is to be written. */
export type FitsErrorCode =
  | 'fits/not-fits'
  | 'fits/truncated'
  | 'fits/bad-card'
  | 'fits/missing-card'
  | 'fits/bad-bitpix'
  | 'fits/bad-size'
  | 'fits/bad-table'
  | 'fits/corrupt'
  | 'fits/unsupported'
  | 'fits/no-such-hdu'
  | 'fits/no-such-column'
  | 'fits/wrong-hdu'
  | 'fits/cannot-write'

export interface FitsErrorOptions {
  readonly hint?: string
  readonly cause?: unknown
  readonly data?: Readonly<Record<string, unknown>>
}

/** `where` names file and HDU (`m13.fits, HDU 1 'SCI'`) and opens the message. */
export function fitsError(
  code: FitsErrorCode,
  where: string,
  message: string,
  options: FitsErrorOptions = {},
): FirstlightError {
  return new FirstlightError(code, where === '' ? message : `${where}: ${message}`, {
    ...options,
    data: { where, ...options.data },
  })
}

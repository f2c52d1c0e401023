import { type ErrorOptions, FirstlightError } from '#core'

export type AlgoErrorCode =
  | 'no-good-pixels'
  | 'constant-image'
  | 'bad-threshold'
  | 'too-many-cosmic-rays'
  | 'no-psf-stars'
  | 'no-psf'
  | 'too-few-apcorr-stars'
  | 'no-astrometric-match'
  | 'no-photometric-stars'

/** `algo/<code>` */
export const algoError = (code: AlgoErrorCode, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`algo/${code}`, message, options)

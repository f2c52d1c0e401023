import { type ErrorOptions, FirstlightError } from '#core'

/** `wcs/<code>`: missing, unsupported, bad-card, singular, no-inverse, no-fit. */
export const wcsError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`wcs/${code}`, message, options)

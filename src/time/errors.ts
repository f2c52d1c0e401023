import { type ErrorOptions, FirstlightError } from '#core'

/** `time/<code>`: bad-iso, bad-scale, out-of-range, bad-timespan. */
export const timeError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`time/${code}`, message, options)

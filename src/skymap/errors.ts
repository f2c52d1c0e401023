import { type ErrorOptions, FirstlightError } from '#core'

/** `skymap/<code>`: bad-config, no-tract, no-patch. */
export const skyMapError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`skymap/${code}`, message, options)

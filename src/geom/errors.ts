import { type ErrorOptions, FirstlightError } from '#core'

/** `geom/<code>`: bad-region, bad-pos, singular-affine, bad-level. */
export const geomError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`geom/${code}`, message, options)

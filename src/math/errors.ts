import { type ErrorOptions, FirstlightError } from '#core'

/** `math/<code>`: too-few-points, not-increasing, bad-shape, bad-argument. */
export const mathError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`math/${code}`, message, options)

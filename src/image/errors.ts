import { type ErrorOptions, FirstlightError } from '#core'

/** `image/<code>`: bad-shape, outside, no-plane, planes-full, bad-photo-calib, no-psf. */
export const imageError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`image/${code}`, message, options)

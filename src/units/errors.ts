import { FirstlightError } from '#core'

export type UnitErrorCode = 'units/bad-unit' | 'units/incompatible'

export const unitError = (
  code: UnitErrorCode,
  message: string,
  options: { hint?: string; data?: Readonly<Record<string, unknown>> } = {},
): FirstlightError => new FirstlightError(code, message, options)

import { inspect } from 'node:util'

/** Compact text without colours: front ends show escapes as they are in results. */
export const plainText = (value: unknown): string =>
  inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, compact: 3 })

/** One value of a data ID: a name, or an integer (`bigint` only above 2^53). */
export type DataIdValue = string | number | bigint

/** Decimal digits as an integer: a number while it is exact. */
export function integerOf(digits: string): number | bigint {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace(/^\+/, ''))
}

/** A plain map of dimension names to values, e.g. `{ instrument: 'HSC', visit: 903334, detector: 5 }`. */
export type DataId = Readonly<Record<string, DataIdValue>>

/** One value of a data ID: a name, or an integer (`bigint` only above 2^53). */
export type DataIdValue = string | number | bigint

/** Decimal digits as an integer: a number while it is exact. */
export function integerOf(digits: string): number | bigint {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace(/^\+/, ''))
}

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

/** Why a registry could not keep this integer as it is; undefined for one that it can. */
export function integerFault(value: number | bigint): string | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value)
      ? undefined
      : `${value} is beyond 2^53, where numbers are not exact; use a bigint (${BigInt(value)}n)`
  return value >= LEAST && value <= MOST ? undefined : `${value} does not fit in 64 bits`
}

/** A plain map of dimension names to values, e.g. `{ instrument: 'HSC', visit: 903334, detector: 5 }`. */
export type DataId = Readonly<Record<string, DataIdValue>>

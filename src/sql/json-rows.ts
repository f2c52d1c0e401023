import type { SqlValue } from './driver.ts'

/**
 * Rows as one JSON parameter for `json_each(?)`: no limit on terms or parameters, and integers keep all their digits.
 * Values are text, integers and floats.
 */
export const jsonRows = (rows: readonly (readonly SqlValue[])[]): string =>
  `[${rows.map((row) => `[${row.map(jsonScalar).join(',')}]`).join(',')}]`

/** The i-th value of a row of `json_each`, as text or as a 64-bit integer. */
export const jsonValue = (i: number, isText: boolean): string =>
  `CAST(json_extract(value, '$[${i}]') AS ${isText ? 'TEXT' : 'BIGINT'})`

/** The i-th value of a row of `json_each` as a UUID of 32 hexadecimal digits. */
export const jsonUuid = (i: number): string => `CAST(json_extract(value, '$[${i}]') AS CHAR(32))`

const jsonScalar = (value: SqlValue): string =>
  typeof value === 'bigint' ? String(value) : JSON.stringify(value)

/**
 * Timespans in the registry's tables: two integer columns in SQLite, one int8range in PostgreSQL. SQL is written with the two
 * columns; the range is the driver's affair.
 */
export const TIMESPAN = 'timespan'
export const TIMESPAN_BEGIN = 'timespan_begin'
export const TIMESPAN_END = 'timespan_end'

/** Stands for "unbounded" at the beginning: ns TAI of 1970-01-01. */
export const UNBOUNDED_BEGIN = '0'
/** Stands for "unbounded" at the end: ns TAI of 2100-01-01. */
export const UNBOUNDED_END = '4102444800000000000'

import { daysFromCivil } from './calendar.ts'

/**
 * TAI − UTC in whole seconds, from 0h UTC of each date. No leap second after 2017-01-01 had been announced when this was written.
 * @see IERS Bulletin C; before 1972 UTC ran at another rate: those dates take the 10 s of 1972, an error below 10 s.
 */
const TABLE: readonly (readonly [year: number, month: number, offset: number])[] = [
  [1972, 1, 10],
  [1972, 7, 11],
  [1973, 1, 12],
  [1974, 1, 13],
  [1975, 1, 14],
  [1976, 1, 15],
  [1977, 1, 16],
  [1978, 1, 17],
  [1979, 1, 18],
  [1980, 1, 19],
  [1981, 7, 20],
  [1982, 7, 21],
  [1983, 7, 22],
  [1985, 7, 23],
  [1988, 1, 24],
  [1990, 1, 25],
  [1991, 1, 26],
  [1992, 7, 27],
  [1993, 7, 28],
  [1994, 7, 29],
  [1996, 1, 30],
  [1997, 7, 31],
  [1999, 1, 32],
  [2006, 1, 33],
  [2009, 1, 34],
  [2012, 7, 35],
  [2015, 7, 36],
  [2017, 1, 37],
]

const STEPS = TABLE.map(([y, m, offset]) => ({ day: daysFromCivil(y, m, 1), offset })).reverse()
const FIRST_OFFSET = 10

/** TAI − UTC during a UTC day (days from 1970-01-01 UTC), seconds. */
export const leapSecondsOnDay = (utcDay: number): number =>
  STEPS.find((step) => utcDay >= step.day)?.offset ?? FIRST_OFFSET

/** Length of a UTC day, seconds: 86401 when a leap second ends it. */
export const utcDayLength = (utcDay: number): number =>
  86400 + leapSecondsOnDay(utcDay + 1) - leapSecondsOnDay(utcDay)

/** The UTC day and the second within it (up to 86401) of a TAI time in whole seconds since 1970-01-01 TAI. */
export function utcOfTaiSeconds(tai: bigint): { readonly day: number; readonly second: number } {
  const guess = Number((tai - 10n) / 86400n) - ((tai - 10n) % 86400n < 0n ? 1 : 0)
  for (let day = guess + 1; ; day--) {
    const start = BigInt(day) * 86400n + BigInt(leapSecondsOnDay(day))
    if (tai >= start) return { day, second: Number(tai - start) }
  }
}

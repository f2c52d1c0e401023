/**
 * time: instants as integer nanoseconds of TAI, their UTC, TT, TDB, ISO, MJD and JD readings with leap seconds, and the
 * half-open timespans of the registry. It reads no clock: callers pass the instant that now is.
 * Ideas: astropy.time as the stack uses it, lsst.daf.butler.Timespan, lsst.daf.base.DateTime.
 */
export { Instant, type TimeScale } from './instant.ts'
export { Timespan, type TimespanBound } from './timespan.ts'
export { leapSecondsOnDay } from './leap-seconds.ts'
export { civilFromDays, daysFromCivil } from './calendar.ts'

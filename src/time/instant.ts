import { INSPECT } from '#core'
import { civilFromDays, daysFromCivil, daysInMonth, MJD_EPOCH } from './calendar.ts'
import { timeError } from './errors.ts'
import { leapSecondsOnDay, utcDayLength, utcOfTaiSeconds } from './leap-seconds.ts'

/** Time scales. TDB is TT plus the periodic relativistic terms (below 2 ms), to about 10 µs. */
export type TimeScale = 'tai' | 'utc' | 'tt' | 'tdb'

const NS = 1_000_000_000n
const DAY_NS = 86_400n * NS
const TT_MINUS_TAI_NS = 32_184_000_000n
const JD_MINUS_MJD = 2400000.5

/** A moment: signed nanoseconds of TAI since 1970-01-01T00:00:00 TAI. Exact; other scales are ways to read and write it. */
export class Instant {
  readonly ns: bigint

  constructor(ns: bigint) {
    this.ns = ns
  }

  /** `2013-06-17T13:34:10.775` (a space for T, a trailing Z for UTC, a bare date and up to 9 decimals are accepted). */
  static fromIso(text: string, scale: TimeScale = 'tai'): Instant {
    const { zulu, day, second, fraction } = parseIso(text)
    return fromDay(day, BigInt(second) * NS + fraction, zulu ? 'utc' : scale)
  }

  /** Modified Julian Date; a double resolves about 1 µs, so whole days may be given apart from the fraction. */
  static fromMjd(mjd: number, scale: TimeScale = 'tai', fraction = 0): Instant {
    if (!Number.isFinite(mjd + fraction)) throw timeError('out-of-range', `MJD ${mjd} is not a date.`)
    const whole = Math.floor(mjd)
    const rest = mjd - whole + fraction
    const day = whole - MJD_EPOCH
    const length = scale === 'utc' ? utcDayLength(day) : 86400
    return fromDay(day, BigInt(Math.round(rest * length * 1e9)), scale)
  }

  static fromJd(jd: number, scale: TimeScale = 'tai', fraction = 0): Instant {
    const whole = Math.floor(jd)
    return Instant.fromMjd(whole - 2400001, scale, jd - whole + fraction + 0.5)
  }

  /** Seconds of UTC since 1970-01-01 without leap seconds, as operating systems count. */
  static fromUnix(seconds: number): Instant {
    const day = Math.floor(seconds / 86400)
    return fromDay(day, BigInt(Math.round((seconds - day * 86400) * 1e9)), 'utc')
  }

  toIso(scale: TimeScale = 'tai', decimals = 9): string {
    const { day, ns } = this.roundedTo(decimals).dayOf(scale)
    const [y, m, d] = civilFromDays(day)
    const seconds = Number(ns / NS)
    // A leap second is 23:59:60, never 24:00:00.
    const minuteOfDay = Math.min(Math.floor(seconds / 60), 1439)
    const date = `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`
    const clock = `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}:${two(seconds - minuteOfDay * 60)}`
    const fraction =
      decimals > 0
        ? `.${String(ns % NS)
            .padStart(9, '0')
            .slice(0, decimals)}`
        : ''
    return `${date}T${clock}${fraction}`
  }

  toMjd(scale: TimeScale = 'tai'): number {
    const { day, ns } = this.dayOf(scale)
    return day + MJD_EPOCH + Number(ns) / (1e9 * (scale === 'utc' ? utcDayLength(day) : 86400))
  }

  toJd(scale: TimeScale = 'tai'): number {
    return this.toMjd(scale) + JD_MINUS_MJD
  }

  toUnix(): number {
    const { day, ns } = this.dayOf('utc')
    return day * 86400 + Number(ns) / 1e9
  }

  plusNs(ns: bigint): Instant {
    return new Instant(this.ns + ns)
  }

  plusSeconds(seconds: number): Instant {
    return new Instant(this.ns + BigInt(Math.round(seconds * 1e9)))
  }

  /** `this − other`, seconds of TAI. */
  secondsSince(other: Instant): number {
    const d = this.ns - other.ns
    return Number(d / NS) + Number(d % NS) / 1e9
  }

  compare(other: Instant): -1 | 0 | 1 {
    return this.ns < other.ns ? -1 : this.ns > other.ns ? 1 : 0
  }

  equals(other: Instant): boolean {
    return this.ns === other.ns
  }

  /** Day from 1970-01-01 in the scale, and nanoseconds within it. */
  private dayOf(scale: TimeScale): { day: number; ns: bigint } {
    if (scale === 'utc') {
      const { day, second } = utcOfTaiSeconds(floorDiv(this.ns, NS))
      return { day, ns: BigInt(second) * NS + floorMod(this.ns, NS) }
    }
    const shifted = this.ns + (scale === 'tai' ? 0n : scale === 'tt' ? TT_MINUS_TAI_NS : tdbMinusTai(this.ns))
    return { day: Number(floorDiv(shifted, DAY_NS)), ns: floorMod(shifted, DAY_NS) }
  }

  private roundedTo(decimals: number): Instant {
    if (decimals >= 9) return this
    const unit = 10n ** BigInt(9 - decimals)
    return new Instant(floorDiv(this.ns + unit / 2n, unit) * unit)
  }

  /** ISO text in TAI. */
  toString(): string {
    return this.toIso('tai')
  }

  [INSPECT](): string {
    return this.toString()
  }

  toJSON(): string {
    return this.toIso('tai')
  }
}

const two = (n: number): string => String(n).padStart(2, '0')
const floorDiv = (a: bigint, b: bigint): bigint => (a - floorMod(a, b)) / b
const floorMod = (a: bigint, b: bigint): bigint => ((a % b) + b) % b

function fromDay(day: number, ns: bigint, scale: TimeScale): Instant {
  const plain = BigInt(day) * DAY_NS + ns
  switch (scale) {
    case 'tai':
      return new Instant(plain)
    case 'utc':
      return new Instant(plain + BigInt(leapSecondsOnDay(day)) * NS)
    case 'tt':
      return new Instant(plain - TT_MINUS_TAI_NS)
    case 'tdb': {
      const guess = plain - TT_MINUS_TAI_NS
      return new Instant(plain - tdbMinusTai(guess))
    }
    default:
      throw timeError('bad-scale', `Unknown time scale '${String(scale)}'; known are tai, utc, tt, tdb.`)
  }
}

/** The two largest terms of TDB − TT. @see Astronomical Almanac 2010, B7 */
function tdbMinusTai(taiNs: bigint): bigint {
  const days = Number(taiNs / NS) / 86400 + MJD_EPOCH - 51544.5
  const g = (357.53 + 0.98560028 * days) * (Math.PI / 180)
  const seconds = 0.001657 * Math.sin(g) + 0.000014 * Math.sin(2 * g)
  return TT_MINUS_TAI_NS + BigInt(Math.round(seconds * 1e9))
}

const ISO = /^\s*([+-]?\d{4,6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z)?\s*$/

function parseIso(text: string): { zulu: boolean; day: number; second: number; fraction: bigint } {
  const m = ISO.exec(text)
  if (m === null) throw timeError('bad-iso', `'${text}' is not an ISO date and time.`, { hint: HINT })
  const [year, month, dayOfMonth] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const [hour, minute, second] = [Number(m[4] ?? 0), Number(m[5] ?? 0), Number(m[6] ?? 0)]
  const inside =
    month >= 1 &&
    month <= 12 &&
    dayOfMonth >= 1 &&
    dayOfMonth <= daysInMonth(year, month) &&
    hour < 24 &&
    minute < 60 &&
    (second < 60 || (second === 60 && hour === 23 && minute === 59))
  if (!inside) throw timeError('bad-iso', `'${text}' has a field out of range.`, { hint: HINT })
  const digits = (m[7] ?? '').slice(0, 9).padEnd(9, '0')
  return {
    zulu: m[8] === 'Z',
    day: daysFromCivil(year, month, dayOfMonth),
    second: hour * 3600 + minute * 60 + second,
    fraction: BigInt(digits),
  }
}

const HINT = 'Write 2020-10-13 or 2020-10-13T14:04:17.5.'

import { INSPECT } from '#core'
import { daysFromCivil, daysInMonth } from './calendar.ts'
import { timeError } from './errors.ts'
import { Instant } from './instant.ts'

/** The registry's range: times are kept in [1970-01-01 TAI, 2100-01-01 TAI]. */
const MIN_NS = 0n
const MAX_NS = BigInt(daysFromCivil(2100, 1, 1)) * 86_400_000_000_000n
const DAY_NS = 86_400_000_000_000n

/** The end of a timespan: an instant, or null for no limit on that side. */
export type TimespanBound = Instant | null

/**
 * A half-open interval of time [begin, end), possibly unbounded or empty. Compared exactly on its pair of nanoseconds.
 * Unbounded sides are stored as the smallest and largest storable time, as the stack's registry does.
 * @see lsst.daf.butler.Timespan
 */
export class Timespan {
  /** [begin, end) in ns TAI as the registry stores it; empty is [max, min]. */
  readonly nsec: readonly [bigint, bigint]

  private constructor(begin: bigint, end: bigint) {
    this.nsec = begin >= end ? [MAX_NS, MIN_NS] : [begin, end]
  }

  /**
   * From two bounds. Equal bounds mean that one instant: padded to 1 ns, unless `padInstant` is false, which makes it empty.
   * A begin after the end gives the empty span.
   */
  static between(begin: TimespanBound, end: TimespanBound, options: { padInstant?: boolean } = {}): Timespan {
    const b = begin === null ? MIN_NS : clamp(begin.ns)
    const e = end === null ? MAX_NS : clamp(end.ns)
    if (b !== e || options.padInstant === false) return new Timespan(b, e)
    if (b === MAX_NS || b === MIN_NS)
      throw timeError(
        'bad-timespan',
        `Cannot make a timespan of the one instant ${new Instant(b).toIso()}: it is the ${b === MIN_NS ? 'earliest' : 'latest'} time that can be stored.`,
      )
    return new Timespan(b, e + 1n)
  }

  static readonly empty: Timespan = new Timespan(MAX_NS, MIN_NS)
  static readonly all: Timespan = new Timespan(MIN_NS, MAX_NS)

  static fromInstant(instant: Instant): Timespan {
    return Timespan.between(instant, instant)
  }

  /** From the stored pair of the registry. */
  static fromNsec(begin: bigint, end: bigint): Timespan {
    return new Timespan(clamp(begin), clamp(end))
  }

  /** One observing day: [yyyymmdd 0h TAI + offset seconds, 24 h later). Offsets are whole seconds. */
  static fromDayObs(dayObs: number, offsetSeconds = 0): Timespan {
    const [y, m, d] = [Math.floor(dayObs / 10000), Math.floor(dayObs / 100) % 100, dayObs % 100]
    const valid = Number.isInteger(dayObs) && m >= 1 && m <= 12 && d >= 1 && d <= daysInMonth(y, m)
    if (!valid || dayObs < 19700101)
      throw timeError('bad-timespan', `day_obs ${dayObs} must be YYYYMMDD, not before 19700101.`)
    if (!Number.isInteger(offsetSeconds))
      throw timeError('bad-timespan', `The offset of a day_obs must be whole seconds, not ${offsetSeconds}.`)
    const begin = BigInt(daysFromCivil(y, m, d)) * DAY_NS + BigInt(offsetSeconds) * 1_000_000_000n
    return new Timespan(begin, begin + DAY_NS)
  }

  get isEmpty(): boolean {
    return this.nsec[0] >= this.nsec[1]
  }

  /** Null when unbounded; an empty span has none (undefined). */
  get begin(): TimespanBound | undefined {
    if (this.isEmpty) return undefined
    return this.nsec[0] === MIN_NS ? null : new Instant(this.nsec[0])
  }

  get end(): TimespanBound | undefined {
    if (this.isEmpty) return undefined
    return this.nsec[1] === MAX_NS ? null : new Instant(this.nsec[1])
  }

  equals(other: Timespan): boolean {
    return this.nsec[0] === other.nsec[0] && this.nsec[1] === other.nsec[1]
  }

  overlaps(other: Timespan | Instant): boolean {
    if (other instanceof Instant) return this.contains(other)
    return other.nsec[1] > this.nsec[0] && this.nsec[1] > other.nsec[0] && !this.isEmpty && !other.isEmpty
  }

  contains(other: Timespan | Instant): boolean {
    if (other instanceof Instant) {
      const ns = clamp(other.ns)
      return this.nsec[0] <= ns && this.nsec[1] > ns
    }
    return this.nsec[0] <= other.nsec[0] && this.nsec[1] >= other.nsec[1]
  }

  /** True when every moment of this span is before the other; empty spans have no order. */
  isBefore(other: Timespan | Instant): boolean {
    if (other instanceof Instant) return !this.isEmpty && this.nsec[1] <= clamp(other.ns)
    return !this.isEmpty && !other.isEmpty && this.nsec[1] <= other.nsec[0]
  }

  isAfter(other: Timespan | Instant): boolean {
    if (other instanceof Instant) return !this.isEmpty && this.nsec[0] > clamp(other.ns)
    return !this.isEmpty && !other.isEmpty && this.nsec[0] >= other.nsec[1]
  }

  intersection(...others: readonly Timespan[]): Timespan {
    const all = [this, ...others]
    const begin = all.reduce((m, t) => (t.nsec[0] > m ? t.nsec[0] : m), MIN_NS)
    const end = all.reduce((m, t) => (t.nsec[1] < m ? t.nsec[1] : m), MAX_NS)
    return new Timespan(begin, end)
  }

  /** What is left of this span without the other: none, one or two pieces, in order. */
  difference(other: Timespan): readonly Timespan[] {
    if (!this.overlaps(other)) return [this]
    const pieces = [new Timespan(this.nsec[0], other.nsec[0]), new Timespan(other.nsec[1], this.nsec[1])]
    return pieces.filter((t) => !t.isEmpty)
  }

  /** `[2020-01-01T00:00:00, 2020-01-02T00:00:00)`, `(-∞, …)`, `[…, ∞)`, `(empty)`; TAI, fractions of a second cut off. */
  toString(): string {
    if (this.isEmpty) return '(empty)'
    const begin = this.nsec[0] === MIN_NS ? '(-∞' : `[${wholeSecond(this.nsec[0])}`
    const end = this.nsec[1] === MAX_NS ? '∞)' : `${wholeSecond(this.nsec[1])})`
    return `${begin}, ${end}`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

const wholeSecond = (ns: bigint): string => new Instant(ns - (ns % 1_000_000_000n)).toIso('tai', 0)
const clamp = (ns: bigint): bigint => (ns < MIN_NS ? MIN_NS : ns > MAX_NS ? MAX_NS : ns)

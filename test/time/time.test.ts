import { expect, test } from 'vitest'
import { Instant, leapSecondsOnDay, Timespan } from '#time'

test('UTC and TAI differ by 35 s in mid-2013, as the middleware pages have it', () => {
  const t = Instant.fromIso('2013-06-17T13:34:10.775', 'utc')
  expect(t.toIso('tai', 3)).toBe('2013-06-17T13:34:45.775')
  expect(t.toIso('utc', 3)).toBe('2013-06-17T13:34:10.775')
  expect(Instant.fromIso('2013-06-17T13:34:10.775Z').equals(t)).toBe(true)
})

test('a leap second is read, kept apart and printed as 23:59:60', () => {
  const leap = Instant.fromIso('2016-12-31T23:59:60.5', 'utc')
  expect(leap.toIso('utc', 1)).toBe('2016-12-31T23:59:60.5')
  expect(Instant.fromIso('2017-01-01T00:00:00', 'utc').secondsSince(leap)).toBe(0.5)
  expect(leap.plusSeconds(0.5).toIso('utc', 0)).toBe('2017-01-01T00:00:00')
  expect(Instant.fromIso('2016-12-31T23:59:59', 'utc').plusSeconds(2).toIso('utc', 0)).toBe(
    '2017-01-01T00:00:00',
  )
})

test.each([
  // astropy 7 Time(...).tai/.tt/.tdb: values printed by astropy
  ['2010-01-01T00:00:00', 'utc', 'tai', '2010-01-01T00:00:34.000000'],
  ['2010-01-01T00:00:00', 'utc', 'tt', '2010-01-01T00:01:06.184000'],
  ['2024-07-04T12:00:00', 'tt', 'tdb', '2024-07-04T12:00:00.000000'],
] as const)('%s %s is %s %s', (text, from, to, expected) => {
  const found = Instant.fromIso(text, from)
  // TDB − TT is below 2 ms and near 0 in early July and January.
  const digits = to === 'tdb' ? 3 : 6
  expect(found.toIso(to, digits)).toBe(expected.slice(0, 20 + digits))
})

test('MJD and JD agree with the known epochs, and round trip to a microsecond', () => {
  expect(Instant.fromIso('2000-01-01T12:00:00', 'tt').toJd('tt')).toBe(2451545)
  expect(Instant.fromMjd(56460.5656571, 'utc').toMjd('utc')).toBeCloseTo(56460.5656571, 10)
  expect(Instant.fromJd(2456461.0656571, 'tai').toMjd('tai')).toBeCloseTo(56460.5656571, 8)
  expect(Instant.fromMjd(40587, 'tai').ns).toBe(0n)
})

test('integer nanoseconds survive text', () => {
  const t = new Instant(1_371_476_085_775_123_457n)
  expect(Instant.fromIso(t.toIso('utc'), 'utc').ns).toBe(t.ns)
  expect(Instant.fromIso('1969-12-31T23:59:59.5').ns).toBe(-500_000_000n)
  expect(new Instant(-500_000_000n).toIso('tai', 1)).toBe('1969-12-31T23:59:59.5')
})

test('a text that is not a time is refused with what is wanted', () => {
  for (const bad of [
    'yesterday',
    '2013-13-01',
    '2013-02-30T00:00:00',
    '2013-06-17T25:00:00',
    '2013-06-17T12:00:60',
  ])
    expect(() => Instant.fromIso(bad)).toThrowError(expect.objectContaining({ code: 'time/bad-iso' }))
})

test('the table ends with 37 s from 2017 on', () => {
  expect(leapSecondsOnDay(17167)).toBe(37)
  expect(leapSecondsOnDay(17166)).toBe(36)
  expect(leapSecondsOnDay(30000)).toBe(37)
})

const at = (text: string): Instant => Instant.fromIso(text)
const [A, B, C, D] = ['2020-01-01', '2020-01-02', '2020-01-03', '2020-01-04'].map(at) as [
  Instant,
  Instant,
  Instant,
  Instant,
]

test('timespans print as the registry writes them', () => {
  expect(String(Timespan.between(A, B))).toBe('[2020-01-01T00:00:00, 2020-01-02T00:00:00)')
  expect(String(Timespan.between(null, B))).toBe('(-∞, 2020-01-02T00:00:00)')
  expect(String(Timespan.between(A, null))).toBe('[2020-01-01T00:00:00, ∞)')
  expect(String(Timespan.between(null, null))).toBe('(-∞, ∞)')
  expect(String(Timespan.empty)).toBe('(empty)')
  expect(String(Timespan.between(A.plusSeconds(0.9), null))).toBe('[2020-01-01T00:00:00, ∞)')
})

test('a begin after the end is empty; equal bounds are one padded instant', () => {
  expect(Timespan.between(B, A).isEmpty).toBe(true)
  expect(Timespan.between(B, A).equals(Timespan.empty)).toBe(true)
  const instant = Timespan.between(A, A)
  expect(instant.nsec).toEqual([A.ns, A.ns + 1n])
  expect(instant.contains(A)).toBe(true)
  expect(Timespan.between(A, A, { padInstant: false }).isEmpty).toBe(true)
  expect(() => Timespan.fromInstant(new Instant(0n))).toThrowError(/earliest time/)
  expect(() => Timespan.fromInstant(at('2100-01-01'))).toThrowError(/latest time/)
})

test('overlap, containment and order are those of half-open intervals', () => {
  const [ab, bc, ac] = [Timespan.between(A, B), Timespan.between(B, C), Timespan.between(A, C)]
  expect(ab.overlaps(bc)).toBe(false)
  expect(ac.overlaps(bc)).toBe(true)
  expect(ab.contains(B)).toBe(false)
  expect(ac.contains(ab)).toBe(true)
  expect(ab.isBefore(bc)).toBe(true)
  expect(bc.isAfter(ab)).toBe(true)
  expect(Timespan.empty.overlaps(ac)).toBe(false)
  expect(ac.overlaps(Timespan.empty)).toBe(false)
  expect(ac.contains(Timespan.empty)).toBe(true)
  expect(Timespan.empty.isBefore(ac)).toBe(false)
})

test('intersection and difference give none, one or two pieces', () => {
  const whole = Timespan.between(A, D)
  expect(whole.intersection(Timespan.between(B, null)).equals(Timespan.between(B, D))).toBe(true)
  expect(whole.difference(Timespan.between(B, C)).map(String)).toEqual([
    String(Timespan.between(A, B)),
    String(Timespan.between(C, D)),
  ])
  expect(whole.difference(Timespan.between(A, C)).map(String)).toEqual([String(Timespan.between(C, D))])
  expect(whole.difference(Timespan.all)).toEqual([])
  expect(Timespan.all.difference(whole)).toHaveLength(2)
})

test('an observing day is 24 hours of TAI from its date and offset', () => {
  expect(String(Timespan.fromDayObs(20240201))).toBe('[2024-02-01T00:00:00, 2024-02-02T00:00:00)')
  expect(String(Timespan.fromDayObs(20240201, 43200))).toBe('[2024-02-01T12:00:00, 2024-02-02T12:00:00)')
  expect(() => Timespan.fromDayObs(19691231)).toThrowError(/not before 19700101/)
  expect(() => Timespan.fromDayObs(20240231)).toThrowError(/YYYYMMDD/)
})

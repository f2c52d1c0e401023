import { daysFromCivil, Instant, type TimeScale } from '#time'

const SCALES: Readonly<Record<string, TimeScale>> = { tai: 'tai', utc: 'utc', tt: 'tt', tdb: 'tdb' }
const FORMATS = new Set([
  'iso',
  'isot',
  'fits',
  'yday',
  'mjd',
  'jd',
  'unix',
  'unix_tai',
  'cxcsec',
  'gps',
  'byear',
  'jyear',
  'decimalyear',
])
/** 1998-01-01T00:00:00 TT and 1980-01-06T00:00:19 TAI: where cxcsec and gps count from. */
const CXC_EPOCH = Instant.fromIso('1998-01-01', 'tt')
const GPS_EPOCH = Instant.fromIso('1980-01-06T00:00:19', 'tai')

/**
 * The instant of `[format/]value[/scale]`, as in `T'2013-06-17 13:19:00/tai'` or `T'mjd/56460.55'`; undefined when it cannot be
 * read. Dates are UTC by default (a Z behind them says it again), mjd and jd TAI, as in the anchor; numbers need a decimal point.
 */
export function parseTimeLiteral(literal: string): Instant | undefined {
  const m = /^(?:([A-Za-z_]+)\/)?([^/]+?)(?:\/([A-Za-z0-9]+))?$/.exec(literal.trim())
  if (m === null) return undefined
  const value = m[2]!.trim().replace(/\+00:00$/, '')
  const format = m[1]?.toLowerCase() ?? guessFormat(value)
  if (format === undefined || !FORMATS.has(format)) return undefined
  const scale = m[3] === undefined ? defaultScale(format) : SCALES[m[3].toLowerCase()]
  if (scale === undefined || (scale !== 'utc' && /\dZ$/i.test(value))) return undefined
  try {
    return read(format, value, scale)
  } catch {
    return undefined
  }
}

function guessFormat(value: string): string | undefined {
  if (/^[+-]?\d*\.\d*$/.test(value) && /\d/.test(value)) return 'mjd'
  if (/^\d{4}:\d{3}(?::|$)/.test(value)) return 'yday'
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return 'isot'
  return /^\d{4}-\d{2}-\d{2}/.test(value) ? 'iso' : undefined
}

function defaultScale(format: string): TimeScale {
  if (['iso', 'isot', 'fits', 'yday', 'unix'].includes(format)) return 'utc'
  return format === 'cxcsec' ? 'tt' : 'tai'
}

function read(format: string, value: string, scale: TimeScale): Instant | undefined {
  switch (format) {
    case 'iso':
    case 'isot':
    case 'fits':
      return Instant.fromIso(value.replace(/^\+/, ''), scale)
    case 'yday':
      return readYearDay(value, scale)
    default:
      return /^[+-]?(?:\d+\.\d*|\.\d+)$/.test(value) ? readNumber(format, Number(value), scale) : undefined
  }
}

function readNumber(format: string, value: number, scale: TimeScale): Instant | undefined {
  switch (format) {
    case 'mjd':
      return Instant.fromMjd(value, scale)
    case 'jd':
      return Instant.fromJd(value, scale)
    case 'unix':
      return Instant.fromUnix(value)
    case 'unix_tai':
      return new Instant(BigInt(Math.round(value * 1e9)))
    case 'cxcsec':
      return CXC_EPOCH.plusSeconds(value)
    case 'gps':
      return GPS_EPOCH.plusSeconds(value)
    case 'jyear':
      return Instant.fromJd(2_451_545 + (value - 2000) * 365.25, scale)
    case 'byear':
      return Instant.fromJd(2_415_020.313_52 + (value - 1900) * 365.242_198_781, scale)
    case 'decimalyear':
      return decimalYear(value, scale)
    default:
      return undefined
  }
}

/** The year and the part of it that has gone by. */
function decimalYear(value: number, scale: TimeScale): Instant {
  const year = Math.floor(value)
  const [begin, end] = [year, year + 1].map((y) => Instant.fromIso(`${y}-01-01`, scale).ns)
  return new Instant(begin! + BigInt(Math.round((value - year) * Number(end! - begin!))))
}

/** `2013:170:06:41:10.5`: year, day of the year from 1, time. */
function readYearDay(value: string, scale: TimeScale): Instant | undefined {
  const m = /^(\d{4}):(\d{3})(?::(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?$/.exec(value)
  if (m === null) return undefined
  const day = daysFromCivil(Number(m[1]), 1, 1) + Number(m[2]) - 1
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10)
  return Instant.fromIso(`${date}T${m[3] ?? '00'}:${m[4] ?? '00'}:${m[5] ?? '00'}`, scale)
}

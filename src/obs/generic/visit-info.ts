import type { Header } from '#fits'
import { Angle, SpherePoint } from '#geom'
import type { FilterLabel, VisitInfo } from '#image'
import { Instant, type TimeScale } from '#time'
import { type CardReader, parseRaDec, readCards } from '../header-reading.ts'

/** The filter by the usual cards; the band where the name says its letter. */
export function genericFilter(header: Header): FilterLabel | undefined {
  const cards = readCards(header, header.where)
  const physical = cards.text('FILTER', 'FILTER1', 'FILTER01', 'FILTNAM', 'INSFILTE')
  if (physical === undefined) return undefined
  const band = /^(?:SDSS|HSC-)?([ugrizy])(?:[._\s-]|$)/i.exec(physical)?.[1]?.toLowerCase()
  return { physical, ...(band !== undefined && { band }) }
}

/** What the usual cards of any camera tell of an exposure; what they do not tell is absent. */
export function genericVisitInfo(header: Header, where = header.where): VisitInfo {
  const cards = readCards(header, where)
  const exposureTime = cards.number('EXPTIME', 'EXPOSURE', 'EXPOSED', 'ITIME')
  const darkTime = cards.number('DARKTIME') ?? exposureTime
  const begin = beginOf(cards)
  const boresight = boresightOf(cards)
  const airmass = cards.number('AIRMASS', 'SECZ')
  const [instrument, object] = [cards.text('INSTRUME'), cards.text('OBJECT')]
  return {
    ...(exposureTime !== undefined && { exposureTime }),
    ...(darkTime !== undefined && { darkTime }),
    ...(begin && { date: begin.plusSeconds((exposureTime ?? 0) / 2) }),
    ...(boresight && { boresight }),
    ...(airmass !== undefined && { airmass }),
    ...(instrument !== undefined && { instrument }),
    ...(object !== undefined && { object }),
  }
}

/**
 * Start of the exposure: DATE-OBS with its time or with UT, else MJD-OBS, in the scale of TIMESYS (UTC when it is silent); undefined
 * when no card can be read as a date. A date in 1970 is a clock that was never set.
 */
function beginOf(cards: CardReader): Instant | undefined {
  const scale = timeScale(cards.text('TIMESYS'))
  const date = cards.text('DATE-OBS')
  const clock = cards.text('UT', 'UTC', 'TIME-OBS', 'UTSTART')
  const mjd = cards.number('MJD-OBS', 'MJD')
  if (date !== undefined && /^\d{4}-\d\d-\d\d(T[\d:.]+)?$/.test(date) && !date.startsWith('1970')) {
    if (date.includes('T')) return Instant.fromIso(date, scale)
    if (clock !== undefined && /^\d\d:\d\d:\d\d(\.\d+)?$/.test(clock))
      return Instant.fromIso(`${date}T${clock}`, scale)
    if (mjd === undefined) return Instant.fromIso(date, scale)
  }
  return mjd === undefined || mjd < UNIX_EPOCH_END ? undefined : Instant.fromMjd(mjd, scale)
}

/** MJD of 1971-01-01. */
const UNIX_EPOCH_END = 40952

const timeScale = (text: string | undefined): TimeScale => {
  const scale = text?.toLowerCase()
  return scale === 'tai' || scale === 'tt' || scale === 'tdb' ? scale : 'utc'
}

function boresightOf(cards: CardReader): SpherePoint | undefined {
  const [ra, dec] = [cards.number('RA_DEG', 'RA_OBS'), cards.number('DEC_DEG', 'DEC_OBS')]
  if (ra !== undefined && dec !== undefined && Math.abs(dec) <= 90)
    return new SpherePoint(Angle.fromDegrees(ra), Angle.fromDegrees(dec))
  return parseRaDec(cards.text('RA', 'OBJCTRA', 'RA-MNT'), cards.text('DEC', 'OBJCTDEC', 'DEC-MNT'))
}

import type { Header } from '#fits'
import { Angle } from '#geom'
import { Instant } from '#time'
import { type CardReader, cardText, degreesOrUndefined, parseRaDec, readCards } from '../header-reading.ts'
import type { ObservationInfo } from '../observation-info.ts'
import { HSC_FILTERS } from './filters.ts'

/** Detector numbers in an exposure's packed id. */
const DETECTORS_PER_EXPOSURE = 200
/** MJD of 2012-01-01, from which commissioning days are counted. */
const DAY_0 = 55927

/** Focus chips had other numbers on commissioning days 390–405 (2013-01-25 … 02-09). */
const COMMISSIONING_IDS: Readonly<Record<number, number>> = {
  112: 106,
  107: 105,
  113: 107,
  115: 109,
  108: 110,
  114: 108,
}

/** Is this a header of HSC's archive format? */
export function isHscHeader(header: Header): boolean {
  const text = (key: string) => cardText(header.get(key)) ?? ''
  if (/hyper suprime-?cam|^hsc$/i.test(text('INSTRUME'))) return true
  return /subaru/i.test(text('TELESCOP')) && /^HSC/.test(text('EXP-ID') || text('FRAMEID'))
}

/** Cards of a raw frame of HSC to observation info. @see algorithms of astro_metadata_translator's HscTranslator */
export function translateHscHeader(header: Header, where = header.where): ObservationInfo {
  const cards = readCards(header, where)
  const exposure = exposureNumber(cards)
  const begin = timeOf(cards, 'MJD-STR', 'UT-STR')
  const exposureTimeSec = cards.needNumber('EXPTIME')
  const detector = detectorNumber(cards)
  const side = Math.trunc(cards.needNumber('T_BEEID'))
  const position = Math.trunc(cards.needNumber('T_SDOID'))
  const type = observationType(cards)
  const onSky = type === 'science'
  const exposureGroup = String(exposure)
  return {
    instrument: 'HSC',
    telescope: cards.text('TELESCOP') ?? 'Subaru',
    exposureId: exposure,
    visitId: exposure,
    observationId: cards.needText('EXP-ID'),
    exposureGroup,
    observationCounter: exposure,
    groupCounter: [exposure, exposure],
    observationType: type,
    observationReason: type,
    observingDay: observingDay(cards),
    begin,
    end: header.has('MJD-END') ? timeOf(cards, 'MJD-END', 'UT-END') : begin.plusSeconds(exposureTimeSec),
    exposureTimeSec,
    darkTimeSec: cards.number('DARKTIME') ?? exposureTimeSec,
    detectorNum: detector,
    detectorName: String(position).padStart(2, '0'),
    detectorUniqueName: `${side}_${String(position).padStart(2, '0')}`,
    detectorSerial: cards.text('T_CCDSN') ?? String(detector),
    detectorExposureId: exposure * DETECTORS_PER_EXPOSURE + detector,
    physicalFilter: physicalFilter(cards),
    target: targetName(cards),
    scienceProgram: cards.text('PROP-ID') ?? 'unknown',
    trackingRadec: onSky ? parseRaDec(cards.text('RA2000', 'RA'), cards.text('DEC2000', 'DEC')) : undefined,
    boresightRotation: rotation(cards),
    azimuth: onSky ? degreesOrUndefined(cards.number('AZIMUTH')) : undefined,
    altitude: onSky ? degreesOrUndefined(cards.number('ALTITUDE')) : undefined,
    airmass: onSky ? cards.number('AIRMASS') : undefined,
    temperatureK: cards.number('OUT-TMP'),
    pressureHpa: cards.number('OUT-PRS'),
    relativeHumidity: cards.number('OUT-HUM'),
    focusZMm: cards.number('FOC-VAL'),
    hasSimulatedContent: header.get('T_SIMUL') === true,
    canSeeSky: onSky,
  }
}

/**
 * `HSCE########` holds eight digits; `HSC` + letter + six digits + `00` holds the last six, the letter counts millions.
 * Six zeros mean that the archive did not know: then the frame id tells, odd numbers being the second hundred of frames.
 */
function exposureNumber(cards: CardReader): number {
  const id = cards.needText('EXP-ID')
  const recent = /^HSCE(\d{8})$/.exec(id)
  if (recent !== null) return Number(recent[1])
  const old = /^HSC([A-Z])(\d{6})00$/.exec(id)
  if (old === null) return cards.fail('EXP-ID', 'like HSCA90334400 or HSCE00904024')
  if (Number(old[2]) !== 0) return Number(old[2]) + millions(old[1])
  const frame = /^HSC([A-Z])(\d{6})\d\d$/.exec(cards.needText('FRAMEID'))
  if (frame === null) return cards.fail('FRAMEID', 'like HSCA90402512')
  const visit = Number(frame[2])
  return visit - (visit % 2) + millions(frame[1])
}

const millions = (letter = 'A'): number => 1_000_000 * (letter.charCodeAt(0) - 65)

function detectorNumber(cards: CardReader): number {
  const id = cards.needNumber('DET-ID')
  const mjd = cards.number('MJD', 'MJD-STR')
  const day = mjd === undefined ? 0 : Math.floor(mjd) - DAY_0
  return day >= 390 && day <= 405 ? (COMMISSIONING_IDS[id] ?? id) : id
}

function observationType(cards: CardReader): string {
  const type = (cards.text('DATA-TYP') ?? 'unknown').toLowerCase()
  return type === 'object' ? 'science' : type === 'domeflat' || type === 'skyflat' ? 'flat' : type
}

function physicalFilter(cards: CardReader): string {
  const name = cards.needText('FILTER01').toUpperCase()
  return HSC_FILTERS.find((f) => f.name === name || f.aliases.includes(name))?.name ?? name
}

const targetName = (cards: CardReader): string => cards.text('OBJECT') ?? 'UNKNOWN'

const observingDay = (cards: CardReader): number => {
  const date = /^(\d{4})-(\d{2})-(\d{2})/.exec(cards.needText('DATE-OBS'))
  return date === null ? cards.fail('DATE-OBS', 'a date') : Number(`${date[1]}${date[2]}${date[3]}`)
}

/** The instrument rotator's INST-PA counts the other way and from another zero: 270° − INST-PA. */
function rotation(cards: CardReader): Angle | undefined {
  const pa = cards.number('INST-PA')
  return pa === undefined ? undefined : Angle.fromDegrees(270 - pa).wrap()
}

/** MJD when it is there, else DATE-OBS with a UT clock time. */
function timeOf(cards: CardReader, mjdKey: string, clockKey: string): Instant {
  const mjd = cards.number(mjdKey)
  if (mjd !== undefined) return Instant.fromMjd(mjd, 'utc')
  return Instant.fromIso(`${cards.needText('DATE-OBS')}T${cards.needText(clockKey)}`, 'utc')
}

import type { Header } from '#fits'
import { Angle } from '#geom'
import { Instant } from '#time'
import { parseRaDec, readCards } from '../header-reading.ts'
import type { ObservationInfo } from '../observation-info.ts'

export const isTinyHeader = (header: Header): boolean => header.get('INSTRUME') === 'TinyCam'

/** TinyCam's headers say everything in plain cards. */
export function translateTinyHeader(header: Header, where = header.where): ObservationInfo {
  const cards = readCards(header, where)
  const exposure = cards.needNumber('EXPID')
  const begin = Instant.fromIso(cards.needText('DATE-OBS'), 'utc')
  const exposureTimeSec = cards.needNumber('EXPTIME')
  const detector = cards.needNumber('DETID')
  const type = cards.needText('OBSTYPE')
  const rotation = cards.number('ROTPA')
  return {
    instrument: 'TinyCam',
    telescope: 'Test',
    exposureId: exposure,
    visitId: exposure,
    observationId: `TINY${String(exposure).padStart(6, '0')}`,
    exposureGroup: String(exposure),
    observationCounter: exposure,
    groupCounter: [exposure, exposure],
    observationType: type,
    observationReason: type,
    observingDay: Number(begin.toIso('utc', 0).slice(0, 10).replaceAll('-', '')),
    begin,
    end: begin.plusSeconds(exposureTimeSec),
    exposureTimeSec,
    darkTimeSec: cards.number('DARKTIME') ?? exposureTimeSec,
    detectorNum: detector,
    detectorName: `0${detector}`,
    detectorUniqueName: `T_0${detector}`,
    detectorSerial: `TC${detector}`,
    detectorExposureId: exposure * 4 + detector,
    physicalFilter: cards.needText('FILTER'),
    target: cards.text('OBJECT') ?? 'UNKNOWN',
    scienceProgram: cards.text('PROGRAM') ?? 'unknown',
    trackingRadec: type === 'science' ? parseRaDec(cards.text('RA'), cards.text('DEC')) : undefined,
    boresightRotation: rotation === undefined ? undefined : Angle.fromDegrees(rotation),
    azimuth: undefined,
    altitude: undefined,
    airmass: cards.number('AIRMASS'),
    temperatureK: undefined,
    pressureHpa: undefined,
    relativeHumidity: undefined,
    focusZMm: undefined,
    hasSimulatedContent: true,
    canSeeSky: type === 'science',
  }
}

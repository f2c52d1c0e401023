import type { VisitInfo } from '#image'
import type { Instrument } from './instrument.ts'
import type { ObservationInfo } from './observation-info.ts'

/** What afw keeps of an observation. Temperature from kelvin to °C, pressure from hPa to Pa. */
export const toVisitInfo = (info: ObservationInfo, site?: Instrument['observatory']): VisitInfo => ({
  id: BigInt(info.visitId),
  exposureId: BigInt(info.exposureId),
  exposureTime: info.exposureTimeSec,
  darkTime: info.darkTimeSec,
  date: info.begin.plusSeconds(info.end.secondsSince(info.begin) / 2),
  ...(info.trackingRadec && { boresight: info.trackingRadec }),
  ...(info.azimuth && { boresightAzimuth: info.azimuth }),
  ...(info.altitude && { boresightAltitude: info.altitude }),
  ...(info.airmass !== undefined && { airmass: info.airmass }),
  ...(info.boresightRotation && { rotator: info.boresightRotation, rotType: 'sky' as const }),
  ...(site && { observatory: site }),
  ...(info.temperatureK !== undefined && { airTemperature: info.temperatureK - 273.15 }),
  ...(info.pressureHpa !== undefined && { airPressure: 100 * info.pressureHpa }),
  ...(info.relativeHumidity !== undefined && { humidity: info.relativeHumidity }),
  ...(info.focusZMm !== undefined && { focusZ: info.focusZMm }),
  instrument: info.instrument,
  observationType: info.observationType,
  observationReason: info.observationReason,
  scienceProgram: info.scienceProgram,
  object: info.target,
  hasSimulatedContent: info.hasSimulatedContent,
})

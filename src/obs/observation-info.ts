import type { Angle, SpherePoint } from '#geom'
import type { Instant } from '#time'

/**
 * What a raw header says, in words that are the same for every instrument. Names and meanings are those of
 * `ObservationInfo` in Rubin's astro_metadata_translator; a property the header cannot tell is undefined.
 */
export interface ObservationInfo {
  readonly instrument: string
  readonly telescope: string
  readonly exposureId: number
  readonly visitId: number
  /** The observatory's own name of the exposure, e.g. `HSCA90334400`. */
  readonly observationId: string
  readonly exposureGroup: string
  /** Number of the exposure in its night or in the life of the camera. */
  readonly observationCounter: number
  /** First and last counter of the exposures that belong together. */
  readonly groupCounter: readonly [number, number]
  /** Lower case: science, bias, dark, flat, focus … */
  readonly observationType: string
  readonly observationReason: string
  /** YYYYMMDD of the night. */
  readonly observingDay: number
  readonly begin: Instant
  readonly end: Instant
  readonly exposureTimeSec: number
  readonly darkTimeSec: number
  readonly detectorNum: number
  readonly detectorName: string
  /** Unique in the camera, e.g. `1_43`. */
  readonly detectorUniqueName: string
  readonly detectorSerial: string
  readonly detectorExposureId: number
  readonly physicalFilter: string
  readonly target: string
  readonly scienceProgram: string
  /** ICRS position the telescope tracked; undefined for calibration frames. */
  readonly trackingRadec: SpherePoint | undefined
  /** Position angle of the camera's +y on the sky, counter-clockwise from north (afw's boresight rotation). */
  readonly boresightRotation: Angle | undefined
  readonly azimuth: Angle | undefined
  readonly altitude: Angle | undefined
  readonly airmass: number | undefined
  readonly temperatureK: number | undefined
  readonly pressureHpa: number | undefined
  /** Percent. */
  readonly relativeHumidity: number | undefined
  readonly focusZMm: number | undefined
  readonly hasSimulatedContent: boolean
  readonly canSeeSky: boolean
}

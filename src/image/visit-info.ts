import type { Angle, SpherePoint } from '#geom'
import type { Instant } from '#time'

/** The site: geodetic, longitude positive east, elevation in metres. */
export interface Observatory {
  readonly longitude: Angle
  readonly latitude: Angle
  readonly elevation: number
}

/** What the rotator angle is relative to: `sky` is the position angle of the image's y axis, east of north. */
export type RotType = 'unknown' | 'sky' | 'horizon' | 'mount'

/**
 * How, when and where an exposure was taken. Absent fields are unknown. Lengths of time are seconds, temperatures °C,
 * pressure Pa, humidity per cent. @see lsst::afw::image::VisitInfo
 */
export interface VisitInfo {
  readonly id?: bigint
  readonly exposureId?: bigint
  readonly exposureTime?: number
  readonly darkTime?: number
  /** Middle of the exposure. */
  readonly date?: Instant
  readonly ut1?: number
  readonly era?: Angle
  readonly boresight?: SpherePoint
  readonly boresightAzimuth?: Angle
  readonly boresightAltitude?: Angle
  readonly airmass?: number
  readonly rotator?: Angle
  readonly rotType?: RotType
  readonly observatory?: Observatory
  readonly airTemperature?: number
  readonly airPressure?: number
  readonly humidity?: number
  readonly instrument?: string
  readonly focusZ?: number
  readonly observationType?: string
  readonly scienceProgram?: string
  readonly observationReason?: string
  readonly object?: string
  readonly hasSimulatedContent?: boolean
}

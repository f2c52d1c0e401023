import { Angle, type SpherePoint } from '#geom'
import type { Observatory } from '#image'
import type { Instant } from '#time'

/** Where a direction stands at a site: azimuth from north over east, altitude, and the plane-parallel airmass. */
export interface HorizonPosition {
  readonly azimuth: Angle
  readonly altitude: Angle
  readonly airmass: number
  /** Local mean sidereal time. */
  readonly siderealTime: Angle
}

/** To some arcseconds: no refraction, nutation, aberration or polar motion; UT1 is taken as UTC. */
export function horizonPosition(p: SpherePoint, time: Instant, site: Observatory): HorizonPosition {
  const days = time.toMjd('utc') - 51544.5
  const siderealTime = Angle.fromDegrees(280.46061837 + 360.98564736629 * days)
    .plus(site.longitude)
    .wrap()
  const hour = siderealTime.radians - p.ra.radians
  const [sd, cd] = [Math.sin(p.dec.radians), Math.cos(p.dec.radians)]
  const [sl, cl] = [Math.sin(site.latitude.radians), Math.cos(site.latitude.radians)]
  const altitude = Math.asin(sd * sl + cd * cl * Math.cos(hour))
  const azimuth = Math.atan2(-cd * Math.sin(hour), sd * cl - cd * Math.cos(hour) * sl)
  return {
    azimuth: new Angle(azimuth).wrap(),
    altitude: new Angle(altitude),
    airmass: 1 / Math.max(0.05, Math.sin(altitude)),
    siderealTime,
  }
}

import { SpherePoint } from '#geom'
import type { ExposureDisplay, LinearWcs } from '#protocol'
import { makeTanSipWcs, makeTanWcs, shiftWcs, type SkyWcs } from '#wcs'

/** The WCS of a display in the pixels of its own image (first pixel 0); double precision all the way. */
export function skyWcsOf({ wcs, x0, y0 }: Pick<ExposureDisplay, 'wcs' | 'x0' | 'y0'>): SkyWcs | undefined {
  return wcs && shiftWcs(parentWcs(wcs), -x0, -y0)
}

function parentWcs({ crpix: [x, y], crval: [ra, dec], cd, sipA, sipB }: LinearWcs): SkyWcs {
  const frame = { crpix: { x, y }, crval: SpherePoint.fromDegrees(ra, dec), cd }
  return sipA.length + sipB.length === 0 ? makeTanWcs(frame) : makeTanSipWcs({ ...frame, a: sipA, b: sipB })
}

/** `10:00:28.523 +02:12:21.37`: a hundredth of an arcsecond. */
export function formatSky(point: SpherePoint): string {
  return `${sexagesimal(point.ra.hours, 3)} ${point.dec.degrees < 0 ? '−' : '+'}${sexagesimal(Math.abs(point.dec.degrees), 2)}`
}

/** `150.118846° +2.205936°` */
export function formatDegrees(point: SpherePoint): string {
  const dec = point.dec.degrees
  return `${point.ra.degrees.toFixed(6)}° ${dec < 0 ? '−' : '+'}${Math.abs(dec).toFixed(6)}°`
}

function sexagesimal(value: number, digits: number): string {
  const scale = 10 ** digits
  const total = Math.round(value * 3600 * scale)
  const seconds = (total % (60 * scale)) / scale
  const minutes = Math.floor(total / (60 * scale)) % 60
  const units = Math.floor(total / (3600 * scale))
  return `${pad(units)}:${pad(minutes)}:${seconds.toFixed(digits).padStart(3 + digits, '0')}`
}

const pad = (n: number): string => String(n).padStart(2, '0')

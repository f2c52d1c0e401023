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
  const { ra, dec } = point
  return `${sexagesimal(ra.hours, 3, 24)} ${sign(dec.degrees)}${sexagesimal(Math.abs(dec.degrees), 2)}`
}

/** `150.118846° +2.205936°` */
export function formatDegrees({ ra, dec }: SpherePoint): string {
  const degrees = ra.degrees > 360 - 5e-7 ? 0 : ra.degrees
  return `${degrees.toFixed(6)}° ${sign(dec.degrees)}${Math.abs(dec.degrees).toFixed(6)}°`
}

const sign = (value: number): string => (value < 0 ? '−' : '+')

/** Rounded as a whole, so that no 60 appears; units start again at `cycle`. */
function sexagesimal(value: number, digits: number, cycle = Number.POSITIVE_INFINITY): string {
  const scale = 10 ** digits
  const total = Math.round(value * 3600 * scale)
  const seconds = (total % (60 * scale)) / scale
  const minutes = Math.floor(total / (60 * scale)) % 60
  const units = Math.floor(total / (3600 * scale)) % cycle
  return `${pad(units)}:${pad(minutes)}:${seconds.toFixed(digits).padStart(3 + digits, '0')}`
}

const pad = (n: number): string => String(n).padStart(2, '0')

import type { Angle, SpherePoint } from '#geom'

/** `RA 02:21:04.123 Dec −04:38:11.02 (35.26718°, −4.63639°)` */
export function positionText({ ra, dec }: SpherePoint): string {
  const degrees = `${ra.degrees.toFixed(5)}°, ${signed(dec.degrees, 5)}°`
  return `RA ${sexagesimal(ra.degrees / 15, 2)} Dec ${dec.degrees < 0 ? '−' : '+'}${sexagesimal(Math.abs(dec.degrees), 1)} (${degrees})`
}

/** `hh:mm:ss.ss`, rounded as a whole, so that no 60 comes out. */
function sexagesimal(value: number, decimals: number): string {
  const scale = 10 ** decimals
  const total = Math.round(value * 3600 * scale)
  const seconds = (total % (60 * scale)) / scale
  const minutes = Math.floor(total / (60 * scale))
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${seconds.toFixed(decimals).padStart(decimals + 3, '0')}`
}

const signed = (value: number, decimals: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(decimals)}`

export const degreesText = (angle: Angle, decimals = 3): string => `${angle.degrees.toFixed(decimals)}°`

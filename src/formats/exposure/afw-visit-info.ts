import type { Header } from '#fits'
import { Angle, SpherePoint } from '#geom'
import type { RotType, VisitInfo } from '#image'
import { Instant } from '#time'

const ROT_TYPES: readonly RotType[] = ['unknown', 'sky', 'horizon', 'mount']

/** The VisitInfo that afw keeps in the cards of the primary header; undefined when none of them is there. */
export function readAfwVisitInfo(header: Header): VisitInfo | undefined {
  const number = (key: string): number | undefined => {
    const value = header.get(key)
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  const text = (key: string): string | undefined => {
    const value = header.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const id = (key: string): bigint | undefined => {
    const value = header.get(key)
    return typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as number) : undefined
  }
  const degrees = (key: string): Angle | undefined => {
    const value = number(key)
    return value === undefined ? undefined : Angle.fromDegrees(value)
  }
  const [ra, dec] = [degrees('BORE-RA'), degrees('BORE-DEC')]
  const [longitude, latitude] = [degrees('OBS-LONG'), degrees('OBS-LAT')]
  const rotType = text('ROTTYPE')?.toLowerCase()
  const fields: { readonly [K in keyof VisitInfo]?: VisitInfo[K] | undefined } = {
    id: id('IDNUM'),
    exposureId: id('EXPID'),
    exposureTime: number('EXPTIME'),
    darkTime: number('DARKTIME'),
    date: dateOf(header),
    ut1: number('MJD-AVG-UT1'),
    era: degrees('AVG-ERA'),
    boresight: ra && dec && new SpherePoint(ra, dec),
    boresightAzimuth: degrees('BORE-AZ'),
    boresightAltitude: degrees('BORE-ALT'),
    airmass: number('BORE-AIRMASS'),
    rotator: degrees('BORE-ROTANG'),
    rotType: ROT_TYPES.find((t) => t === rotType),
    observatory: longitude && latitude && { longitude, latitude, elevation: number('OBS-ELEV') ?? 0 },
    airTemperature: number('AIRTEMP'),
    airPressure: number('AIRPRESS'),
    humidity: number('HUMIDITY'),
    instrument: text('INSTRUMENT'),
    focusZ: number('FOCUSZ'),
    observationType: text('OBSERVATION_TYPE'),
    scienceProgram: text('SCIENCE_PROGRAM'),
    observationReason: text('OBSERVATION_REASON'),
    object: text('OBJECT'),
  }
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  return known.length === 0 ? undefined : (Object.fromEntries(known) as VisitInfo)
}

/** DATE-AVG in TIMESYS, or the TIME-MID of older files, which is UTC. */
function dateOf(header: Header): Instant | undefined {
  const average = header.get('DATE-AVG')
  const system = header.get('TIMESYS')
  const scale = typeof system === 'string' && system.trim().toUpperCase() === 'TAI' ? 'tai' : 'utc'
  const middle = header.get('TIME-MID')
  const found =
    typeof average === 'string' ? [average, scale] : typeof middle === 'string' ? [middle, 'utc'] : undefined
  if (found === undefined) return undefined
  try {
    return Instant.fromIso(found[0] as string, found[1] as 'tai' | 'utc')
  } catch {
    // 'nan' and the like: the date is unknown.
    return undefined
  }
}

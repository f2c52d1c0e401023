import { wcsError } from './errors.ts'
import { IDENTITY, type Matrix3, transpose } from './rotation.ts'

/** The celestial system that a header's coordinates are in, and how to leave it for ICRS. */
export interface SkyFrame {
  readonly radesys: 'ICRS' | 'FK5' | 'GALACTIC'
  /** Julian years; of FK5 only. */
  readonly equinox?: number
  /** From vectors of this frame to ICRS ones. */
  readonly toIcrs: Matrix3
  /** What was assumed. */
  readonly note?: string
}

export const ICRS: SkyFrame = { radesys: 'ICRS', toIcrs: IDENTITY }

const DEG = Math.PI / 180

/**
 * FK5 J2000 is taken as ICRS: they differ by at most 0.032″. Other equinoxes are precessed with the IAU 1976 angles.
 * @throws FirstlightError 'wcs/unsupported' for FK4
 */
export function equatorialFrame(radesys: string | undefined, equinox: number | undefined): SkyFrame {
  const system = (radesys ?? (equinox === undefined ? 'ICRS' : equinox < 1984 ? 'FK4' : 'FK5'))
    .trim()
    .toUpperCase()
  if (system === 'ICRS' || system === 'GAPPT') return ICRS
  if (system === 'FK5') {
    const year = equinox ?? 2000
    if (year === 2000) return { radesys: 'FK5', equinox: year, toIcrs: IDENTITY, note: FK5_NOTE }
    return { radesys: 'FK5', equinox: year, toIcrs: transpose(precession(year)), note: FK5_NOTE }
  }
  throw wcsError(
    'unsupported',
    `The sky frame ${system} (equinox ${equinox ?? 'not given'}) cannot be converted to ICRS.`,
    {
      hint: 'Solve the field again, or set RADESYS to ICRS or FK5 when the header is mistaken.',
    },
  )
}

const FK5_NOTE = 'FK5 coordinates are taken as ICRS (difference at most 0.032 arcsec).'

/** From J2000 to the mean equator and equinox of a year. @see Lieske 1977 (IAU 1976) */
function precession(year: number): Matrix3 {
  const t = (year - 2000) / 100
  const arcsec = DEG / 3600
  const zeta = (2306.2181 + (0.30188 + 0.017998 * t) * t) * t * arcsec
  const z = (2306.2181 + (1.09468 + 0.018203 * t) * t) * t * arcsec
  const theta = (2004.3109 - (0.42665 + 0.041833 * t) * t) * t * arcsec
  const [cz, sz, cZ, sZ, ct, st] = [
    Math.cos(z),
    Math.sin(z),
    Math.cos(zeta),
    Math.sin(zeta),
    Math.cos(theta),
    Math.sin(theta),
  ]
  return [
    cz * ct * cZ - sz * sZ,
    -cz * ct * sZ - sz * cZ,
    -cz * st,
    sz * ct * cZ + cz * sZ,
    -sz * ct * sZ + cz * cZ,
    -sz * st,
    st * cZ,
    -st * sZ,
    ct,
  ]
}

/** Galactic longitude and latitude. @see Hipparcos catalogue (ESA SP-1200), vol. 1, §1.5.3, ICRS to galactic */
export const GALACTIC: SkyFrame = {
  radesys: 'GALACTIC',
  toIcrs: transpose([
    -0.0548755604162154, -0.873437090234885, -0.4838350155487132, 0.4941094278755837, -0.4448296299600112,
    0.7469822444972189, -0.8676661490190047, -0.1980763734312015, 0.4559837761750669,
  ]),
}

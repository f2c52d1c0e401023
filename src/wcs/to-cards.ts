import { type Card, floatCard } from '#fits'
import type { FitsWcsParts } from './parts.ts'
import type { Polynomial2D } from './polynomial.ts'

/** The cards of a WCS for an image whose first pixel is (x0, y0): CRPIX counts from 1. */
export function toCards(
  parts: FitsWcsParts,
  { x0, y0 }: { readonly x0: number; readonly y0: number },
): readonly Card[] {
  const { crpix, crval, cd, projection, frame, sip, tpv, lonpole, latpole } = parts
  const galactic = frame?.radesys === 'GALACTIC'
  const code = tpv ? 'TPV' : sip ? `${projection.code}-SIP` : projection.code
  const text = (key: string, value: string, comment?: string): Card => ({
    key,
    value,
    ...(comment !== undefined && { comment }),
  })
  return [
    text('CTYPE1', `${galactic ? 'GLON' : 'RA--'}-${code}`),
    text('CTYPE2', `${galactic ? 'GLAT' : 'DEC-'}-${code}`),
    text('CUNIT1', 'deg'),
    text('CUNIT2', 'deg'),
    floatCard('CRVAL1', crval[0], '[deg] longitude of the reference point'),
    floatCard('CRVAL2', crval[1], '[deg] latitude of the reference point'),
    floatCard('CRPIX1', crpix.x + 1 - x0, '[pixel] reference point, first pixel is 1'),
    floatCard('CRPIX2', crpix.y + 1 - y0, '[pixel] reference point, first pixel is 1'),
    floatCard('CD1_1', cd[0]),
    floatCard('CD1_2', cd[1]),
    floatCard('CD2_1', cd[2]),
    floatCard('CD2_2', cd[3]),
    ...(galactic ? [] : [text('RADESYS', frame?.radesys ?? 'ICRS')]),
    ...(frame?.equinox === undefined ? [] : [floatCard('EQUINOX', frame.equinox)]),
    ...(lonpole === undefined ? [] : [floatCard('LONPOLE', lonpole)]),
    ...(latpole === undefined ? [] : [floatCard('LATPOLE', latpole)]),
    ...projection.parameters.map(([m, value]) => floatCard(`PV2_${m}`, value)),
    ...(sip ? [...sipCards('A', sip.a), ...sipCards('B', sip.b)] : []),
    ...(sip?.ap && sip.bp ? [...sipCards('AP', sip.ap), ...sipCards('BP', sip.bp)] : []),
    ...(tpv ? [...tpvCards(1, tpv.pv1), ...tpvCards(2, tpv.pv2)] : []),
  ]
}

const sipCards = (name: string, polynomial: Polynomial2D): readonly Card[] => [
  { key: `${name}_ORDER`, value: polynomial.order },
  ...Array.from(polynomial.nonZero(), ([p, q, c]) => floatCard(`${name}_${p}_${q}`, c)),
]

const tpvCards = (axis: number, pv: readonly number[]): readonly Card[] =>
  pv.flatMap((value, m) => (value === 0 && m !== 1 ? [] : [floatCard(`PV${axis}_${m}`, value)]))

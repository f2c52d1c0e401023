import { readdirSync, readFileSync } from 'node:fs'
import { Header, parseHeader } from '#fits'
import { Angle, SpherePoint } from '#geom'
import { makeCdMatrix, makeTanSipWcs, type SkyWcs, wcsFromHeader } from '#wcs'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'
import { python } from '../support/python.ts'

/** astropy's directions (degrees, ICRS for ICRS headers) of FITS pixels, by its whole distortion chain. */
const ASTROPY = `
import json, sys, warnings
warnings.simplefilter('ignore')
from astropy.io import fits
from astropy.wcs import WCS
import logging; logging.getLogger('astropy').setLevel('CRITICAL')
job = json.loads(sys.argv[1])
out = []
for text in job['headers']:
    w = WCS(fits.Header.fromstring(text), naxis=2)
    found = [[float(v) for v in w.all_pix2world(x, y, 0)] for x, y in job['pixels']]
    out.append([None if p[0] != p[0] else p for p in found])
print(json.dumps(out))
`

/** Degrees; null outside the projection. */
type Direction = readonly [number, number] | null

function askAstropy(
  headers: readonly string[],
  pixels: readonly (readonly [number, number])[],
): Direction[][] {
  return JSON.parse(python(ASTROPY, JSON.stringify({ headers, pixels }))) as Direction[][]
}

function expectAgreement(
  wcs: SkyWcs,
  found: readonly Direction[],
  pixels: readonly (readonly [number, number])[],
): void {
  pixels.forEach(([x, y], i) => {
    const direction = found[i]
    if (direction === null || direction === undefined) return
    const [ra, dec] = direction
    const separation = wcs.pixelToSky(x, y).separation(SpherePoint.fromDegrees(ra, dec))
    // Both are double precision; 1e-9° leaves room for the 1e-7 px tolerance of iterations.
    expect(separation.degrees).toBeLessThan(1e-9)
  })
}

const PIXELS = [0, 17.5, 120, 191, 900, 2047].flatMap((x) =>
  [0, 63.25, 191, 4000].map((y) => [x, y] as const),
)

test('headers of many projections agree with astropy to 1e-9 degree', () => {
  const names = readdirSync(dataPath('real/wcs-headers')).filter((n) => /\.(hdr|fits)$/.test(n))
  const headers = names.map((name) => {
    const bytes = readFileSync(dataPath(`real/wcs-headers/${name}`))
    // Some of the text files have line ends after each card, the others have none.
    const text = bytes.toString('latin1')
    return /[\r\n]/.test(text)
      ? text
          .split(/\r?\n/)
          .map((l) => l.padEnd(80))
          .join('')
      : text
  })
  const small = PIXELS.filter(([x, y]) => x < 192 && y < 192)
  const expected = askAstropy(headers, small)
  names.forEach((name, i) => {
    const header = parseHeader(new TextEncoder().encode(headers[i]!), name)
    expectAgreement(wcsFromHeader(header), expected[i]!, small)
    expect(
      expected[i]!.some((d) => d !== null),
      name,
    ).toBe(true)
  })
})

const cardText = (cards: readonly (readonly [string, string | number])[]): string =>
  cards.map(([k, v]) => `${k.padEnd(8)}= ${typeof v === 'string' ? `'${v}'` : v}`.padEnd(80)).join('')

test('the projections without sample files agree with astropy as well', () => {
  const cards = (
    code: string,
    lon: number,
    lat: number,
    extra: readonly (readonly [string, number])[] = [],
  ) =>
    [
      ['CTYPE1', `RA---${code}`],
      ['CTYPE2', `DEC--${code}`],
      ['CRPIX1', 1000],
      ['CRPIX2', 900],
      ['CRVAL1', lon],
      ['CRVAL2', lat],
      ['CDELT1', -0.01],
      ['CDELT2', 0.01],
      ...extra,
    ] as const
  const sets = [
    cards('ARC', 30, 60),
    cards('ZEA', 30, -20),
    cards('SIN', 200, 5),
    cards('STG', 10, 89),
    cards('TAN', 10, 40, [['LONPOLE', 120]]),
    cards('CAR', 30, 0),
    cards('CAR', 30, 45),
    cards('CEA', 30, 0),
    cards('MER', 150, 20),
    cards('SFL', 150, 20),
    cards('AIT', 150, 0),
    cards('ZPN', 30, 60, [
      ['PV2_1', 1],
      ['PV2_3', -50],
    ]),
  ]
  const expected = askAstropy(sets.map(cardText), PIXELS)
  sets.forEach((set, i) => expectAgreement(wcsFromHeader(new Header(set)), expected[i]!, PIXELS))
})

test('the cards we write mean the same to astropy', () => {
  const wcs = makeTanSipWcs({
    crpix: { x: 1023.5, y: 2087.5 },
    crval: SpherePoint.fromDegrees(320.7, -0.3),
    cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(33)),
    a: [
      [2, 0, 1e-6],
      [1, 1, -2e-7],
      [0, 3, 3e-10],
    ],
    b: [
      [0, 2, -1e-6],
      [3, 0, 2e-10],
    ],
  })
  const text = cardText(
    wcs
      .toFitsCards({ x0: 12, y0: 34 })
      .map((c) => [c.key, typeof c.value === 'number' ? c.value : String(c.value)] as const),
  )
  const pixels = PIXELS.map(([x, y]) => [x - 12, y - 34] as const)
  const [found] = askAstropy([text], pixels)
  expectAgreement(wcs, found!, PIXELS)
})

/** Equinoxes and galactic axes, compared after astropy has turned them into ICRS. */
const TO_ICRS = `
import json, sys, warnings
warnings.simplefilter('ignore')
from astropy.io import fits
from astropy.wcs import WCS
out = []
for text in json.loads(sys.argv[1]):
    c = WCS(fits.Header.fromstring(text)).pixel_to_world(40, 70).icrs
    out.append([c.ra.deg, c.dec.deg])
print(json.dumps(out))
`

test('FK5 of another equinox and galactic axes come out as ICRS', () => {
  const base = [
    ['CRPIX1', 1],
    ['CRPIX2', 1],
    ['CRVAL1', 123.4],
    ['CRVAL2', 31.2],
    ['CDELT1', -0.01],
    ['CDELT2', 0.01],
  ] as const
  const sets = [
    [['CTYPE1', 'RA---TAN'], ['CTYPE2', 'DEC--TAN'], ...base, ['RADESYS', 'FK5'], ['EQUINOX', 2015.5]],
    [['CTYPE1', 'GLON-TAN'], ['CTYPE2', 'GLAT-TAN'], ...base],
  ] as const
  const expected = JSON.parse(python(TO_ICRS, JSON.stringify(sets.map(cardText)))) as [number, number][]
  sets.forEach((set, i) => {
    const [ra, dec] = expected[i]!
    const found = wcsFromHeader(new Header(set)).pixelToSky(40, 70)
    // FK5 is taken as ICRS: the frames are turned by 0.0317″.
    expect(found.separation(SpherePoint.fromDegrees(ra, dec)).arcseconds).toBeLessThan(0.032)
  })
})

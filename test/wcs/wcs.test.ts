import { readFileSync } from 'node:fs'
import { bytesSource } from '#core'
import { Header, openFits } from '#fits'
import { Angle, SpherePoint } from '#geom'
import { Random } from '#math'
import {
  fitTanSip,
  hasSkyWcs,
  makeCdMatrix,
  makeTanSipWcs,
  makeTanWcs,
  shiftWcs,
  type SkyWcs,
  wcsFromHeader,
} from '#wcs'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'

async function headerOf(file: string): Promise<Header> {
  const fits = await openFits(bytesSource(readFileSync(dataPath(file)), file))
  return fits.hdu(0).header
}

function sexagesimal(text: string): number {
  const [d, m, s] = text.replace('-', '').split(':').map(Number) as [number, number, number]
  return (text.startsWith('-') ? -1 : 1) * (d + m / 60 + s / 3600)
}

interface TruthFile {
  file: string
  points: { ra_hms: string; dec_dms: string; x: number; y: number }[]
}
const truth = JSON.parse(readFileSync(dataPath('real/wcs-truth/truth.json'), 'utf8')) as Record<
  string,
  TruthFile
>

test.each(Object.entries(truth))(
  '%s: reference points to a milliarcsecond and back',
  async (_, { file, points }) => {
    const wcs = wcsFromHeader(await headerOf(`real/wcs-truth/${file}`))
    for (const { ra_hms, dec_dms, x, y } of points) {
      const expected = SpherePoint.fromDegrees(15 * sexagesimal(ra_hms), sexagesimal(dec_dms))
      const found = wcs.pixelToSky(x - 1, y - 1)
      // The reference coordinates carry 1e-6 s and 1e-6″: 15 µas.
      expect(found.separation(expected).arcseconds).toBeLessThan(1e-3)
      const back = wcs.skyToPixel(found)
      expect(Math.hypot(back.x - (x - 1), back.y - (y - 1))).toBeLessThan(1e-8)
    }
  },
)

/** A header from `[key, value]` pairs. */
const header = (cards: readonly (readonly [string, string | number])[]): Header => new Header(cards)

const TAN_CARDS = [
  ['CTYPE1', 'RA---TAN'],
  ['CTYPE2', 'DEC--TAN'],
  ['CRPIX1', 1024],
  ['CRPIX2', 2088],
  ['CRVAL1', 320.73],
  ['CRVAL2', -0.32],
  ['CD1_1', -4.6e-5],
  ['CD1_2', 1e-6],
  ['CD2_1', 1.1e-6],
  ['CD2_2', 4.7e-5],
] as const

function expectRoundTrip(wcs: SkyWcs, seed: string, size = 4000): void {
  const random = new Random(seed)
  const xs = Array.from({ length: 200 }, () => random.between(-100, size))
  const ys = Array.from({ length: 200 }, () => random.between(-100, size))
  const sky = wcs.pixelToSkyArrays(xs, ys)
  const back = wcs.skyToPixelArrays(sky.ra, sky.dec)
  // The promise is 1e-8 px; round-off of the angles is about 1e-9 px at this scale.
  xs.forEach((x, i) => {
    expect(Math.hypot(back.x[i]! - x, back.y[i]! - ys[i]!)).toBeLessThan(1e-8)
  })
}

test('pixel to sky to pixel is exact to 1e-8 px for every kind', () => {
  expectRoundTrip(wcsFromHeader(header(TAN_CARDS)), 'tan')
  const sip = wcsFromHeader(
    header([
      ...TAN_CARDS,
      ['A_ORDER', 3],
      ['A_2_0', 1e-6],
      ['A_1_2', 2e-10],
      ['B_ORDER', 2],
      ['B_0_2', -3e-6],
    ]),
  )
  expectRoundTrip(sip, 'sip')
})

test('the array form equals the single form', () => {
  const wcs = wcsFromHeader(header(TAN_CARDS))
  const sky = wcs.pixelToSkyArrays([5, 70], [6, 80])
  const one = wcs.pixelToSky(70, 80)
  expect(sky.ra[1]).toBe(one.ra.radians)
  expect(sky.dec[1]).toBeCloseTo(one.dec.radians, 15)
})

test('SIP without -SIP in CTYPE is applied and noted', () => {
  const wcs = wcsFromHeader(
    header([...TAN_CARDS, ['A_ORDER', 2], ['A_2_0', 1e-4], ['B_ORDER', 2], ['B_0_2', 0]]),
  )
  expect(wcs.kind).toBe('TAN-SIP')
  expect(wcs.notes).toEqual([expect.stringContaining('although CTYPE does not end in -SIP')])
  const plain = wcsFromHeader(header(TAN_CARDS))
  expect(wcs.pixelToSky(0, 0).separation(plain.pixelToSky(0, 0)).arcseconds).toBeGreaterThan(10)
})

test('CDELT with CROTA2, and PC, give the same map as CD', () => {
  const rest = TAN_CARDS.filter(([key]) => !key.startsWith('CD'))
  const angle = (12 * Math.PI) / 180
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const forms = [
    [
      ['CDELT1', -5e-5],
      ['CDELT2', 4e-5],
      ['CROTA2', 12],
    ],
    [
      ['CDELT1', -5e-5],
      ['CDELT2', 4e-5],
      ['PC1_1', c],
      ['PC1_2', (-s * 4e-5) / -5e-5],
      ['PC2_1', (s * -5e-5) / 4e-5],
      ['PC2_2', c],
    ],
    [
      ['CD1_1', -5e-5 * c],
      ['CD1_2', -4e-5 * s],
      ['CD2_1', -5e-5 * s],
      ['CD2_2', 4e-5 * c],
    ],
  ] as const
  const points = forms.map((form) => wcsFromHeader(header([...rest, ...form])).pixelToSky(10, 20))
  expect(points[1]!.separation(points[0]!).arcseconds).toBeLessThan(1e-9)
  expect(points[2]!.separation(points[0]!).arcseconds).toBeLessThan(1e-9)
})

test('FK5 of J2000 is taken as ICRS with a note; FK4 is refused', () => {
  const wcs = wcsFromHeader(header([...TAN_CARDS, ['RADESYS', 'FK5'], ['EQUINOX', 2000]]))
  expect(wcs.notes[0]).toContain('FK5')
  expect(() => wcsFromHeader(header([...TAN_CARDS, ['EQUINOX', 1950]]))).toThrowError(
    expect.objectContaining({ code: 'wcs/unsupported' }),
  )
})

test('a header without WCS, with an unknown projection or a broken card is refused by name', () => {
  const thrown = (cards: readonly (readonly [string, string | number])[]): unknown => {
    try {
      return wcsFromHeader(header(cards))
    } catch (error) {
      return error
    }
  }
  expect(hasSkyWcs(header([]))).toBe(false)
  expect(thrown([])).toMatchObject({ code: 'wcs/missing' })
  expect(
    thrown([
      ['CTYPE1', 'RA---TAN'],
      ['CTYPE2', 'DEC--TAN'],
    ]),
  ).toMatchObject({ code: 'wcs/missing' })
  expect(
    thrown([
      ['CTYPE1', 'WAVE'],
      ['CTYPE2', 'DEC--TAN'],
    ]),
  ).toMatchObject({ code: 'wcs/unsupported' })
  expect(thrown([...TAN_CARDS.slice(2), ['CTYPE1', 'RA---COP'], ['CTYPE2', 'DEC--COP']])).toMatchObject({
    code: 'wcs/unsupported',
    message: expect.stringContaining('COP'),
  })
  expect(thrown([...TAN_CARDS.filter(([k]) => k !== 'CRPIX1'), ['CRPIX1', 'middle']])).toMatchObject({
    code: 'wcs/bad-card',
  })
  expect(thrown([...TAN_CARDS.filter(([k]) => !k.startsWith('CD')), ['CD1_1', 0]])).toMatchObject({
    code: 'wcs/singular',
  })
})

test('a direction behind the tangent plane has no pixel', () => {
  const wcs = wcsFromHeader(header(TAN_CARDS))
  expect(() => wcs.skyToPixel(SpherePoint.fromDegrees(140.73, 0.32))).toThrowError(
    /outside the TAN projection/,
  )
  expect(wcs.skyToPixelArrays([2.456], [0.005]).x[0]).toBeNaN()
})

const boresight = SpherePoint.fromDegrees(320.7, -0.3)
const sipWcs = makeTanSipWcs({
  crpix: { x: 1023.5, y: 2087.5 },
  crval: boresight,
  cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(33)),
  a: [
    [2, 0, 1e-7],
    [1, 1, -2e-8],
    [0, 3, 3e-11],
    [2, 1, 1e-11],
  ],
  b: [
    [0, 2, -1e-7],
    [2, 0, 3e-8],
    [3, 0, 2e-11],
  ],
})

test('scale, orientation and CD matrix are those of the map', () => {
  const wcs = makeTanWcs({
    crpix: { x: 100, y: 200 },
    crval: boresight,
    cd: makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(33)),
  })
  expect(wcs.pixelScaleAt(100, 200).arcseconds).toBeCloseTo(0.168, 9)
  const cd = wcs.cdMatrixAt(100, 200)
  makeCdMatrix(Angle.fromArcseconds(0.168), Angle.fromDegrees(33)).forEach((c, i) =>
    expect(cd[i]).toBeCloseTo(c, 12),
  )
  // The y axis lies 33° east of north.
  const up = wcs.pixelToSky(100, 300)
  expect(90 - boresight.bearingTo(up).degrees).toBeCloseTo(33, 4)
})

test('cards written are read back to the same map, also for a sub-image', () => {
  const again = wcsFromHeader(new Header(sipWcs.toFitsCards()))
  const part = wcsFromHeader(new Header(sipWcs.toFitsCards({ x0: 300, y0: 500 })))
  for (const [x, y] of [
    [0, 0],
    [2047, 4175],
    [700, 10],
  ] as const) {
    expect(again.pixelToSky(x, y)).toEqual(sipWcs.pixelToSky(x, y))
    expect(part.pixelToSky(x - 300, y - 500).separation(sipWcs.pixelToSky(x, y)).arcseconds).toBeLessThan(
      1e-9,
    )
  }
})

test('shifting moves pixels and not the sky', () => {
  const moved = shiftWcs(sipWcs, 10, -20)
  expect(moved.pixelToSky(110, 80)).toEqual(sipWcs.pixelToSky(100, 100))
})

test('a TAN-SIP fit recovers a distorted map from its points', () => {
  const random = new Random('fit')
  const x = Array.from({ length: 300 }, () => random.between(0, 2047))
  const y = Array.from({ length: 300 }, () => random.between(0, 4175))
  const { ra, dec } = sipWcs.pixelToSkyArrays(x, y)
  const { wcs, rmsArcsec } = fitTanSip({ x, y, ra, dec, order: 4 })
  // A cubic about another reference pixel needs no more than a cubic but for the tangent point's move.
  expect(rmsArcsec).toBeLessThan(1e-6)
  expect(wcs.pixelToSky(5, 4000).separation(sipWcs.pixelToSky(5, 4000)).arcseconds).toBeLessThan(1e-5)
  const cards = new Header(wcs.toFitsCards())
  expect(cards.getNumber('AP_ORDER')).toBe(5)
})

test('a fit of noisy points has the noise as its residual', () => {
  const random = new Random('noisy')
  const x = Array.from({ length: 500 }, () => random.between(0, 2047))
  const y = Array.from({ length: 500 }, () => random.between(0, 4175))
  const { ra, dec } = sipWcs.pixelToSkyArrays(x, y)
  const sigma = Angle.fromArcseconds(0.02).radians
  const noisy = {
    ra: ra.map((v, i) => v + random.normal(0, sigma) / Math.cos(dec[i]!)),
    dec: dec.map((v) => v + random.normal(0, sigma)),
  }
  const { rmsArcsec } = fitTanSip({ x, y, ...noisy, order: 3 })
  expect(rmsArcsec).toBeGreaterThan(0.02 * Math.SQRT2 * 0.93)
  expect(rmsArcsec).toBeLessThan(0.02 * Math.SQRT2 * 1.05)
})

test('too few or collinear points are refused', () => {
  const two = { x: [1, 2], y: [1, 2], ra: [1, 1.0001], dec: [0, 0.0001], order: 1 }
  expect(() => fitTanSip(two)).toThrowError(expect.objectContaining({ code: 'wcs/no-fit' }))
  const line = { x: [1, 2, 3, 4], y: [1, 2, 3, 4], ra: [1, 1.1, 1.2, 1.3], dec: [0, 0.1, 0.2, 0.3], order: 1 }
  expect(() => fitTanSip(line)).toThrowError(expect.objectContaining({ code: 'wcs/no-fit' }))
})

import { readFileSync } from 'node:fs'
import { bytesSource } from '#core'
import { Box2I, SpherePoint } from '#geom'
import { readBackgroundFits, readExposureComponent, readExposureFits, writeBackgroundFits } from '#formats'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'

const source = (path: string) => bytesSource(readFileSync(dataPath(path)), path)

test('an HSC image of the old afw layout: planes on its own bits, first pixel (100, 100), TAN-SIP', async () => {
  const e = await readExposureFits(source('real/lsst-afw-fits/HSC-0908120-056-small.fits'))
  expect(e.bbox).toEqual(new Box2I(100, 100, 200, 200))
  // In the file NO_DATA is bit 9 and CROSSTALK 8; ours are the standard ones.
  expect(e.mask.bit('NO_DATA')).toBe(8)
  expect(e.mask.planes.has('CROSSTALK')).toBe(true)
  expect(e.mask.count('DETECTED')).toBeGreaterThan(100)
  expect(e.wcs!.kind).toBe('TAN-SIP')
  // README: about RA 151.3, Dec 1.6.
  const center = e.wcs!.pixelToSky(200, 200)
  expect(center.separation(SpherePoint.fromDegrees(151.3, 1.6)).degrees).toBeLessThan(0.15)
  expect(e.wcs!.pixelScaleAt(200, 200).arcseconds).toBeCloseTo(0.168, 2)
  // FLUXMAG0 = 0 says that it is not calibrated.
  expect(e.photoCalib).toBeUndefined()
  expect(e.metadata.has('AR_HDU')).toBe(false)
})

test('a version-2 exposure: VisitInfo cards, calibration with a Chebyshev field, detector, filter', async () => {
  const e = await readExposureFits(source('real/lsst-afw-fits/exposure-version-2.fits'))
  expect(e.bbox).toEqual(new Box2I(0, 0, 10, 10))
  expect(e.visitInfo).toMatchObject({
    exposureId: 12345n,
    exposureTime: 30,
    darkTime: 600,
    rotType: 'unknown',
  })
  expect(e.visitInfo!.date!.toIso('tai', 3)).toBe('2020-01-20T12:34:56.000')
  expect(e.visitInfo!.boresight!.dec.degrees).toBeCloseTo(40, 12)
  expect(e.photoCalib!.mean).toBeGreaterThan(0)
  expect(e.detector).toMatchObject({ name: 'detector 1', serial: 'xkcd722' })
  expect(e.detector!.amplifiers).toHaveLength(3)
  expect(e.filter).toBeDefined()
  expect(e.wcs!.pixelToSky(4, 4).separation(SpherePoint.fromDegrees(30, 40)).arcseconds).toBeLessThan(1e-9)
})

test('a tile-compressed CFHT calexp: its parts, a box of it, and a PSF that is named but not read', async () => {
  const file = source('real/cfht-d3-processed/calexp-849375-12.fits.fz')
  const bbox = new Box2I(100, 200, 300, 40)
  const e = await readExposureFits(file, { bbox })
  expect(e.bbox).toEqual(bbox)
  expect(e.visitInfo).toMatchObject({
    id: 849375n,
    exposureTime: 300.202,
    instrument: 'MegaPrime',
    rotType: 'sky',
  })
  expect(e.visitInfo!.observatory!.elevation).toBeCloseTo(4215, 6)
  expect(e.filter).toEqual({ band: 'r', physical: expect.stringContaining('r') })
  expect(e.photoCalib!.mean).toBeGreaterThan(0)
  expect([...e.apCorrMap!.keys()].length).toBeGreaterThan(0)
  for (const field of e.apCorrMap!.values()) expect(Number.isFinite(field.evaluate(1000, 2000))).toBe(true)
  expect(e.detector!.name).toBe('ccd12')
  expect(e.detector!.amplifiers.map((a) => a.gain)).toEqual([1.66, 1.74])
  // README: field D3 at 14h19m +52°40'.
  expect(
    e.wcs!.pixelToSky(1000, 2300).separation(SpherePoint.fromDegrees(214.87, 52.65)).degrees,
  ).toBeLessThan(0.5)
  expect(e.metadata.getNumber('MAGZERO')).toBeCloseTo(25.869, 3)
  expect(e.psf).toBeUndefined()
  await expect(readExposureComponent(file, 'psf')).rejects.toThrowError(/PsfexPsf, which cannot be read yet/)
})

test('any FITS image opens as an exposure without mask and variance', async () => {
  const e = await readExposureFits(source('real/sextractor-reference/image.fits'))
  expect(e.image.data.length).toBe(e.bbox.area)
  expect(e.mask.count('BAD', 'SAT')).toBe(0)
  expect(e.visitInfo?.observatory).toBeUndefined()
})

test('the background list of the CFHT calexp reads, writes back, and evaluates to the same surface', async () => {
  const list = await readBackgroundFits(source('real/cfht-d3-processed/bkgd-849375-12.fits'))
  expect(list.entries).toHaveLength(4)
  const [first] = list.entries
  expect(first!.bbox).toEqual(new Box2I(0, 0, 2048, 4612))
  expect(first!.style.approximation).toEqual({ orderX: 6, orderY: 6, weighting: true })
  const again = await readBackgroundFits(bytesSource(writeBackgroundFits(list)))
  expect(again.entries.map((b) => [b.bbox, b.style])).toEqual(list.entries.map((b) => [b.bbox, b.style]))
  again.entries.forEach((b, i) => {
    expect(b.stats.image.data).toEqual(list.entries[i]!.stats.image.data)
    expect(b.stats.variance.data).toEqual(list.entries[i]!.stats.variance.data)
  })
})

import { bytesSource, type ByteSource } from '#core'
import { Header, writeFits } from '#fits'
import { Box2I } from '#geom'
import { GaussianPsf, type Exposure, MaskPlanes } from '#image'
import { exposureFitsParts, readExposureComponent, readExposureFits, writeExposureFits } from '#formats'
import { expect, test } from 'vitest'
import { anExposure } from './support/an-exposure.ts'

/** Everything that can be compared as plain data. */
function facts(e: Exposure): unknown {
  const { wcs, psf, metadata, apCorrMap, ...rest } = e.info
  return {
    ...rest,
    bbox: e.bbox,
    image: e.image.data,
    mask: e.mask.data,
    planes: e.mask.planes.names,
    variance: e.variance.data,
    wcs: wcs?.toFitsCards(),
    origin: wcs?.pixelOrigin,
    psf: psf && [psf.kind, psf.averagePosition, psf.kernelImage({ x: 1010, y: 2030 }).data],
    star: psf?.computeImage({ x: 1010.3, y: 2030.8 }),
    apCorr: [...(apCorrMap ?? [])].map(([name, field]) => [name, field]),
    metadata: metadata?.cards.map(({ key, value }) => [key, value]),
  }
}

test.each(['none', 'mask', 'lossless'] as const)(
  'an exposure round trips exactly, packed %s',
  async (compression) => {
    const exposure = anExposure()
    const again = await readExposureFits(writeExposureFits(exposure, { compression }))
    expect(facts(again)).toEqual(facts(exposure))
    // Bit by bit on the sky as well: the reference pixel keeps its last digit.
    expect(again.wcs!.pixelToSky(1012.3, 2013.7)).toEqual(exposure.wcs!.pixelToSky(1012.3, 2013.7))
  },
)

test('lossy packing keeps pixels to a sixteenth of the noise, the mask exactly', async () => {
  const exposure = anExposure(new Box2I(0, 0, 200, 64))
  const again = await readExposureFits(writeExposureFits(exposure, { compression: 'lossy' }))
  expect(again.mask.data).toEqual(exposure.mask.data)
  let worst = 0
  exposure.image.data.forEach((v, i) => {
    if (Number.isNaN(v)) expect(again.image.data[i]).toBeNaN()
    else worst = Math.max(worst, Math.abs(v - again.image.data[i]!))
  })
  // Steps are σ/16 with σ = 10 (estimated per row: allow a fifth more); dither makes the error up to a whole step.
  expect(worst).toBeLessThan((1.2 * 10) / 16)
})

test("the raw's own WCS cards do not stay beside the exposure's", async () => {
  const metadata = new Header([
    ['OBJECT', 'M 33', ''],
    ['CTYPE1', 'RA---TAN', ''],
    ['CD1_2', 4.7e-5, ''],
    ['A_2_0', 1e-6, ''],
    ['PV2_1', 1, ''],
    ['A_TEMP', 3, 'no SIP term'],
  ])
  const again = await readExposureFits(writeExposureFits(anExposure().with({ metadata })))
  expect(again.metadata.cards.map(({ key }) => key)).toEqual(['OBJECT', 'A_TEMP'])
  const bare = await readExposureFits(writeExposureFits(anExposure().with({ metadata, wcs: undefined })))
  expect(bare.metadata.getString('CTYPE1')).toBe('RA---TAN')
})

test('header text that FITS cannot hold loses its accents, not the file', async () => {
  const metadata = new Header([
    ['OBSERVER', 'José', 'né à Orléans'],
    ['CCD-TEMP', -10, 'in °C'],
    ['TÉLESCOPE', 'T1M', ''],
    ['NOTE', 'plain', ''],
  ])
  const again = await readExposureFits(writeExposureFits(anExposure().with({ metadata })))
  expect(again.metadata.getString('OBSERVER')).toBe('Jose')
  expect(again.metadata.getNumber('CCD-TEMP')).toBe(-10)
  expect(again.metadata.all('COMMENT')).toEqual(['TELESCOPE = T1M / '.trimEnd()])
  expect(again.metadata.getString('NOTE')).toBe('plain')
})

test('an exposure with nothing but pixels round trips', async () => {
  const bare = anExposure().with({
    wcs: undefined,
    psf: undefined,
    photoCalib: undefined,
    visitInfo: undefined,
    detector: undefined,
    filter: undefined,
    apCorrMap: undefined,
    validPolygon: undefined,
    summaryStats: undefined,
    unit: undefined,
    metadata: undefined,
  })
  const again = await readExposureFits(writeExposureFits(bare))
  expect(facts(again)).toEqual(facts(bare))
  expect(again.psf).toBeUndefined()
  expect(again.visitInfo).toBeUndefined()
})

test('a Gaussian PSF is stored as itself', async () => {
  const psf = new GaussianPsf(21, 2.3456789)
  const again = await readExposureFits(writeExposureFits(anExposure().with({ psf })))
  expect(again.psf!.kind).toBe('gaussian')
  expect(again.psf!.kernelImage().data).toEqual(psf.kernelImage().data)
})

/** Counts what is read of a source. */
function counted(bytes: Uint8Array): ByteSource & { total: number } {
  const source = bytesSource(bytes, 'calexp.fits')
  const counting = {
    name: source.name,
    size: source.size,
    total: 0,
    read: (offset: number, length: number) => {
      counting.total += length
      return source.read(offset, length)
    },
  }
  return counting
}

test('a box in PARENT pixels gives the same pixels as cutting the whole, and reads little', async () => {
  const exposure = anExposure(new Box2I(1000, 2000, 512, 600))
  const bytes = writeExposureFits(exposure)
  const box = new Box2I(1100, 2200, 20, 30)
  const source = counted(bytes)
  const part = await readExposureFits(source, { bbox: box })
  expect(facts(part)).toEqual(facts(exposure.subimage(box)))
  expect(source.total).toBeLessThan(bytes.length / 4)
  const local = await readExposureFits(bytes, { bbox: box.shift(-1000, -2000), origin: 'LOCAL' })
  expect(local.image).toEqual(part.image)
})

test('components are read alone', async () => {
  const exposure = anExposure()
  const bytes = writeExposureFits(exposure)
  const get = (name: string): Promise<unknown> => readExposureComponent(bytes, name)
  expect(await get('visitInfo')).toEqual(exposure.visitInfo)
  expect(await get('detector')).toEqual(exposure.detector)
  expect(await get('filter')).toEqual(exposure.filter)
  expect(await get('filterLabel')).toEqual(exposure.filter)
  expect(await get('photoCalib')).toEqual(exposure.photoCalib)
  expect(await get('bbox')).toEqual(exposure.bbox)
  expect(await get('id')).toBe(903334n)
  expect(await get('xy0')).toEqual({ x: 1000, y: 2000 })
  expect(await get('mask')).toEqual(exposure.mask)
  expect(await get('variance')).toEqual(exposure.variance)
  expect(await get('summaryStats')).toEqual(exposure.summaryStats)
  await expect(get('weather')).rejects.toMatchObject({
    code: 'formats/no-component',
    hint: expect.stringContaining('wcs'),
  })
})

test('the WCS alone costs headers only', async () => {
  const bytes = writeExposureFits(anExposure(new Box2I(1000, 2000, 512, 600)))
  const source = counted(bytes)
  expect(await readExposureComponent(source, 'wcs')).toMatchObject({ kind: 'TAN-SIP' })
  expect(source.total).toBeLessThan(bytes.length / 4)
})

test('mask planes are remapped by name when a file has them on other bits', async () => {
  const exposure = anExposure()
  const odd = new MaskPlanes([
    ['SAT', 0],
    ['CROSSTALK', 1],
    ['NO_DATA', 9],
    ['BAD', 4],
  ])
  exposure.mask.planes = odd
  exposure.mask.data.fill(0)
  exposure.mask.data[7] = (1 << 0) | (1 << 9)
  const { mask } = await readExposureFits(writeExposureFits(exposure))
  expect(mask.bit('NO_DATA')).toBe(8)
  expect(mask.data[7]).toBe(mask.mask('SAT', 'NO_DATA'))
  expect(mask.count('SAT', 'NO_DATA', 'CROSSTALK', 'BAD')).toBe(1)
})

test('a PSF without file form, a box outside and a file without pixels are told', async () => {
  const strange = { ...new GaussianPsf(5, 1), kind: 'warped' } as unknown as GaussianPsf
  expect(() => exposureFitsParts(anExposure().with({ psf: strange }))).toThrowError(
    /kind 'warped' has no file form/,
  )
  const bytes = writeExposureFits(anExposure())
  await expect(readExposureFits(bytes, { bbox: new Box2I(990, 2000, 20, 20) })).rejects.toThrowError(
    /is not inside/,
  )
  await expect(readExposureFits(writeFits([]))).rejects.toThrowError()
  await expect(readExposureFits(bytes.subarray(0, bytes.length - 5000))).rejects.toMatchObject({
    code: expect.stringMatching(/^fits\//),
  })
  await expect(readExposureFits(new Uint8Array(100))).rejects.toMatchObject({
    code: expect.stringMatching(/^fits\//),
  })
})

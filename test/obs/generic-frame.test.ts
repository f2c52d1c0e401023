import { readFileSync } from 'node:fs'
import { Header, imageHdu, openFits, writeFits } from '#fits'
import { median } from '#math'
import { readGenericFrame } from '#obs'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'

const open = async (name: string) => readGenericFrame(await openFits(readFileSync(dataPath(name)), { name }))
const boxes = (b: { x0: number; y0: number; width: number; height: number }) => [
  b.x0,
  b.y0,
  b.width,
  b.height,
]

test('a phoSim raw has two outputs side by side, each with its overscan', async () => {
  const raw = await open('real/lsst-imsim-raw/raw_v1_fg.fits.gz')
  const { amplifiers, bbox } = raw.detector!
  expect(amplifiers).toHaveLength(2)
  // Sections speak of 2001 rows, the file has 2000: they are cut to it.
  expect(amplifiers.map((a) => boxes(a.rawDataBBox))).toEqual([
    [4, 1, 509, 1999],
    [517, 1, 509, 1999],
  ])
  expect(amplifiers.map((a) => boxes(a.rawSerialOverscanBBox))).toEqual([
    [0, 1, 4, 1999],
    [513, 1, 4, 1999],
  ])
  expect(boxes(bbox)).toEqual([0, 0, 1018, 1999])
  expect(amplifiers[0]).toMatchObject({ gain: 1.7741, saturation: 54464.75 })
  // Overscan of each output lies at its own zero (968 and 1023 ADU in astropy), 190 ADU below the sky.
  const level = (box: (typeof amplifiers)[number]['rawDataBBox']) => median(raw.image.subimage(box).data)
  expect(amplifiers.map((a) => level(a.rawSerialOverscanBBox))).toEqual([968, 1023])
  for (const amp of amplifiers) {
    const sky = level(amp.rawDataBBox) - level(amp.rawSerialOverscanBBox)
    expect(sky).toBeGreaterThan(185)
    expect(sky).toBeLessThan(193)
  }
  expect(raw.filter).toEqual({ physical: 'g', band: 'g' })
  expect(raw.visitInfo).toMatchObject({ exposureTime: 15, darkTime: 15 })
})

test('its WCS is that of the header, counted in the trimmed frame', async () => {
  const raw = await open('real/lsst-imsim-raw/raw_v1_fg.fits.gz')
  // CRPIX 6261, 6225; four columns and one row are cut.
  const at = raw.wcs!.pixelToSky(6261 - 1 - 4, 6225 - 1 - 1)
  expect(at.ra.degrees).toBeCloseTo(79.24522, 9)
  expect(at.dec.degrees).toBeCloseTo(-9.702295, 9)
})

test('a raw of the SAAO 1.0 m: one output, trim section, gain and noise of the cards', async () => {
  const raw = await open('real/saao-ste3-raw/a8280271.fits')
  const [amp] = raw.detector!.amplifiers
  expect(boxes(amp!.rawDataBBox)).toEqual([16, 0, 512, 520])
  expect(boxes(amp!.rawSerialOverscanBBox)).toEqual([3, 0, 10, 520])
  expect(amp).toMatchObject({ gain: 1.9, readNoise: 5 })
  expect(raw.visitInfo?.exposureTime).toBe(150.04)
  expect(raw.visitInfo?.date?.toIso('utc', 0)).toBe('2013-07-13T00:58:48')
  expect(raw.visitInfo?.boresight?.ra.degrees).toBeCloseTo(331.0334, 4)
})

test('a CMOS frame without overscan: gain from EGAIN, saturation from the pixels, what was assumed is written down', async () => {
  const raw = await open('real/huntsman-raw/science_0.fits.gz')
  const [amp] = raw.detector!.amplifiers
  expect(amp!.rawSerialOverscanBBox.isEmpty).toBe(true)
  expect(amp!.gain).toBeCloseTo(1.144744515, 8)
  // The camera's 12-bit converter ends at 4094 ADU.
  expect(amp!.saturation).toBe(4094)
  expect(raw.filter).toEqual({ physical: 'g_band', band: 'g' })
  const notes = raw.metadata.all('COMMENT').filter((c) => String(c).startsWith('firstlight:'))
  expect(notes).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/saturation level.*4094/),
      expect.stringMatching(/no read noise.*5 e-/),
    ]),
  )
})

test('what the caller says goes before the header', async () => {
  const file = await openFits(readFileSync(dataPath('real/saao-ste3-raw/a8280271.fits')))
  const raw = await readGenericFrame(file, 'x', { gain: 3, readNoise: 7, saturation: 1000 })
  expect(raw.detector!.amplifiers[0]).toMatchObject({ gain: 3, readNoise: 7, saturation: 1000 })
})

test('read noise is measured in the overscan when no card tells it', async () => {
  const [width, height] = [80, 200]
  const data = new Float32Array(width * height)
  // A fixed pattern of ±2 ADU: scatter 2.
  for (let i = 0; i < data.length; i++) data[i] = 1000 + (((i * 7919) >> 3) % 2 === 0 ? 2 : -2)
  const header = new Header([
    ['GAIN', 2],
    ['BIASSEC', '[65:80,1:200]'],
    ['TRIMSEC', '[1:64,1:200]'],
  ])
  const raw = await readGenericFrame(await openFits(writeFits([imageHdu({ data, width, height, header })])))
  expect(raw.detector!.amplifiers[0]!.readNoise).toBeCloseTo(4, 1)
})

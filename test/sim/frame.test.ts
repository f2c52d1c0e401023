import { createHash } from 'node:crypto'
import { openFits, readImage } from '#fits'
import { Box2I } from '#geom'
import { clippedStats } from '#math'
import { TinyCam } from '#obs'
import { SIM_TINY, TINY_SURVEY, rawFileBytes, simulateFrame } from '#sim'
import { expect, test } from 'vitest'

const visit = TINY_SURVEY[0]!
const spec = (seed: string, detector = 0) => ({ camera: SIM_TINY, visit, detector, seed })
const fileOf = (seed: string, detector = 0) =>
  rawFileBytes(spec(seed, detector), simulateFrame(spec(seed, detector)).raw)
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('the same seed gives the same bytes, another seed and another chip others', () => {
  expect(hash(fileOf('a'))).toBe(hash(fileOf('a')))
  expect(hash(fileOf('b'))).not.toBe(hash(fileOf('a')))
  expect(hash(fileOf('a', 1))).not.toBe(hash(fileOf('a')))
})

test('a raw file reads back as the pixels that were read out', async () => {
  const { raw } = simulateFrame(spec('a'))
  const file = await openFits(rawFileBytes(spec('a'), raw), { name: 'tiny.fits' })
  expect(file.hdu(1).kind).toBe('compressed-image')
  const image = await readImage(file.hdu(1))
  expect(image.data).toBeInstanceOf(Uint16Array)
  expect(hash(new Uint8Array(image.data.buffer))).toBe(hash(new Uint8Array(raw.data.buffer)))
  const exposure = await TinyCam.readRaw(file)
  expect(exposure.detector?.name).toBe('T_00')
  expect(exposure.filter).toEqual({ band: 'r', physical: 'Tiny-R' })
  expect(exposure.visitInfo?.exposureTime).toBe(30)
  expect(exposure.image.data.every((v, i) => v === raw.data[i])).toBe(true)
})

test('objects are where the file says, to the pointing error of 1 to 3 arcsec', async () => {
  const { truth } = simulateFrame(spec('a'))
  const exposure = await TinyCam.readRaw(await openFits(fileOf('a')))
  for (const source of truth.sources.slice(0, 20)) {
    const seen = exposure.wcs!.pixelToSky(source.x, source.y)
    const d = Math.hypot((seen.ra.radians - source.ra) * Math.cos(source.dec), seen.dec.radians - source.dec)
    expect(d * 206265).toBeLessThan(3.2)
  }
})

test('overscan shows the read noise, the sky shot noise on top of it', () => {
  const { raw, sensor, truth } = simulateFrame(spec('stats'))
  const values = (box: Box2I) => {
    const out: number[] = []
    for (let y = box.y0; y <= box.y1; y++)
      for (let x = box.x0; x <= box.x1; x++) out.push(raw.data[y * raw.width + x]!)
    return Float64Array.from(out)
  }
  /** Scatter of neighbouring columns, free of the row drift. */
  const scatter = (box: Box2I) => {
    const [left, right] = [values(box), values(box.shift(1, 0))]
    const difference = left.map((v, i) => v - right[i]!)
    return clippedStats(difference, { nSigma: 4, nIter: 3 }).stdev / Math.SQRT2
  }
  for (const [a, amp] of sensor.detector.amplifiers.entries()) {
    const over = amp.rawSerialOverscanBBox
    const level = clippedStats(values(over), { nSigma: 3, nIter: 3 }).mean
    // 8192 pixels, row drift of 2 ADU and half an ADU of rounding.
    expect(Math.abs(level - sensor.biasLevels[a]!)).toBeLessThan(2.5)
    const read = amp.readNoise / amp.gain
    // Rounding adds 1/12 ADU².
    const wanted = Math.hypot(read, Math.sqrt(1 / 12))
    expect(scatter(new Box2I(over.x0, over.y0, 15, over.height)) / wanted).toBeCloseTo(1, 1)
    const light = amp.rawDataBBox
    const sky = clippedStats(values(light), { nSigma: 3, nIter: 3 }).mean - level
    const expected = Math.sqrt(sky / amp.gain + read ** 2)
    const seen = scatter(new Box2I(light.x0, light.y0, light.width - 1, light.height))
    // Faint objects and column structure add some per cent.
    expect(seen / expected).toBeGreaterThan(0.97)
    expect(seen / expected).toBeLessThan(1.08)
    const electrons = sky * amp.gain
    expect(electrons / (truth.skyLevel * SIM_TINY.electronsPerCount)).toBeGreaterThan(0.9)
    expect(electrons / (truth.skyLevel * SIM_TINY.electronsPerCount)).toBeLessThan(1.15)
  }
})

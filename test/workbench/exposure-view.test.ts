import { describe, expect, test } from 'vitest'
import type { LinearWcs } from '#protocol'
import { scaleBar, skyDirections } from '../../workbench/app/exposure/annotations.ts'
import {
  COLOUR_MAPS,
  type ColourMap,
  colourTable,
  parseColour,
} from '../../workbench/app/exposure/colour-maps.ts'
import { minMaxLimits, percentileLimits } from '../../workbench/app/exposure/limits.ts'
import { halveImage, halveMask, Pyramid, tilesOf } from '../../workbench/app/exposure/pyramid.ts'
import { readAt } from '../../workbench/app/exposure/readout.ts'
import { formatDegrees, formatSky, skyWcsOf } from '../../workbench/app/exposure/sky.ts'
import { colourIndex, stretched } from '../../workbench/app/exposure/stretch.ts'
import { fitView, panBy, toImage, toScreen, zoomAt } from '../../workbench/app/exposure/view.ts'

const CANVAS = { width: 800, height: 600 }

describe('the view', () => {
  test('maps canvas to image and back, rows upwards', () => {
    const view = { x: 1000, y: 2000, zoom: 2.5 }
    const [x, y] = toImage(view, CANVAS, 123, 456)
    expect(toScreen(view, CANVAS, x, y).map(Math.round)).toEqual([123, 456])
    expect(toImage(view, CANVAS, 400, 0)[1]).toBeGreaterThan(toImage(view, CANVAS, 400, 600)[1])
  })
  test('zooming keeps the pixel under the pointer, panning moves with it', () => {
    const view = { x: 10, y: 20, zoom: 1 }
    const before = toImage(view, CANVAS, 700, 100)
    const zoomed = zoomAt(view, CANVAS, 700, 100, 3)
    expect(toImage(zoomed, CANVAS, 700, 100)[0]).toBeCloseTo(before[0], 10)
    expect(toImage(zoomed, CANVAS, 700, 100)[1]).toBeCloseTo(before[1], 10)
    const moved = panBy(view, 30, -40)
    expect(toImage(moved, CANVAS, 730, 60)).toEqual(before)
  })
  test('fits the whole image', () => {
    const view = fitView({ width: 2048, height: 4176 }, CANVAS)
    expect(view.zoom).toBeCloseTo(600 / 4176, 12)
    expect(toImage(view, CANVAS, 0, 600)[1]).toBeCloseTo(-0.5, 9)
  })
})

describe('the pyramid', () => {
  test('means of finite pixels, odd edges from what there is', () => {
    const source = Float32Array.of(1, 2, 3, 4, Number.NaN, 6, 7, 8, 9)
    expect([...halveImage(source, 3, 3)]).toEqual([7 / 3, 4.5, 7.5, 9].map(Math.fround))
    expect(halveImage(Float32Array.of(Number.NaN), 1, 1)[0]).toBeNaN()
  })
  test('keeps the total of a field', () => {
    const source = Float32Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 101)
    const mean = (a: Float32Array) => a.reduce((sum, v) => sum + v, 0) / a.length
    expect(mean(halveImage(source, 64, 64))).toBeCloseTo(mean(source), 4)
  })
  test('a mask bit is not lost on the way up', () => {
    const mask = new Int32Array(33 * 17)
    mask[16 * 33 + 32] = -(2 ** 31)
    const pyramid = new Pyramid(new Float32Array(33 * 17), mask, 33, 17)
    expect([...(pyramid.level(4).mask ?? [])].some((bits) => bits < 0)).toBe(true)
    expect(halveMask(Int32Array.of(1, 2, 4, 8), 2, 2)).toEqual(Int32Array.of(15))
  })
  test('tiles cover each pixel once and fit a texture', () => {
    const tiles = tilesOf({ width: 4200, height: 2049 })
    expect(tiles.reduce((sum, { width, height }) => sum + width * height, 0)).toBe(4200 * 2049)
    expect(Math.max(...tiles.flatMap(({ width, height }) => [width, height]))).toBeLessThanOrEqual(2048)
  })
  test('zoomed in the pixels themselves, zoomed out about one mean a screen pixel', () => {
    const pyramid = new Pyramid(new Float32Array(4096), undefined, 64, 64)
    expect([4, 1, 0.5, 0.25].map((zoom) => pyramid.levelFor(zoom))).toEqual([0, 0, 1, 2])
  })
})

describe('limits and stretches', () => {
  test('percentiles leave equal shares out; infinities and NaN do not count', () => {
    const pixels = Float32Array.from({ length: 10_001 }, (_, i) => i)
    pixels.set([Number.NaN, Number.POSITIVE_INFINITY], 5000)
    const [low, high] = percentileLimits(pixels, 95)
    expect(low).toBeCloseTo(250, -1)
    expect(high).toBeCloseTo(9750, -1)
    expect(minMaxLimits(pixels)).toEqual([0, 10_000])
    expect(minMaxLimits(Float32Array.of(Number.NaN))).toEqual([0, 1])
    expect(percentileLimits(Float32Array.of(7, 7), 99)).toEqual([7, 8])
  })
  test('stretches run from 0 to 1 and rise', () => {
    for (const kind of ['linear', 'log', 'sqrt', 'asinh'] as const) {
      const values = Array.from({ length: 101 }, (_, i) => stretched(kind, i / 100))
      expect(values[0]).toBe(0)
      expect(values[100]).toBeCloseTo(1, 12)
      expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).toBe(true)
    }
  })
  // astropy.visualization 7.2: AsinhStretch(a=0.1)(0.1), LogStretch(a=1000)(0.1)
  test('agree with astropy', () => {
    expect(stretched('asinh', 0.1)).toBeCloseTo(0.2939653260048424, 12)
    expect(stretched('log', 0.1)).toBeCloseTo(0.6680104684941067, 12)
  })
  test('values beyond the limits take the end colours, NaN has its own', () => {
    const transfer = { low: 10, high: 20, stretch: 'linear', bias: 0.5, contrast: 1 } as const
    expect([-5, 10, 15, 20, 99].map((v) => colourIndex(v, transfer))).toEqual([0, 0, 128, 255, 255])
    expect(colourIndex(Number.NaN, transfer)).toBe(-1)
    expect(colourIndex(15, { ...transfer, bias: 0.9 })).toBeLessThan(40)
  })
})

test('colour maps are 256 opaque colours, inverted ones run backwards, and grey is grey', () => {
  for (const map of Object.keys(COLOUR_MAPS) as ColourMap[]) {
    const [plain, inverted] = [colourTable(map, false), colourTable(map, true)]
    for (let i = 0; i < 256; i++) {
      expect([...plain.subarray(4 * i, 4 * i + 4)]).toEqual([
        ...inverted.subarray(4 * (255 - i), 4 * (255 - i) + 4),
      ])
    }
  }
  expect([...colourTable('gray', false).subarray(400, 404)]).toEqual([100, 100, 100, 255])
  expect(parseColour('#0f0')).toEqual([0, 255, 0])
  expect(parseColour('0080ff')).toEqual([0, 128, 255])
})

describe('the readout', () => {
  const scale = 0.168 / 3600
  const wcs: LinearWcs = {
    crpix: [1023.5, 2087.5],
    crval: [320.36, -0.32],
    cd: [-scale, 0, 0, scale],
    sipA: [[2, 0, 2e-7]],
    sipB: [[1, 1, -1e-7]],
  }
  test('gives value, mask names and the direction of parent pixels', () => {
    const size = { width: 10, height: 10 }
    const image = Float32Array.from({ length: 100 }, (_, i) => i)
    const mask = new Int32Array(100).fill((1 << 3) | 1)
    const planes = [
      { name: 'BAD', bit: 0, color: 'red', count: 1 },
      { name: 'CR', bit: 3, color: 'magenta', count: 1 },
      { name: 'SAT', bit: 1, color: 'green', count: 0 },
    ]
    const display = { x0: 1020, y0: 2080, unit: 'nJy', mask: planes, wcs }
    const read = readAt(3.5, 7.5, display, { ...size, image, mask }, skyWcsOf(display), size)
    expect(read).toMatchObject({ position: 'x 1023.5  y 2087.5', value: '84 nJy', mask: 'BAD CR' })
    expect(read?.sky).toBe('21:21:26.400 −00:19:12.00')
    expect(readAt(-0.6, 0, display, undefined, undefined, size)).toBeUndefined()
  })
  test('rounds sixty seconds up', () => {
    const sky = skyWcsOf({ wcs: { ...wcs, crval: [359.9999999, 9.99999999] }, x0: 0, y0: 0 })!.skyOrigin
    expect(formatSky(sky)).toBe('00:00:00.000 +10:00:00.00')
    expect(formatDegrees(sky)).toBe('0.000000° +10.000000°')
  })
  test('north and east are where the CD matrix puts them, and the bar has a round length', () => {
    const flat = skyWcsOf({ wcs: { ...wcs, sipA: [], sipB: [] }, x0: 0, y0: 0 })!
    const view = { x: 1023.5, y: 2087.5, zoom: 0.25 }
    const { north, east } = skyDirections(view, CANVAS, flat)
    expect(north[0]).toBeCloseTo(0, 6)
    expect(north[1]).toBeCloseTo(-1, 6)
    expect(east[0]).toBeCloseTo(-1, 6)
    expect(scaleBar(view, CANVAS, flat, 110)).toMatchObject({ label: '1′' })
    expect(scaleBar(view, CANVAS, undefined, 110)).toEqual({ label: '200 px', length: 50 })
  })
})

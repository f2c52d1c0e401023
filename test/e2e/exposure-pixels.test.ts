import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as Painting from './support/painter-entry.ts'
import { launchBrowser } from './support/browser.ts'
import { bundleForPage } from './support/bundle.ts'

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  page = await browser.newPage()
  await page.addScriptTag({ content: await bundleForPage('test/e2e/support/painter-entry.ts') })
})
afterAll(() => browser.close())

interface Difference {
  /** Pixels whose colour differs by more than `largest` shows. */
  readonly largest: number
  readonly differing: number
  readonly opaque: number
  readonly colours: number
}

interface Case {
  readonly width: number
  readonly height: number
  readonly view: Painting.View
  readonly stretch: 'linear' | 'log' | 'sqrt' | 'asinh'
  readonly map: 'gray' | 'cividis'
  readonly inverted?: boolean
  readonly shownPlanes?: number
  readonly bias?: number
  readonly contrast?: number
}

/** Draw one case with the shader and with the plain code on a 240×160 canvas and compare them byte by byte. */
async function compare(one: Case): Promise<Difference> {
  return await page.evaluate((given: Case) => {
    const { makeGlPainter, paintPixels, Pyramid } = (globalThis as unknown as { bundle: typeof Painting })
      .bundle
    const { width, height, view } = given
    const image = Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      if (x % 97 === 5 && y % 89 < 3) return Number.NaN
      return 100 + 400 * Math.abs(Math.sin(x * 0.37) * Math.cos(y * 0.21)) + (x * y) / 5000
    })
    const mask = Int32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      return (x % 40 < 6 ? 1 << 5 : 0) | (y % 60 < 4 ? 1 << 1 : 0) | (x % 300 === 0 ? 1 << 31 : 0)
    })
    const look: Painting.Look = {
      transfer: {
        low: 120,
        high: 480,
        stretch: given.stretch,
        bias: given.bias ?? 0.5,
        contrast: given.contrast ?? 1,
      },
      map: given.map,
      inverted: given.inverted ?? false,
      shownPlanes: given.shownPlanes ?? 0,
      planeColours: new Map([
        [5, [52, 120, 246]],
        [1, [46, 204, 64]],
        [31, [255, 0, 0]],
      ]),
      maskOpacity: 0.4,
    }
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: 240, height: 160 })
    const pyramid = new Pyramid(image, mask, width, height)
    const painter = makeGlPainter()
    if (painter === undefined) throw new Error('this browser has no WebGL2')
    painter.paint(canvas, pyramid, view, look)
    const drawn = canvas.getContext('2d')!.getImageData(0, 0, 240, 160).data
    const wanted = paintPixels(pyramid, view, look, canvas)
    let [largest, differing, opaque] = [0, 0, 0]
    const colours = new Set<number>()
    for (let i = 0; i < drawn.length; i += 4) {
      const away = Math.max(...[0, 1, 2, 3].map((c) => Math.abs(drawn[i + c]! - wanted[i + c]!)))
      largest = Math.max(largest, away)
      if (away > 1) differing++
      if (wanted[i + 3] === 255) opaque++
      colours.add((drawn[i]! << 16) | (drawn[i + 1]! << 8) | drawn[i + 2]!)
    }
    painter.forget(pyramid)
    return { largest, differing, opaque, colours: colours.size }
  }, one)
}

const FULL = 240 * 160
const CLOSE = { x: 100.3, y: 80.2, zoom: 7 }

// Float32 in the shader may put a value on the other side of one of 256 steps: neighbouring colours differ by ≤ 4.
test.each<Case>([
  { width: 300, height: 200, view: { x: 150.2, y: 100.1, zoom: 1 }, stretch: 'linear', map: 'gray' },
  { width: 300, height: 200, view: CLOSE, stretch: 'asinh', map: 'gray' },
  { width: 300, height: 200, view: CLOSE, stretch: 'log', map: 'cividis' },
  { width: 300, height: 200, view: CLOSE, stretch: 'sqrt', map: 'cividis', inverted: true },
  { width: 300, height: 200, view: CLOSE, stretch: 'linear', map: 'gray', shownPlanes: (1 << 5) | (1 << 1) },
  { width: 300, height: 200, view: CLOSE, stretch: 'linear', map: 'gray', shownPlanes: 1 << 31 },
  { width: 300, height: 200, view: CLOSE, stretch: 'asinh', map: 'gray', bias: 0.3, contrast: 2.5 },
])('the shader draws what the plain code draws: $stretch $map', async (one) => {
  const { largest, differing, opaque, colours } = await compare(one)
  expect(opaque).toBe(FULL)
  expect(colours).toBeGreaterThan(40)
  expect(largest).toBeLessThanOrEqual(4)
  expect(differing).toBeLessThan(0.01 * FULL)
})

test.each([
  ['zoomed out to the level of means, mask bits kept', { x: 500.3, y: 400.2, zoom: 0.2 }, 1000, 800],
  ['over the border of two textures', { x: 2047.5, y: 30.2, zoom: 3 }, 2200, 60],
  ['with odd sizes, at the far corner', { x: 1000.3, y: 498.1, zoom: 0.45 }, 1001, 499],
  ['with empty canvas around', { x: 20.2, y: 20.1, zoom: 2 }, 41, 41],
])('%s', async (_, view, width, height) => {
  const one: Case = { width, height, view, stretch: 'linear', map: 'gray', shownPlanes: 1 << 5 }
  const { differing, opaque } = await compare(one)
  expect(opaque).toBeGreaterThan(1000)

  expect(differing).toBeLessThan(0.01 * FULL)
})

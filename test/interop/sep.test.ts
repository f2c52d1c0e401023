import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fitBackground } from '#algo'
import { makePixelStore } from '#simd'
import { aStarField, type Star } from '../support/star-field.ts'
import { python } from '../support/python.ts'
import { summarize } from '../support/statistics.ts'

const PEER = `
import sep, numpy, json, sys
W, H = 640, 512
image = numpy.fromfile(sys.argv[1], numpy.float32).reshape(H, W)
xy = numpy.fromfile(sys.argv[2], numpy.float64).reshape(-1, 2)
x, y = numpy.ascontiguousarray(xy[:, 0]), numpy.ascontiguousarray(xy[:, 1])
sep.Background(image, bw=64, bh=64).back().astype(numpy.float32).tofile(sys.argv[3])
flux = [sep.sum_circle(image, x, y, r, subpix=0)[0].tolist() for r in (3, 4.5, 12)]
print(json.dumps(flux))
`

describe('against sep', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-'))
  const sigma = 7.3
  let image: Float32Array
  let field: ReturnType<typeof aStarField>
  let stars: readonly Star[]
  let fluxes: number[][]
  let theirs: Float32Array

  beforeAll(async () => {
    const sky = (x: number, y: number) => 8 * (x / 640 - 0.5) + 6 * (y / 512 - 0.4) ** 2
    field = aStarField({ width: 640, height: 512, count: 80, seed: 7, extra: sky })
    ;({ stars } = field)
    image = field.maskedImage.image.data
    const path = (name: string) => join(folder, name)
    writeFileSync(path('image'), image)
    writeFileSync(path('xy'), Float64Array.from(stars.flatMap(({ x, y }) => [x, y])))
    fluxes = JSON.parse(python(PEER, path('image'), path('xy'), path('back'))) as number[][]
    const { readFileSync } = await import('node:fs')
    theirs = new Float32Array(readFileSync(path('back')).buffer.slice(0))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('the background surface differs by less than a tenth of the sky noise', () => {
    const { background } = fitBackground(field.maskedImage, { binSize: 64, approxOrder: undefined })
    const ours = background.image().data
    const difference = summarize(ours.map((v, i) => v - theirs[i]!))
    // sep takes a mode (2.5·median − 1.5·mean), ours is a clipped mean: stars not masked here pull it up a little.
    expect(Math.abs(difference.mean)).toBeLessThan(0.1 * sigma)
    expect(difference.stdev).toBeLessThan(0.1 * sigma)
  })

  test('exact apertures agree to 1e-5 of the flux', () => {
    const store = makePixelStore({ width: 640, height: 512 })
    store.image.set(image)
    stars.forEach(({ x, y }, k) => {
      const { flux } = store.circles(x, y, [3, 4.5, 12])
      fluxes.forEach((column, r) => expect(Math.abs(flux[r]! / column[k]! - 1)).toBeLessThan(1e-5))
    })
  })
})

import { expect, test } from 'vitest'
import { Box2I } from '#geom'
import { Background, cellCenters, cellEdges, Image, MaskedImage } from '#image'
import { makeSpline } from '#math'
import { noise } from '../support/noise.ts'

const bbox = new Box2I(100, 50, 411, 307)
const grid = (nx: number, ny: number, seed: number) =>
  new MaskedImage(new Image(nx, ny, { data: noise(nx * ny, seed).map((v) => 100 + 5 * v) }))

/** Spline down each column of cells, then along each row, one value at a time. */
function slowly(stats: MaskedImage, kind: 'akima' | 'natural' | 'linear'): (x: number, y: number) => number {
  const { width: nx, height: ny, data } = stats.image
  const xs = cellCenters(cellEdges(bbox.width, nx))
  const ys = cellCenters(cellEdges(bbox.height, ny))
  const columns = Array.from(xs, (_, i) =>
    makeSpline(
      kind,
      ys,
      Float64Array.from(ys, (_y, j) => data[j * nx + i]!),
    ),
  )
  return (x, y) =>
    makeSpline(
      kind,
      xs,
      columns.map((c) => c.evaluate(y)),
    ).evaluate(x)
}

test.each([
  ['AKIMA_SPLINE', 'akima'],
  ['NATURAL_SPLINE', 'natural'],
  ['LINEAR', 'linear'],
] as const)(
  'the %s surface is the spline of splines, also beyond the outer cell centres',
  (interpolation, kind) => {
    const stats = grid(7, 6, 3)
    const surface = new Background(bbox, stats, { interpolation, undersample: 'REDUCE_INTERP_ORDER' }).image()
    const reference = slowly(stats, kind)
    for (let y = 0; y < bbox.height; y += 17)
      // float32 cubics over half a cell of 60 pixels
      for (const x of [0, 1, 28, 29, 30, 88, 150, 204, 205, 300, 381, 382, 410])
        expect(Math.abs(surface.data[y * bbox.width + x]! - reference(x, y))).toBeLessThan(1e-3)
  },
)

test('a grid too small for Akima falls back, one cell is a constant', () => {
  const one = new Background(bbox, grid(1, 1, 4), {
    interpolation: 'AKIMA_SPLINE',
    undersample: 'REDUCE_INTERP_ORDER',
  })
  const { data } = one.image()
  expect(new Set(data).size).toBe(1)
  const few = new Background(bbox, grid(3, 2, 5), {
    interpolation: 'AKIMA_SPLINE',
    undersample: 'REDUCE_INTERP_ORDER',
  })
  expect(few.image().data.every(Number.isFinite)).toBe(true)
})

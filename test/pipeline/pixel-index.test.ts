import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DimensionUniverse } from '#butler'
import { Angle, circleRegion, ConvexPolygon, htmRanges, RegionList, SpherePoint } from '#geom'
import { PixelIndex } from '../../src/pipeline/quanta/pixel-index.ts'
import { pixelsOver } from '../../src/pipeline/quanta/rows.ts'
import '../support/fast-check.ts'

const universe = DimensionUniverse.canonical()
const sky = fc.record({
  ra: fc.double({ min: 0, max: 360, noNaN: true }),
  dec: fc.double({ min: -89, max: 89, noNaN: true }),
})

test('pixels of an index over a region are all pixels over it that the index has', () => {
  fc.assert(
    fc.property(sky, fc.double({ min: 0.01, max: 20, noNaN: true }), fc.nat(2), ({ ra, dec }, size, kept) => {
      const element = universe.get('htm4')
      const center = SpherePoint.fromDegrees(ra, dec)
      const around = circleRegion(center, Angle.fromDegrees(2 * size + 8))
      const all = htmRanges(4, around).flatMap(([from, to]) =>
        Array.from({ length: to - from }, (_, i) => from + i),
      )
      const some = all.filter((pixel) => pixel % 3 !== kept)
      const region = ConvexPolygon.convexHull(
        [
          [0, 0],
          [size, 0],
          [size, size / 2],
        ].map(([x = 0, y = 0]) => SpherePoint.fromDegrees(ra + x, Math.min(89.5, dec + y))),
      )
      const expected = pixelsOver(element, region).filter((pixel) => some.includes(pixel))
      const index = new PixelIndex(element, some)
      const found = index.over(RegionList.fromRegions([region]))
      expect(Array.from(found.row(0), (i) => index.pixels[i])).toEqual(expected)
      expect(found.row(1)).toHaveLength(0)
    }),
    { numRuns: 60 },
  )
})

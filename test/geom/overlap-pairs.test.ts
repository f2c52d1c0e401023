import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  Angle,
  circleRegion,
  ConvexPolygon,
  htmTriangle,
  overlapPairs,
  type Region,
  RegionList,
  SpherePoint,
  unionRegion,
} from '#geom'
import '../support/fast-check.ts'

const sky = fc.record({
  ra: fc.double({ min: 0, max: 360, noNaN: true }),
  dec: fc.double({ min: -89, max: 89, noNaN: true }),
})
const rectangle = (ra: number, dec: number, width: number, height: number): Region =>
  ConvexPolygon.convexHull(
    [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ].map(([x = 0, y = 0]) => SpherePoint.fromDegrees(ra + x, Math.max(-89.9, Math.min(89.9, dec + y)))),
  )

/** Each pair on its own, with the exact predicates. */
const oneByOne = (a: readonly Region[], b: readonly Region[]): string[] =>
  a.flatMap((p, i) => b.flatMap((q, j) => (p.overlaps(q) ? [`${i} ${j}`] : [])))
const together = (a: readonly Region[], b: readonly Region[]): string[] => {
  const { first, second } = overlapPairs(RegionList.fromRegions(a), RegionList.fromRegions(b))
  return Array.from(first, (i, k) => `${i} ${second[k]}`)
}

test('regions joined all at once overlap where they do one by one', () => {
  const size = fc.double({ min: 0.05, max: 12, noNaN: true })
  const near = fc.tuple(
    fc.double({ min: -8, max: 8, noNaN: true }),
    fc.double({ min: -8, max: 8, noNaN: true }),
    size,
  )
  fc.assert(
    fc.property(
      sky,
      fc.array(near, { minLength: 1, maxLength: 12 }),
      fc.array(near, { maxLength: 12 }),
      (at, a, b) => {
        const made = (list: typeof a, kinds: number) =>
          list.map(([x, y, s], i): Region => {
            const [ra, dec] = [at.ra + x, Math.max(-80, Math.min(80, at.dec + y))]
            if (i % kinds === 1) return circleRegion(SpherePoint.fromDegrees(ra, dec), Angle.fromDegrees(s))
            const own = rectangle(ra, dec, s, s / 2)
            return i % kinds === 2 ? unionRegion(own, rectangle(ra + 2 * s, dec, s, s)) : own
          })
        const [left, right] = [made(a, 5), made(b, 4)]
        expect(together(left, right)).toEqual(oneByOne(left, right))
      },
    ),
    { numRuns: 60 },
  )
})

test('neighbours that share edges and corners overlap, as the exact predicates have it', () => {
  const grid = Array.from({ length: 36 }, (_, i) => rectangle(10 + (i % 6), 20 + Math.floor(i / 6), 1, 1))
  const pixels = Array.from({ length: 64 }, (_, i) => htmTriangle(2, 128 + i))
  expect(together(grid, grid)).toEqual(oneByOne(grid, grid))
  expect(together(pixels, pixels)).toEqual(oneByOne(pixels, pixels))
})

test('regions read from the texts of tables are the same bytes, and none stays none', () => {
  const regions = [rectangle(1, 2, 3, 4), circleRegion(SpherePoint.fromDegrees(5, 6), Angle.fromDegrees(1))]
  const texts = regions.map((region) => btoa(String.fromCharCode(...region.encode())))
  const list = RegionList.fromBase64([texts[0], null, texts[1]])
  expect([0, 1, 2].map((i) => list.get(i)?.encode())).toEqual([
    regions[0]?.encode(),
    undefined,
    regions[1]?.encode(),
  ])
  expect(list.select(Int32Array.of(2, 1)).get(0)).toEqual(regions[1])
  expect(() => RegionList.fromBase64(['*?*?'])).toThrow(/not base 64/)
})

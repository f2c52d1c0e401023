import { healpixNestOfRing, healpixRingOfNest } from '#geom'
import { expect, test } from 'vitest'

test('NESTED pixels of nside 4 have the RING numbers of hpgeom', () => {
  // hpgeom 1.6.1: nest_to_ring(4, i), the first base pixel of each row of four.
  const rows = [
    [0, [74, 58, 57, 42, 43, 27, 26, 14, 41, 25, 24, 12, 13, 5, 4, 0]],
    [64, [136, 120, 135, 104, 105, 89, 88, 73, 119, 103, 102, 87, 72, 56, 71, 40]],
    [176, [191, 187, 186, 178, 179, 167, 166, 151, 177, 165, 164, 149, 150, 134, 133, 118]],
  ] as const
  for (const [first, ring] of rows) expect(ring.map((_, i) => healpixRingOfNest(2, first + i))).toEqual(ring)
})

test.each([0, 1, 2, 5])('RING numbers of level %i are each a pixel, and lead back', (level) => {
  const count = 12 * 4 ** level
  const nested = Array.from({ length: count }, (_, i) => healpixNestOfRing(level, i))
  expect(new Set(nested).size).toBe(count)
  expect(nested.map((index) => healpixRingOfNest(level, index))).toEqual(nested.map((_, i) => i))
})

import { expect, test } from 'vitest'
import { placeSkyObjects } from '#algo'
import { Box2I } from '#geom'
import { Mask } from '#image'
import { Random } from '#math'

test('sky objects lie on pixels of none of the planes, inside the border, the same for the same seed', () => {
  const mask = Mask.ofBox(new Box2I(100, 200, 400, 300))
  mask.setPlane('DETECTED', new Box2I(150, 250, 200, 100))
  mask.setPlane('BAD', new Box2I(400, 200, 20, 300))
  const placed = placeSkyObjects(mask, new Random(5n))
  expect(placed).toHaveLength(100)
  const bits = mask.mask('DETECTED', 'BAD')
  for (const footprint of placed) {
    expect(mask.bbox.contains(footprint.bbox)).toBe(true)
    for (let i = 0; i < footprint.spans.length; i += 3)
      for (let x = footprint.spans[i + 1]!; x <= footprint.spans[i + 2]!; x++)
        expect(mask.get(x, footprint.spans[i]!) & bits).toBe(0)
    expect(footprint.area).toBe(197)
  }
  expect(placeSkyObjects(mask, new Random(5n)).map((f) => f.peaks[0])).toEqual(placed.map((f) => f.peaks[0]))
})

test('a frame without empty sky has none, or fewer', () => {
  const mask = Mask.ofBox(new Box2I(0, 0, 200, 200))
  mask.setPlane('DETECTED')
  expect(placeSkyObjects(mask, new Random(1n))).toEqual([])
  expect(placeSkyObjects(Mask.ofBox(new Box2I(0, 0, 15, 15)), new Random(1n))).toEqual([])
})

import { Random } from '#math'
import {
  AffineTransform,
  Angle,
  Box2D,
  Box2I,
  boxRegion,
  circleRegion,
  ConvexPolygon,
  decodeRegion,
  healpixCenter,
  healpixIndex,
  healpixRanges,
  htmIndex,
  htmRanges,
  htmTriangle,
  LonLatBox,
  orientation,
  regionFromIvoaPos,
  SpherePoint,
  toPixel,
  unionRegion,
} from '#geom'
import { expect, test } from 'vitest'

test('a box has its last pixel inside, and pixels reach half a unit around their centre', () => {
  const box = new Box2I(10, 20, 4, 3)
  expect([box.x1, box.y1, box.area]).toEqual([13, 22, 12])
  expect(box.contains({ x: 13.49, y: 19.5 })).toBe(true)
  expect(box.contains({ x: 13.5, y: 20 })).toBe(false)
  expect(box.toBox2D()).toEqual(new Box2D(9.5, 19.5, 13.5, 22.5))
  expect(
    Box2I.covering([
      { x: 9.6, y: 20 },
      { x: 13.4, y: 22.2 },
    ]),
  ).toEqual(box)
  expect(toPixel({ x: -0.5, y: 0.49 })).toEqual({ x: 0, y: 0 })
})

test('boxes meet, join and shrink to nothing', () => {
  const [a, b] = [new Box2I(0, 0, 10, 10), new Box2I(8, 9, 10, 10)]
  expect(a.intersect(b)).toEqual(new Box2I(8, 9, 2, 1))
  expect(a.union(b)).toEqual(new Box2I(0, 0, 18, 19))
  expect(a.overlaps(a.shift(10, 0))).toBe(false)
  expect(a.grow(-5).isEmpty).toBe(true)
  expect(a.contains(Box2I.empty)).toBe(true)
  expect(Box2I.empty.union(b)).toBe(b)
})

test('an affine map is undone by its inverse and composes in the said order', () => {
  const a = new AffineTransform(2, 0.3, -0.1, 1.5, 7, -3)
  const p = a.invert().apply(a.apply({ x: 3, y: 4 }))
  expect(p.x).toBeCloseTo(3, 13)
  expect(p.y).toBeCloseTo(4, 13)
  const shiftThenTurn = AffineTransform.rotation(Math.PI / 2).after(AffineTransform.translation(1, 0))
  expect(shiftThenTurn.apply({ x: 0, y: 0 }).y).toBeCloseTo(1, 15)
  expect(() => AffineTransform.scaling(0).invert()).toThrowError(/determinant 0/)
})

test('bearing and distance lead from one point to the other', () => {
  const random = new Random('sphere')
  for (let i = 0; i < 50; i++) {
    const [a, b] = [0, 1].map(() =>
      SpherePoint.fromDegrees(random.between(0, 360), random.between(-89, 89)),
    ) as [SpherePoint, SpherePoint]
    expect(a.offset(a.bearingTo(b), a.separation(b)).separation(b).arcseconds).toBeLessThan(1e-8)
  }
  // East is bearing 0, north 90°, as in the stack.
  expect(SpherePoint.fromDegrees(10, 0).bearingTo(SpherePoint.fromDegrees(11, 0)).degrees).toBeCloseTo(0, 12)
  expect(SpherePoint.fromDegrees(10, 0).bearingTo(SpherePoint.fromDegrees(10, 5)).degrees).toBeCloseTo(90, 12)
})

test('separations keep their digits from a nanoarcsecond to the antipode', () => {
  const a = SpherePoint.fromDegrees(45, 30)
  const near = a.offset(new Angle(1), Angle.fromArcseconds(1e-6))
  expect(a.separation(near).arcseconds).toBeCloseTo(1e-6, 10)
  expect(a.separation(SpherePoint.fromDegrees(225, -30)).degrees).toBe(180)
  expect(Angle.fromDegrees(-10).wrap().degrees).toBeCloseTo(350, 12)
  expect(Angle.fromDegrees(350).wrapCentered().degrees).toBeCloseTo(-10, 12)
})

test('the sign of nearly coplanar triples is exact', () => {
  const e = 2 ** -60
  expect(orientation([1, 0, 0], [0, 1, 0], [0.6, 0.8, e])).toBe(1)
  expect(orientation([1, 0, 0], [0, 1, 0], [0.6, 0.8, -e])).toBe(-1)
  expect(orientation([1, 0, 0], [0, 1, 0], [0.6, 0.8, 0])).toBe(0)
})

test('close calls are decided as in whole numbers of 2^-1074', () => {
  const random = new Random('coplanar')
  const exact = (value: number): bigint => {
    let [scaled, shift] = [value, 1074n]
    while (!Number.isInteger(scaled)) [scaled, shift] = [scaled * 2, shift - 1n]
    return BigInt(scaled) << shift
  }
  const signs = new Set<number>()
  for (let i = 0; i < 400; i++) {
    const [s, t] = [random.uniform() - 0.5, random.uniform() - 0.5]
    const tiny = () => (random.integer(0, 3) === 0 ? 2 ** -random.integer(52, 1074) : 0)
    const a = [1, tiny(), 0] as const
    const b = [Math.SQRT1_2, Math.SQRT1_2, -tiny()] as const
    const c = [s * a[0] + t * b[0], s * a[1] + t * b[1] + tiny(), s * a[2] + t * b[2] - tiny()] as const
    const [p, q, r] = [a, b, c].map((v) => v.map(exact)) as [bigint[], bigint[], bigint[]]
    const d =
      p[0]! * (q[1]! * r[2]! - q[2]! * r[1]!) +
      p[1]! * (q[2]! * r[0]! - q[0]! * r[2]!) +
      p[2]! * (q[0]! * r[1]! - q[1]! * r[0]!)
    const expected = d > 0n ? 1 : d < 0n ? -1 : 0
    expect(orientation(a, b, c)).toBe(expected)
    signs.add(expected)
  }
  expect(signs.size).toBe(3)
})

test('the HTM index of (1, 1, 1) at level 1 is 63', () => {
  const v = [Math.sqrt(1 / 3), Math.sqrt(1 / 3), Math.sqrt(1 / 3)] as const
  expect(htmIndex(1, v)).toBe(63)
  expect(htmTriangle(1, 63).containsVector(v)).toBe(true)
  expect(() => htmTriangle(1, 64)).toThrowError(/no HTM index of level 1/)
  expect(() => htmIndex(25, v)).toThrowError(/levels are 0 to 24/)
})

test('each point of a region lies in its HTM and HEALPix ranges', () => {
  const random = new Random('ranges')
  const region = unionRegion(
    circleRegion(SpherePoint.fromDegrees(12, 40), Angle.fromDegrees(2)),
    boxRegion(SpherePoint.fromDegrees(358, -3), Angle.fromDegrees(6), Angle.fromDegrees(2)),
  )
  const [htm, heal] = [htmRanges(7, region), healpixRanges(6, region)]
  const within = (ranges: readonly (readonly [number, number])[], i: number): boolean =>
    ranges.some(([a, b]) => i >= a && i < b)
  let inside = 0
  for (let k = 0; k < 4000; k++) {
    const v = SpherePoint.fromDegrees(random.between(-6, 16), random.between(-5, 43)).toVector()
    if (!region.containsVector(v)) continue
    inside++
    expect(within(htm, htmIndex(7, v))).toBe(true)
    expect(within(heal, healpixIndex(6, v))).toBe(true)
  }
  expect(inside).toBeGreaterThan(50)
})

test('the centre of a HEALPix pixel lies in it', () => {
  for (const i of [0, 5, 1000, 6000, 12287]) expect(healpixIndex(5, healpixCenter(5, i))).toBe(i)
})

test('a hull keeps the outer points, counter-clockwise, and needs a hemisphere', () => {
  const at = (ra: number, dec: number): SpherePoint => SpherePoint.fromDegrees(ra, dec)
  const polygon = ConvexPolygon.convexHull([at(10, 10), at(11, 11), at(12, 10), at(10, 12), at(12, 12)])
  expect(polygon.vertices).toHaveLength(4)
  expect(polygon.containsVector(at(11, 11).toVector())).toBe(true)
  expect(polygon.boundingCircle().containsVector(at(12, 12).toVector())).toBe(true)
  expect(() => ConvexPolygon.convexHull([at(0, 0), at(120, 0), at(240, 0)])).toThrowError(/hemisphere/)
  expect(() => ConvexPolygon.convexHull([at(0, 0), at(10, 0), at(20, 0)])).toThrowError(/great circle/)
})

test('a box may go through longitude 0', () => {
  const box = LonLatBox.fromDegrees(350, 10, -5, 5)
  expect(box.containsVector(SpherePoint.fromDegrees(359, 0).toVector())).toBe(true)
  expect(box.containsVector(SpherePoint.fromDegrees(180, 0).toVector())).toBe(false)
  expect(box.relate(LonLatBox.fromDegrees(5, 20, 0, 9)).disjoint).toBe(false)
  expect(box.relate(LonLatBox.fromDegrees(355, 2, 0, 1)).contains).toBe(true)
})

test('bytes that are no region are refused', () => {
  for (const bytes of [[], [120], [112, 1, 2], [99, ...new Array<number>(39).fill(0)], [117, 1, 0, 0]])
    expect(() => decodeRegion(Uint8Array.from(bytes))).toThrowError(
      expect.objectContaining({ code: 'geom/bad-region' }),
    )
})

test('a POS text must have its shape in capitals and the right count of numbers', () => {
  for (const text of [
    '',
    'circle 1 2 3',
    'CIRCLE 1 2',
    'RANGE 1 2 3',
    'POLYGON 1 2 3 4',
    'POLYGON 1 2 3 4 5 6 7',
    'BOX 1 2 3 4',
    'CIRCLE a b c',
  ])
    expect(() => regionFromIvoaPos(text), text).toThrowError(
      expect.objectContaining({ code: 'geom/bad-pos' }),
    )
})

test('the pixels of a polygon are all those that touch it, wherever the search begins', () => {
  const random = new Random('begin')
  for (let i = 0; i < 25; i++) {
    const side = 0.2 * 4 ** random.integer(0, 4)
    const [ra, dec] = [random.integer(0, 23) * 15 + (i % 2), random.integer(-4, 4) * 15 + (i % 3)]
    const corners = [-1, 1].flatMap((x) =>
      [-1, 1].map((y) => SpherePoint.fromDegrees(ra + x * side, dec + y * side)),
    )
    const polygon = ConvexPolygon.convexHull(corners)
    const touching = Array.from({ length: 8 * 4 ** 3 }, (_, k) => 8 * 4 ** 3 + k).filter((k) =>
      htmTriangle(3, k).overlaps(polygon),
    )
    const found = htmRanges(3, polygon).flatMap(([b, e]) => Array.from({ length: e - b }, (_, k) => b + k))
    expect(found).toEqual(touching)
  }
})

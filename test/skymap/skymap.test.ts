import { createHash } from 'node:crypto'
import { Angle, Box2I, SpherePoint } from '#geom'
import { Random } from '#math'
import {
  DiscreteSkyMap,
  makeDiscreteSkyMap,
  patchRegion,
  RingsSkyMap,
  skyMapFromJson,
  skyMapToJson,
} from '#skymap'
import { expect, test } from 'vitest'

const ciHsc = { tractOverlap: 0, pixelScale: 0.168, projection: 'TAN' } as const
const discrete = (radius: number, more: object = {}): DiscreteSkyMap =>
  new DiscreteSkyMap({ ...ciHsc, raList: [320.7], decList: [-0.35], radiusList: [radius], ...more })

test('a ci_hsc-like field has 3 × 3 patches for radii in (0.187°, 0.2799°]', () => {
  expect(discrete(0.1865).tract(0).numPatches).toEqual([2, 2])
  expect(discrete(0.188).tract(0).numPatches).toEqual([3, 3])
  expect(discrete(0.2799).tract(0).numPatches).toEqual([3, 3])
  expect(discrete(0.2802).tract(0).numPatches).toEqual([4, 4])
})

test('patches tile the tract by their inner boxes; outer ones reach 100 px further but not out of it', () => {
  const tract = discrete(0.2).tract(0)
  let area = 0
  for (const patch of tract.patches()) {
    area += patch.innerBBox.area
    expect(patch.outerBBox).toEqual(patch.innerBBox.grow(100).intersect(tract.bbox))
    expect(tract.patch(patch.index).sequentialIndex).toBe(patch.sequentialIndex)
    expect(
      patchRegion(patch).containsVector(
        tract.wcs.pixelToSky(patch.innerBBox.center.x, patch.innerBBox.center.y).toVector(),
      ),
    ).toBe(true)
  }
  expect(area).toBe(tract.bbox.area)
  expect(tract.bbox).toEqual(new Box2I(0, 0, 12000, 12000))
})

test('the tract centre lies in its middle, north up, east left', () => {
  const { wcs, center, bbox } = discrete(0.2).tract(0)
  const at = wcs.skyToPixel(center)
  expect(Math.abs(at.x - bbox.center.x)).toBeLessThan(2)
  expect(Math.abs(at.y - bbox.center.y)).toBeLessThan(2)
  expect(wcs.pixelToSky(at.x, at.y + 1000).dec.degrees).toBeGreaterThan(center.dec.degrees)
  expect(wcs.pixelToSky(at.x - 1000, at.y).ra.degrees).toBeGreaterThan(center.ra.degrees)
  expect(wcs.pixelScaleAt(at.x, at.y).arcseconds).toBeCloseTo(0.168, 9)
})

test('directions find their patch, and boxes of an image all patches they touch', () => {
  const map = discrete(0.2)
  const tract = map.tract(0)
  for (const patch of tract.patches()) {
    const { x, y } = patch.innerBBox.center
    expect(tract.findPatch(tract.wcs.pixelToSky(x, y)).sequentialIndex).toBe(patch.sequentialIndex)
  }
  const corners = [
    [3950, 3950],
    [4050, 3950],
    [4050, 4050],
    [3950, 4050],
  ].map(([x, y]) => tract.wcs.pixelToSky(x!, y!))
  expect(tract.findPatchList(corners).map((p) => p.index)).toEqual([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ])
  expect(map.findTractPatchList([SpherePoint.fromDegrees(100, 40)])).toEqual([])
  expect(() => tract.findPatch(SpherePoint.fromDegrees(100, 40))).toThrowError(/not in tract 0/)
  expect(() => tract.patch(9)).toThrowError(/3 × 3 patches/)
  expect(() => map.tract(1)).toThrowError(/no tract 1/)
})

test('a map made around images has all their corners', () => {
  const corners = [
    [320.5, -0.5],
    [320.9, -0.5],
    [320.9, -0.2],
    [320.5, -0.2],
    [320.7, -0.35],
  ].map(([ra, dec]) => SpherePoint.fromDegrees(ra!, dec!))
  const tract = makeDiscreteSkyMap(corners, ciHsc).tract(0)
  for (const corner of corners) expect(tract.contains(corner)).toBe(true)
  expect(tract.center.separation(SpherePoint.fromDegrees(320.7, -0.35)).arcseconds).toBeLessThan(1)
})

test('every direction of the sky lies in the rings tract that is found, which is the nearest in its ring', () => {
  const map = new RingsSkyMap({
    numRings: 12,
    tractOverlap: 0.5,
    pixelScale: 20,
    patchInnerDimensions: [400, 400],
    patchBorder: 10,
    raStart: 1,
  })
  const random = new Random('rings')
  for (let i = 0; i < 300; i++) {
    const at = SpherePoint.fromRadians(random.between(0, 2 * Math.PI), Math.asin(random.between(-1, 1)))
    const tract = map.findTract(at)
    expect(tract.contains(at)).toBe(true)
    const inRing = [...map.tracts()].filter(
      (t) => Math.abs(t.center.dec.radians - tract.center.dec.radians) < 1e-9,
    )
    const nearest = Math.min(
      ...inRing.map((t) => Math.abs(new Angle(t.center.ra.radians - at.ra.radians).wrapCentered().radians)),
    )
    const found = Math.abs(new Angle(tract.center.ra.radians - at.ra.radians).wrapCentered().radians)
    expect(found).toBeLessThan(nearest + 1e-9)
    const list = map.findTractPatchList([at])
    expect(list.map((t) => t.tract.id)).toContain(tract.id)
  }
  expect(map.findTract(SpherePoint.fromDegrees(7, 89.9)).id).toBe(map.numTracts - 1)
  expect(map.findTract(SpherePoint.fromDegrees(7, -89.9)).id).toBe(0)
})

test('the HSC survey map has 18,938 tracts', () => {
  // lsst.skymap with numRings 120 (config of obs_subaru's hsc_rings_v1).
  const map = new RingsSkyMap({
    numRings: 120,
    raStart: 0,
    tractOverlap: 1 / 60,
    pixelScale: 0.168,
    projection: 'TAN',
  })
  expect(map.numTracts).toBe(18938)
  // The COSMOS field is tract 9813 there.
  expect(map.findTract(SpherePoint.fromDegrees(150.12, 2.2)).id).toBe(9813)
})

test('the hash is SHA-1 of name, packed config and own fields', async () => {
  const rings = new RingsSkyMap({
    numRings: 120,
    raStart: 0.5,
    tractOverlap: 0.25,
    pixelScale: 0.168,
    projection: 'TAN',
  })
  const packed = Buffer.alloc(39 + 12)
  packed.writeInt32LE(4000, 0)
  packed.writeInt32LE(4000, 4)
  packed.writeInt32LE(100, 8)
  packed.writeDoubleLE(0.25, 12)
  packed.writeDoubleLE(0.168, 20)
  packed.write('TAN', 28, 'ascii')
  packed.writeDoubleLE(0, 31)
  packed.writeInt32LE(120, 39)
  packed.writeDoubleLE(0.5, 43)
  const expected = createHash('sha1').update('RingsSkyMap').update(packed).digest()
  expect(Buffer.from(await rings.sha1()).equals(expected)).toBe(true)
  expect(await skyMapFromJson(skyMapToJson(rings)).sha1()).toEqual(await rings.sha1())
})

test('a config that makes no sense is refused by field', () => {
  expect(() => discrete(0.2, { pixelScale: 0 })).toThrowError(/pixelScale must be positive/)
  expect(() => discrete(0.2, { patchInnerDimensions: [0, 10] })).toThrowError(/patchInnerDimensions/)
  expect(() => discrete(0.2, { raList: [1, 2] })).toThrowError(/as many ra as dec/)
  expect(() => new RingsSkyMap({ numRings: 0 })).toThrowError(/positive number of rings/)
})

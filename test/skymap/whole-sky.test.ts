import { toHex } from '#core'
import { SpherePoint } from '#geom'
import { Random } from '#math'
import {
  DodecaSkyMap,
  EquatSkyMap,
  HealpixSkyMap,
  RingsSkyMap,
  type SkyMap,
  skyMapFromJson,
  skyMapToJson,
} from '#skymap'
import { expect, test } from 'vitest'

// Numbers of patches and place of the WCS's reference point: astropy 7.2 (wcslib), the corners of HEALPixels from hpgeom 1.6,
// by the rules of lsst.skymap (24 points around every corner, whole patches, half of what is missing on the low side).
test.each<[string, SkyMap, number, readonly [number, number], readonly [number, number]]>([
  ['dodeca', new DodecaSkyMap(), 3, [350, 334], [699999, 601344]],
  ['dodeca', new DodecaSkyMap(), 7, [350, 334], [699999, 734654]],
  ['dodeca on poles', new DodecaSkyMap({ withTractsOnPoles: true }), 3, [350, 334], [699999, 734729]],
  ['equat', new EquatSkyMap(), 0, [246, 10], [491999, 19999]],
  ['equat', new EquatSkyMap({ decRange: [0.5, 2.5], numTracts: 25 }), 3, [42, 9], [83999, 1790]],
  ['healpix', new HealpixSkyMap(), 0, [185, 185], [398724, 398724]],
  ['healpix', new HealpixSkyMap({ log2NSide: 1 }), 5, [115, 83], [280570, 151746]],
  ['healpix', new HealpixSkyMap({ log2NSide: 1 }), 30, [85, 85], [159154, 159154]],
  ['healpix', new HealpixSkyMap({ log2NSide: 2, nest: true }), 30, [37, 67], [85233, 137633]],
  ['healpix', new HealpixSkyMap({ log2NSide: 3 }), 30, [30, 22], [60047, 43973]],
])('%s: tract has the patches and the pixels of the reference', (_, map, id, patches, origin) => {
  const { numPatches, wcs, center } = map.tract(id)
  expect(numPatches).toEqual(patches)
  const reference = map.kind === 'equat' ? SpherePoint.fromDegrees(center.ra.degrees, 0) : center
  const { x, y } = wcs.skyToPixel(reference)
  // Below 1 px: the reference points are whole pixels; 1e-6 is rounding over 700,000 px.
  expect(Math.abs(x - origin[0])).toBeLessThan(1e-6)
  expect(Math.abs(y - origin[1])).toBeLessThan(1e-6)
})

// Python's struct.pack and hashlib.sha1 over the class name and the formats of lsst.skymap's getPackedConfig and updateSha1.
test.each<[string, SkyMap, string]>([
  ['<iiidd3sd <?', new DodecaSkyMap(), '4a5a3a92403893be46af6e7011c18b9cffa151bf'],
  ['<iiidd3sd <i?', new HealpixSkyMap(), '5790d8761c31d455077bc585ebea1553a5c8249e'],
  ['<iiidd3sd <i2d', new EquatSkyMap(), 'fe3a549cb00b95d24265857c156706e46915f324'],
  [
    '<iiiiidd3sd <id',
    new RingsSkyMap({ numRings: 3, tractBuilder: 'cells' }),
    'c3cd14b811913b96587792074bc0981310d6edbc',
  ],
])('the hash packs %s with the defaults of the stack, also after storing', async (_, map, hash) => {
  expect(toHex(await map.sha1())).toBe(hash)
  const again = skyMapFromJson(JSON.parse(JSON.stringify(skyMapToJson(map))))
  expect(toHex(await again.sha1())).toBe(hash)
})

test('the faces of the dodecahedron go from north to south and by right ascension', () => {
  const centers = (withTractsOnPoles: boolean) =>
    [...new DodecaSkyMap({ withTractsOnPoles }).tracts()].map(({ center: { ra, dec } }) => [
      Number(ra.degrees.toFixed(6)) % 360,
      Number(dec.degrees.toFixed(6)),
    ])
  const ring = (dec: number, ...ras: readonly number[]) => ras.map((ra) => [ra, dec])
  expect(centers(false)).toEqual([
    ...ring(52.622632, 0, 120, 240),
    ...ring(10.812317, 60, 180, 300),
    ...ring(-10.812317, 0, 120, 240),
    ...ring(-52.622632, 60, 180, 300),
  ])
  expect(centers(true)).toEqual([
    [0, 90],
    ...ring(26.565051, 0, 72, 144, 216, 288),
    ...ring(-26.565051, 36, 108, 180, 252, 324),
    [0, -90],
  ])
})

const coarse = { pixelScale: 60, patchInnerDimensions: [400, 400], patchBorder: 10 } as const

test.each<SkyMap>([
  new DodecaSkyMap(coarse),
  new DodecaSkyMap({ ...coarse, withTractsOnPoles: true }),
  new HealpixSkyMap({ ...coarse, log2NSide: 0 }),
  new HealpixSkyMap({ ...coarse, log2NSide: 2 }),
  new HealpixSkyMap({ ...coarse, log2NSide: 2, nest: true }),
])('$kind: every direction of the sky lies on the tract that is found, in a patch', (map) => {
  const random = new Random(map.className)
  for (let i = 0; i < 200; i++) {
    const at = SpherePoint.fromRadians(random.between(0, 2 * Math.PI), Math.asin(random.between(-1, 1)))
    const tract = map.findTract(at)
    expect(tract.contains(at)).toBe(true)
    const found = map.findTractPatchList([at]).find((t) => t.tract.id === tract.id)
    expect(found?.patches.map((p) => p.sequentialIndex)).toContain(tract.findPatch(at).sequentialIndex)
  }
})

test('a HEALPixel is a tract on the other side of the equator, as in the stack', () => {
  // RING pixel 0 of nside 1 is in the north, at declination 41.81°.
  const { center } = new HealpixSkyMap().tract(0)
  expect([center.ra.degrees, center.dec.degrees]).toEqual([
    expect.closeTo(45, 9),
    expect.closeTo(-41.81031489577859, 9),
  ])
})

test('an equatorial band is symmetric about the equator, and its tracts are found by right ascension', () => {
  const map = new EquatSkyMap({ decRange: [0.5, 2.5] })
  expect([44, 91, 181, 359].map((ra) => map.findTract(SpherePoint.fromDegrees(ra, 1)).id)).toEqual([
    0, 1, 2, 3,
  ])
  const { wcs, bbox } = map.tract(0)
  const decs = [bbox.x0, bbox.center.x, bbox.x1].map((x) => wcs.pixelToSky(x, 0).dec.degrees)
  // The same row has the same declination; 1e-9° is 4 µas of rounding.
  for (const dec of decs) expect(dec).toBeCloseTo(decs[0]!, 9)
  expect(decs[0]!).toBeLessThan(0.5)
})

test('patches of cells overlap by a cell and its border, all of one size', () => {
  const tract = new RingsSkyMap({ numRings: 3, tractBuilder: 'cells' }).tract(13)
  const patch = tract.patch(0)
  expect([patch.innerBBox.width, patch.innerBBox.x0]).toEqual([3000, 0])
  // 22 × 150 px and 50 px on each side, as the patches of Rubin's cell-based coadds.
  expect([patch.outerBBox.width, patch.outerBBox.height, patch.outerBBox.x0]).toEqual([3400, 3400, -200])
  expect(patch.cells).toHaveLength(22 * 22)
  const [first, , , ...rest] = patch.cells
  expect(first).toMatchObject({ index: [0, 0], sequentialIndex: 0 })
  expect([first!.innerBBox.x0, first!.innerBBox.width]).toEqual([-150, 150])
  expect([first!.outerBBox.y0, first!.outerBBox.height]).toEqual([-200, 250])
  expect(rest.at(-1)!.outerBBox.x1).toBe(patch.outerBBox.x1)
  expect(new RingsSkyMap({ numRings: 3 }).tract(13).patch(0).cells).toEqual([])
})

test('what makes no sense is refused by field', () => {
  expect(() => new EquatSkyMap({ decRange: [2, 1] })).toThrowError(/decRange must be two declinations/)
  expect(() => new EquatSkyMap({ numTracts: 0 })).toThrowError(/numTracts must be/)
  expect(() => new HealpixSkyMap({ log2NSide: 1.5 })).toThrowError(/log2NSide must be/)
  expect(() => new HealpixSkyMap({ cells: { cellInnerDimensions: [150, 100] } })).toThrowError(
    /cellInnerDimensions must be twice the same/,
  )
  expect(() => skyMapFromJson({ type: 'dodeca', config: { tractBuilder: 'other' } })).toThrowError(
    /tractBuilder must be legacy or cells; it is other/,
  )
  expect(() => skyMapFromJson({ type: 'other', config: {} })).toThrowError(/type is other/)
})

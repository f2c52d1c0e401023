import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex, toHex } from '#core'
import {
  Angle,
  boxRegion,
  Circle,
  circleRegion,
  ConvexPolygon,
  decodeRegion,
  healpixEnvelope,
  healpixIndex,
  healpixNeighbours,
  healpixPixel,
  healpixRanges,
  htmIndex,
  htmInterior,
  htmRanges,
  htmTriangle,
  intersectionRegion,
  LonLatBox,
  normalize,
  type Region,
  regionFromIvoaPos,
  regionToIvoaPos,
  SpherePoint,
  unionRegion,
} from '#geom'
import { Random } from '#math'
import { afterAll, expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'
import { python } from '../support/python.ts'

/** Answers of lsst.sphgeom to a list of questions, one JSON line. */
const SPHGEOM = `
import json, sys
import hpgeom
import lsst.sphgeom as g
job = json.load(open(sys.argv[1]))
def region(h): return g.Region.decode(bytes.fromhex(h))
def relation(r):
    return ''.join(n for b, n in [(g.DISJOINT, 'D'), (g.CONTAINS, 'C'), (g.WITHIN, 'W')] if (r & b) == b)
out = []
for q in job:
    op = q['op']
    if op == 'htmIndex': out.append(g.HtmPixelization(q['level']).index(g.UnitVector3d(*q['v'])))
    elif op == 'triangle': out.append(g.HtmPixelization(q['level']).triangle(q['index']).encode().hex())
    elif op == 'envelope': out.append([list(r) for r in g.HtmPixelization(q['level']).envelope(region(q['region']))])
    elif op == 'interior': out.append([list(r) for r in g.HtmPixelization(q['level']).interior(region(q['region']))])
    elif op == 'relate': out.append(relation(region(q['a']).relate(region(q['b']))))
    elif op == 'contains': out.append(region(q['region']).contains(g.UnitVector3d(*q['v'])))
    elif op == 'build': out.append(eval(q['python']).encode().hex())
    elif op == 'reencode': out.append(region(q['region']).encode().hex())
    elif op == 'pos': out.append([g.Region.from_ivoa_pos(q['pos']).encode().hex(), g.Region.from_ivoa_pos(q['pos']).to_ivoa_pos()])
    elif op == 'healIndex': out.append(int(g.HealpixPixelization(q['level']).index(g.UnitVector3d(*q['v']))))
    elif op == 'healEnvelope': out.append([list(r) for r in g.HealpixPixelization(q['level']).envelope(region(q['region']))])
    elif op == 'healNeighbours': out.append(sorted(set(int(i) for i in hpgeom.neighbors(2 ** q['level'], q['index']) if i >= 0)))
    elif op == 'healPixel': out.append(g.HealpixPixelization(q['level']).pixel(q['index']).encode().hex())
print(json.dumps(out))
`

type Question = Readonly<Record<string, unknown>>

const folder = mkdtempSync(join(tmpdir(), 'firstlight-region-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Through a file, as a command line has a limited length. */
function ask<T>(questions: readonly Question[]): T[] {
  const path = join(folder, 'questions.json')
  writeFileSync(path, JSON.stringify(questions))
  return JSON.parse(python(SPHGEOM, path)) as T[]
}

const random = new Random('regions')
const direction = (): SpherePoint =>
  SpherePoint.fromRadians(random.between(0, 2 * Math.PI), Math.asin(random.between(-1, 1)))
const hex = (r: Region): string => toHex(r.encode())

/** Polygons of a degree or so, circles and boxes around the same places, so that many touch. */
function someRegions(n: number, around?: SpherePoint): Region[] {
  return Array.from({ length: n }, (_, i) => {
    const at = around ?? SpherePoint.fromDegrees(320 + random.between(-2, 2), random.between(-2, 2))
    const size = Angle.fromDegrees(random.between(0.3, 2))
    if (i % 3 === 0) return circleRegion(at, size)
    if (i % 3 === 1) return boxRegion(at, size, size.times(0.7))
    const corners = [0.1, 1.4, 2.9, 4.6].map((b) =>
      at.offset(new Angle(b), size.times(random.between(0.6, 1))),
    )
    return ConvexPolygon.convexHull(corners)
  })
}

test('HTM indices of random and of border directions are sphgeom’s', () => {
  const vectors = Array.from({ length: 60 }, () => direction().toVector())
  const borders = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [-1, 0, 0],
    [0, -1, 0],
    [0, 0, -1],
  ] as const
  const s = Math.SQRT1_2
  const edges = [
    [s, s, 0],
    [-s, s, 0],
    [0, s, -s],
    [s, 0, s],
    [-s, 0, -s],
  ] as const
  const questions = [...vectors, ...borders, ...edges].flatMap((v) =>
    [1, 7, 12].map((level) => ({ op: 'htmIndex', level, v })),
  )
  const expected = ask<number>(questions)
  expect(questions.map(({ level, v }) => htmIndex(level, v))).toEqual(expected)
})

test('HTM triangles have the bytes of sphgeom’s', () => {
  const questions = Array.from({ length: 60 }, () => {
    const level = random.integer(0, 10)
    return { op: 'triangle', level, index: random.integer(8 * 4 ** level, 16 * 4 ** level - 1) }
  })
  const expected = ask<string>(questions)
  expect(questions.map(({ level, index }) => hex(htmTriangle(level, index)))).toEqual(expected)
})

test('HTM envelopes and interiors of polygons, circles and boxes are sphgeom’s', () => {
  const regions = [...someRegions(24), unionRegion(...someRegions(2))]
  const questions = regions.flatMap((r) => [
    { op: 'envelope', level: 7, region: hex(r) },
    { op: 'interior', level: 9, region: hex(r) },
  ])
  const expected = ask<number[][]>(questions)
  const found = regions.flatMap((r) => [htmRanges(7, r), htmInterior(9, r)])
  found.forEach((ranges, i) => {
    expect(ranges, JSON.stringify(questions[i])).toEqual(expected[i])
  })
})

test('relations of all pairs of shapes are sphgeom’s', () => {
  const regions = [
    ...someRegions(30),
    LonLatBox.fromDegrees(0, 360, -90, 90),
    new Circle([1, 0, 0], new Angle(3.2)),
    new Circle([1, 0, 0], new Angle(-1)),
  ]
  const pairs = regions.flatMap((a) => regions.map((b) => [a, b] as const))
  const expected = ask<string>(pairs.map(([a, b]) => ({ op: 'relate', a: hex(a), b: hex(b) })))
  const differing = pairs.flatMap(([a, b], i) => {
    const { disjoint, contains, within } = a.relate(b)
    const found = `${disjoint ? 'D' : ''}${contains ? 'C' : ''}${within ? 'W' : ''}`
    return found === expected[i]
      ? []
      : [`${a.kind} ${b.kind}: ${found} for ${expected[i]} ${hex(a)} ${hex(b)}`]
  })
  expect(differing).toEqual([])
  // The mix has every outcome, or the test shows nothing.
  expect(new Set(expected).size).toBeGreaterThanOrEqual(4)
})

test('containment of directions is sphgeom’s', () => {
  const regions = someRegions(12)
  const cases = regions.flatMap((r) =>
    Array.from({ length: 12 }, () => ({
      r,
      v: SpherePoint.fromDegrees(320 + random.between(-3, 3), random.between(-3, 3)).toVector(),
    })),
  )
  const expected = ask<boolean>(cases.map(({ r, v }) => ({ op: 'contains', region: hex(r), v })))
  expect(cases.map(({ r, v }) => r.containsVector(v))).toEqual(expected)
})

test('our bytes are read and written back unchanged by sphgeom', () => {
  const regions = [...someRegions(9), unionRegion(...someRegions(3))]
  expect(ask<string>(regions.map((r) => ({ op: 'reencode', region: hex(r) })))).toEqual(regions.map(hex))
})

test('regions recorded in exports decode and encode to the same bytes', () => {
  const text = readFileSync(dataPath('rubin-middleware/export.yaml'), 'utf8')
  const recorded = [...text.matchAll(/encoded: ([0-9a-f]+)/g)].map((m) => m[1]!)
  expect(recorded.length).toBeGreaterThan(0)
  for (const bytes of recorded) expect(hex(decodeRegion(fromHex(bytes)))).toBe(bytes)
})

test('POS texts give sphgeom’s regions and print back alike', () => {
  const texts = [
    'CIRCLE 10.5 20 0.5',
    'RANGE -Inf Inf -Inf 20',
    'RANGE 350 10 -5 5',
    'POLYGON 10 10 12 10 12 12 10 12',
  ]
  const expected = ask<[string, string]>(texts.map((pos) => ({ op: 'pos', pos })))
  texts.forEach((pos, i) => {
    const region = regionFromIvoaPos(pos)
    const theirs = decodeRegion(fromHex(expected[i]![0]))
    expect(region.kind).toBe(theirs.kind)
    const numbers = (t: string): number[] => t.split(' ').slice(1).map(Number)
    const [a, b] = [numbers(regionToIvoaPos(region)), numbers(expected[i]![1])]
    if (region.kind === 'polygon') {
      // The hull may start at another vertex.
      const relation = region.relate(theirs)
      expect(relation.disjoint).toBe(false)
      expect(a.toSorted((p, q) => p - q).map((v) => Math.round(v * 1e9))).toEqual(
        b.toSorted((p, q) => p - q).map((v) => Math.round(v * 1e9)),
      )
    } else a.forEach((v, k) => expect(v).toBeCloseTo(b[k]!, 12))
  })
})

test('HEALPix indices and pixels are hpgeom’s; envelopes leave out nothing that it has inside', () => {
  const vectors = Array.from({ length: 100 }, () => direction().toVector())
  const questions = vectors.flatMap((v) => [0, 3, 9].map((level) => ({ op: 'healIndex', level, v })))
  expect(questions.map(({ level, v }) => healpixIndex(level, v))).toEqual(ask<number>(questions))
  const pixels = Array.from({ length: 30 }, () => ({
    op: 'healPixel',
    level: 5,
    index: random.integer(0, 12 * 1024 - 1),
  }))
  ask<string>(pixels).forEach((bytes, i) => {
    const theirs = decodeRegion(fromHex(bytes))
    const ours = healpixPixel(5, pixels[i]!.index)
    if (theirs.kind !== 'polygon') throw new Error('not a polygon')
    expect(theirs.vertices.length).toBe(ours.vertices.length)
    for (const v of theirs.vertices) {
      const nearest = Math.min(...ours.vertices.map((w) => Math.hypot(...v.map((c, j) => c - w[j]!))))
      expect(nearest).toBeLessThan(1e-12)
    }
  })
  const regions = someRegions(6).filter((r) => r.kind !== 'box')
  const envelopes = ask<number[][]>(regions.map((r) => ({ op: 'healEnvelope', level: 6, region: hex(r) })))
  const expand = (ranges: readonly (readonly number[])[]): Set<number> =>
    new Set(ranges.flatMap(([a, b]) => Array.from({ length: b! - a! }, (_, k) => a! + k)))
  regions.forEach((region, i) => {
    const [ours, theirs] = [expand(healpixRanges(6, region)), expand(envelopes[i]!)]
    // Both are generous; each holds every pixel whose centre is inside.
    for (const index of theirs) {
      const pixel = healpixPixel(6, index)
      if (!pixel.relate(region).disjoint) expect(ours.has(index)).toBe(true)
    }
    expect([...ours].filter((index) => !theirs.has(index)).length).toBeLessThan(0.2 * theirs.size + 4)
  })
})

test('HEALPix pixels have the neighbours that hpgeom gives them, at all corners and sides of base pixels', () => {
  const pixels = Array.from({ length: 12 * 4 ** 2 }, (_, index) => ({
    op: 'healNeighbours',
    level: 2,
    index,
  }))
  ask<number[]>(pixels).forEach((theirs, i) => {
    const ours = new Set(healpixNeighbours(2, i))
    expect([...ours].sort((a, b) => a - b)).toEqual(theirs)
  })
})

test('HEALPix pixels of a region in a graph are those of sphgeom’s envelope, at every level', () => {
  const anywhere = (n: number) => Array.from({ length: n }, () => someRegions(3, direction())).flat()
  // Regions of dimensions are polygons; boxes are looked at exactly here, and with some more or less there.
  const questions = anywhere(12)
    .filter(({ kind }) => kind !== 'box')
    .map((region, i) => ({ region, level: [1, 2, 3, 5, 7, 8][i % 6]! }))
  const asked = questions.map(({ region, level }) => ({ op: 'healEnvelope', level, region: hex(region) }))
  ask<number[][]>(asked).forEach((ranges, i) => {
    const { region, level } = questions[i]!
    const theirs = ranges.flatMap(([a, b]) => Array.from({ length: b! - a! }, (_, k) => a! + k))
    expect(healpixEnvelope(level, region), `level ${level}: ${region.toString()}`).toEqual(theirs)
  })
})

/** The largest distance of any eight bytes from the same of the other, as whole numbers; tags and counts must agree. */
function ulps(a: Uint8Array, b: Uint8Array): number {
  const word = (bytes: Uint8Array, at: number) =>
    new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(at, true)
  if (a.length !== b.length || (a.length - 1) % 8 !== 0) return Number.POSITIVE_INFINITY
  let worst = a[0] === b[0] ? 0 : Number.POSITIVE_INFINITY
  for (let at = 1; at < a.length; at += 8)
    worst = Math.max(worst, Math.abs(Number(word(a, at) - word(b, at))))
  return worst
}

test('regions made of the same numbers have the bytes of sphgeom’s', () => {
  const cases: (readonly [python: string, ours: Region])[] = []
  const point = (lon: number, lat: number) => `g.LonLat.fromDegrees(${lon}, ${lat})`
  const deg = (d: number) => `g.Angle.fromDegrees(${d})`
  for (const [lon, lat, r] of [
    [10.5, 20, 0.5],
    [359.9, -89.5, 2],
    [180, 45, 180],
    [12, 3, -1],
    [0.2, 88, 130],
  ] as const) {
    const at = SpherePoint.fromDegrees(lon, lat)
    const size = Angle.fromDegrees(Math.abs(r))
    cases.push(
      [`g.Circle(g.UnitVector3d(${point(lon, lat)}), ${deg(r)})`, circleRegion(at, Angle.fromDegrees(r))],
      [
        `g.Box(${point(lon, lat)}, ${deg(Math.abs(r) / 2)}, ${deg(Math.abs(r) / 4)})`,
        boxRegion(at, size, size.times(0.5)),
      ],
    )
  }
  for (const pos of [
    'CIRCLE 10.5 20 0.5',
    'RANGE -Inf Inf -Inf 20',
    'RANGE 350 10 -5 5',
    'RANGE 10 350 -5 5',
    'RANGE -10 10 0 5',
    'RANGE 10 10 3 3',
    'RANGE 10 20 5 -5',
    'RANGE 370 380 5 6',
    'POLYGON 10 10 12 10 12 12 10 12',
    'POLYGON 10 10 10 12 12 12 12 10',
    'POLYGON 0 0 90 0 0 90',
    'POLYGON 1 1 3 1 2 1.5 3 3 1 3',
    'POLYGON 10 10 11 10 12 10 12 12 10 12 11 11',
  ])
    cases.push([`g.Region.from_ivoa_pos('${pos}')`, regionFromIvoaPos(pos)])
  // Hulls of given vectors, so that no sine is between; they begin where sphgeom's begin.
  const numbers = new Random('hulls')
  for (let n = 3; n < 40; n++) {
    const vectors = Array.from({ length: n }, () =>
      normalize(SpherePoint.fromDegrees(100 + numbers.between(0, 20), numbers.between(-40, 40)).toVector()),
    )
    const list = JSON.stringify(vectors)
    const python = `g.ConvexPolygon.convexHull([g.UnitVector3d(*v) for v in ${list}])`
    cases.push([python, ConvexPolygon.convexHull(vectors)])
  }
  const [circle, box] = [cases[3]!, cases[1]!]
  for (const [name, make] of [
    ['Union', unionRegion],
    ['Intersection', intersectionRegion],
  ] as const) {
    const both = `g.${name}Region(${circle[0]}, ${box[0]})`
    cases.push([both, make(circle[1], box[1])])
    cases.push([`g.UnionRegion(${both}, ${circle[0]})`, unionRegion(make(circle[1], box[1]), circle[1])])
    cases.push([
      `g.IntersectionRegion(${circle[0]}, ${both})`,
      intersectionRegion(circle[1], make(circle[1], box[1])),
    ])
  }
  const theirs = ask<string>(cases.map(([python]) => ({ op: 'build', python })))
  cases.forEach(([python, ours], i) => {
    // Sines differ in the last bit from one library to another, and sphgeom normalizes what is given it.
    const isExact = /^g\.(Box|Union|Intersection)|RANGE/.test(python)
    if (isExact) expect(hex(ours), python).toBe(theirs[i])
    else expect(ulps(ours.encode(), fromHex(theirs[i]!)), python).toBeLessThanOrEqual(2)
  })
})

import { angleBetween, cross, dot, minus, normalize, plus, scale, type Vector3 } from '../vector3.ts'
import { healpixCenter, healpixIndex, healpixPixel, healpixRanges, interleave } from './healpix.ts'
import { healpixNeighbours } from './healpix-neighbours.ts'
import type { Region } from './region.ts'

/** Levels below the wanted one at which a region is looked at, and below that how many its borders are followed. */
const FINER = 4
const BORDER = 2
/** A side that turns by less than this (cosine) makes no corner. */
const FLAT = 1e-10

interface Disc {
  readonly center: Vector3
  readonly radius: number
}

/** Pixels of one order that are wholly in, as one. */
interface Block {
  readonly order: number
  readonly index: number
}

/**
 * Nested pixels that graph builders give to a region: those of four levels deeper that may overlap it, and all beside these. Some
 * only come near the region, by a sixteenth of a pixel; it is what lsst.sphgeom.HealpixPixelization.envelope gives.
 * @see Górski et al. 2005, ApJ 622, 759; the inclusive search is HEALPix's for intersections of discs
 */
export function healpixEnvelope(level: number, region: Region): readonly number[] {
  const deep = level + FINER
  const found = new Set<number>()
  const add = (pixel: number) => void found.add(Math.floor(pixel / 4 ** FINER))
  for (const { order, index } of blocksOver(deep, region)) {
    const side = 2 ** (deep - order)
    for (let pixel = index * side ** 2; pixel < (index + 1) * side ** 2; pixel += 4 ** FINER) add(pixel)
    for (const inside of borderOf(side))
      for (const near of healpixNeighbours(deep, index * side ** 2 + inside)) add(near)
  }
  return [...found].sort((a, b) => a - b)
}

function blocksOver(level: number, region: Region): readonly Block[] {
  const discs = discsOf(region)
  if (discs !== undefined) return searchDiscs(level, discs)
  return healpixRanges(level, region).flatMap(([begin, end]) =>
    Array.from({ length: end - begin }, (_, i) => ({ order: level, index: begin + i })).filter(
      ({ order, index }) => region.overlaps(healpixPixel(order, index)),
    ),
  )
}

/** Discs whose intersection is the region: of a polygon a hemisphere for each side, and the smallest disc around it. */
function discsOf(region: Region): readonly Disc[] | undefined {
  if (region.kind === 'polygon') return polygonDiscs(region.vertices) ?? circleDisc(region)
  return region.kind === 'circle' || region.kind === 'ellipse' ? circleDisc(region) : undefined
}

function circleDisc(region: Region): readonly Disc[] {
  const { center, openingAngle } = region.boundingCircle()
  return [{ center, radius: openingAngle.radians }]
}

/** @returns undefined where two sides lie on one great circle */
function polygonDiscs(vertices: readonly Vector3[]): readonly Disc[] | undefined {
  const n = vertices.length
  const discs: Disc[] = []
  for (let i = 0; i < n; i++) {
    const center = normalize(cross(vertices[i]!, vertices[(i + 1) % n]!))
    if (dot(center, vertices[(i + 2) % n]!) <= FLAT) return undefined
    discs.push({ center, radius: Math.PI / 2 })
  }
  return [...discs, enclosingDisc(vertices)]
}

/** The smallest disc around points of one hemisphere, point by point: one that lies outside is on the border of the next. */
function enclosingDisc(points: readonly Vector3[]): Disc {
  let [center, cosine] = discOn(points[0]!, points[1]!)
  const isOut = (point: Vector3) => dot(point, center) < cosine
  for (let q = 2; q < points.length; q++) {
    if (!isOut(points[q]!)) continue
    ;[center, cosine] = discOn(points[0]!, points[q]!)
    for (let p = 1; p < q; p++) {
      if (!isOut(points[p]!)) continue
      ;[center, cosine] = discOn(points[p]!, points[q]!)
      for (let i = 0; i < p; i++)
        if (isOut(points[i]!)) [center, cosine] = discThrough(points[i]!, points[p]!, points[q]!)
    }
  }
  return { center, radius: Math.acos(Math.min(1, cosine)) }
}

function discOn(a: Vector3, b: Vector3): [center: Vector3, cosine: number] {
  const center = normalize(plus(a, b))
  return [center, dot(a, center)]
}

function discThrough(a: Vector3, b: Vector3, c: Vector3): [center: Vector3, cosine: number] {
  const center = normalize(cross(minus(b, a), minus(c, a)))
  const cosine = dot(a, center)
  return cosine < 0 ? [scale(center, -1), -cosine] : [center, cosine]
}

/** Pixels that may overlap all discs: their centres are in, or so near outside that a pixel two levels deeper may be. */
function searchDiscs(level: number, discs: readonly Disc[]): readonly Block[] {
  const limits = Array.from({ length: level + BORDER + 1 }, (_, order) => {
    const margin = largestRadius(order)
    return discs.map(({ radius }) => [
      radius + margin > Math.PI ? -1 : Math.cos(radius + margin),
      Math.cos(radius),
      radius < margin ? 1 : Math.cos(radius - margin),
    ])
  })
  /** 0: outside of a disc, 1: its centre is, but it may overlap, 2: its centre is in all, 3: it is in all. */
  const zoneOf = (order: number, index: number): number => {
    const center = healpixCenter(order, index)
    let zone = 3
    for (const [i, disc] of discs.entries()) {
      const cosine = dot(center, disc.center)
      const at = limits[order]![i]!.findIndex((limit) => cosine < limit)
      if (at >= 0) zone = Math.min(zone, at)
      if (zone === 0) break
    }
    return zone
  }
  const touches = (order: number, index: number): boolean => {
    const zone = zoneOf(order, index)
    return zone !== 1 || order === level + BORDER
      ? zone > 0
      : childrenOf(index).some((child) => touches(order + 1, child))
  }
  const found: Block[] = []
  const visit = (order: number, index: number): void => {
    const zone = zoneOf(order, index)
    if (zone === 0) return
    if (
      order === level ? zone >= 2 || childrenOf(index).some((child) => touches(order + 1, child)) : zone === 3
    )
      found.push({ order, index })
    else if (order < level) for (const child of childrenOf(index)) visit(order + 1, child)
  }
  for (let face = 0; face < 12; face++) visit(0, face)
  return found
}

const childrenOf = (index: number): readonly number[] => [0, 1, 2, 3].map((k) => 4 * index + k)

/** Largest distance of a corner from its pixel's centre, radians: that of the pixels at the border of the polar caps. */
function largestRadius(order: number): number {
  const nside = 2 ** order
  const at = (z: number, phi: number): Vector3 => {
    const s = Math.sqrt((1 - z) * (1 + z))
    return [s * Math.cos(phi), s * Math.sin(phi), z]
  }
  return angleBetween(at(2 / 3, Math.PI / (4 * nside)), at(1 - (1 - 1 / nside) ** 2 / 3, 0))
}

/** Places in a square of nested pixels that lie at its border. */
function borderOf(side: number): readonly number[] {
  const last = side - 1
  const places = new Set<number>()
  for (let i = 0; i < side; i++)
    for (const [x, y] of [
      [i, 0],
      [i, last],
      [0, i],
      [last, i],
    ] as const)
      places.add(interleave(x, y))
  return [...places]
}

import { wrapRadians } from '../angle.ts'
import { geomError } from '../errors.ts'
import type { Vector3 } from '../vector3.ts'
import { ConvexPolygon } from './convex-polygon.ts'
import { collectRanges, type IndexRange } from './ranges.ts'
import type { Region } from './region.ts'

/** Deepest level (nside = 2^level) whose arithmetic is exact here. */
export const HEALPIX_MAX_LEVEL = 24

/** Row and column of the 12 base pixels in the butterfly layout. @see Górski et al. 2005, ApJ 622, 759 */
export const JRLL = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4]
export const JPLL = [1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7]

function checkLevel(level: number): void {
  if (!(Number.isInteger(level) && level >= 0 && level <= HEALPIX_MAX_LEVEL))
    throw geomError('bad-level', `HEALPix levels are 0 to ${HEALPIX_MAX_LEVEL}, not ${level}.`)
}

/** Nested index of the pixel that has a direction. */
export function healpixIndex(level: number, [x, y, z]: Vector3): number {
  checkLevel(level)
  const nside = 2 ** level
  const phi = wrapRadians(Math.atan2(y, x))
  // Quarter turns in [0, 4).
  const tt = Math.min((phi * 2) / Math.PI, 4 - 1e-15)
  const za = Math.abs(z)
  if (za <= 2 / 3) {
    const t1 = nside * (0.5 + tt)
    const t2 = nside * z * 0.75
    const jp = Math.floor(t1 - t2)
    const jm = Math.floor(t1 + t2)
    const [ifp, ifm] = [Math.floor(jp / nside), Math.floor(jm / nside)]
    const face = ifp === ifm ? (ifp % 4) + 4 : ifp < ifm ? ifp % 4 : (ifm % 4) + 8
    return face * nside * nside + interleave(jm % nside, nside - (jp % nside) - 1)
  }
  const quarter = Math.min(3, Math.floor(tt))
  const tp = tt - quarter
  // 1 − |z| from x and y keeps the digits near the poles.
  const tmp = nside * (za < 0.99 ? Math.sqrt(3 * (1 - za)) : Math.sqrt((3 * (x * x + y * y)) / (1 + za)))
  const jp = Math.min(nside - 1, Math.floor(tp * tmp))
  const jm = Math.min(nside - 1, Math.floor((1 - tp) * tmp))
  return z >= 0
    ? quarter * nside * nside + interleave(nside - jm - 1, nside - jp - 1)
    : (quarter + 8) * nside * nside + interleave(jp, jm)
}

/** Bits of x on even places, of y on odd ones. */
export function interleave(x: number, y: number): number {
  let [index, place, a, b] = [0, 1, x, y]
  while (a > 0 || b > 0) {
    index += place * ((a % 2) + 2 * (b % 2))
    place *= 4
    a = Math.floor(a / 2)
    b = Math.floor(b / 2)
  }
  return index
}

function deinterleave(index: number): readonly [number, number] {
  let [x, y, place, rest] = [0, 0, 1, index]
  while (rest > 0) {
    const bits = rest % 4
    x += place * (bits % 2)
    y += place * Math.floor(bits / 2)
    place *= 2
    rest = Math.floor(rest / 4)
  }
  return [x, y]
}

/** Direction of a point of a base pixel, fx and fy in [0, 1] from its south corner. */
function facePoint(face: number, fx: number, fy: number): Vector3 {
  const jr = JRLL[face]! - fx - fy
  let [nr, z] = [1, 0]
  if (jr < 1) {
    nr = jr
    z = 1 - (nr * nr) / 3
  } else if (jr > 3) {
    nr = 4 - jr
    z = (nr * nr) / 3 - 1
  } else z = ((2 - jr) * 2) / 3
  let t = JPLL[face]! * nr + fx - fy
  if (t < 0) t += 8
  if (t >= 8) t -= 8
  const phi = nr < 1e-15 ? 0 : (0.25 * Math.PI * t) / nr
  const s = Math.sqrt(Math.max(0, (1 - z) * (1 + z)))
  return [s * Math.cos(phi), s * Math.sin(phi), z]
}

/** Centre of a nested pixel. */
export function healpixCenter(level: number, index: number): Vector3 {
  const { face, x, y, nside } = locate(level, index)
  return facePoint(face, (x + 0.5) / nside, (y + 0.5) / nside)
}

/** Its border with `step` points a side, from the north corner counter-clockwise seen from outside. */
export function healpixBoundary(level: number, index: number, step = 1): readonly Vector3[] {
  const { face, x, y, nside } = locate(level, index)
  const at = (dx: number, dy: number): Vector3 => facePoint(face, (x + dx) / nside, (y + dy) / nside)
  const points: Vector3[] = []
  for (let i = 0; i < step; i++) points.push(at(1 - i / step, 1))
  for (let i = 0; i < step; i++) points.push(at(0, 1 - i / step))
  for (let i = 0; i < step; i++) points.push(at(i / step, 0))
  for (let i = 0; i < step; i++) points.push(at(1, i / step))
  return points
}

/** A nested pixel as the hull of four points a side, as sphgeom approximates it. */
export const healpixPixel = (level: number, index: number): ConvexPolygon =>
  ConvexPolygon.convexHull(healpixBoundary(level, index, 4))

/** Base pixel of a nested pixel, and its place there. */
export function locate(level: number, index: number): { face: number; x: number; y: number; nside: number } {
  checkLevel(level)
  const nside = 2 ** level
  const perFace = nside * nside
  if (!(Number.isInteger(index) && index >= 0 && index < 12 * perFace))
    throw geomError(
      'bad-level',
      `${index} is no HEALPix index of level ${level}: they go from 0 to ${12 * perFace - 1}.`,
    )
  const [x, y] = deinterleave(index % perFace)
  return { face: Math.floor(index / perFace), x, y, nside }
}

interface Pixel {
  readonly level: number
  readonly index: number
}

/** Ranges of nested pixels that may touch a region: no pixel that touches is left out, a few neighbours may be in. */
export function healpixRanges(level: number, region: Region): readonly IndexRange[] {
  checkLevel(level)
  return collectRanges<Pixel>({
    level,
    region,
    roots: Array.from({ length: 12 }, (_, index) => [index, { level: 0, index }] as const),
    children: ({ level: l, index }) => [0, 1, 2, 3].map((k) => ({ level: l + 1, index: index * 4 + k })),
    shape: ({ level: l, index }) => coveringHull(l, index),
  })
}

/** A polygon around a pixel: its border points pushed out by the bulge of its curved sides. */
function coveringHull(level: number, index: number): Region {
  const center = healpixCenter(level, index)
  // Sides between 8 points a side deviate from great circles by less than 1 % of the pixel at level 0, less below.
  const grow = 1 + 0.02 / 2 ** Math.min(level, 6)
  const points = healpixBoundary(level, index, 8).map(([x, y, z]): Vector3 => {
    const out: Vector3 = [
      center[0] + (x - center[0]) * grow,
      center[1] + (y - center[1]) * grow,
      center[2] + (z - center[2]) * grow,
    ]
    const n = Math.hypot(...out)
    return [out[0] / n, out[1] / n, out[2] / n]
  })
  return ConvexPolygon.convexHull(points)
}

import type { RegionList } from './region-list.ts'

/** Opening angle up to which two polygons surely lie within one hemisphere when their circles meet. */
const SMALL_RAD = 0.5
/** Added to radii: far more than rounding, far less than a pixel. */
const MARGIN_RAD = 1e-10

/** What overlap tests of many regions need, in typed arrays: vertices and edge normals of polygons, bounding circles of all. */
export interface Outlines {
  readonly length: number
  /** Vertices of region `i`: from `starts[i]` up to `starts[i + 1]`, three numbers each; none for other shapes. */
  readonly starts: Int32Array
  readonly vertices: Float64Array
  /** `from × to` of the edge that ends in each vertex. */
  readonly normals: Float64Array
  /** Unit vectors to the centres of bounding circles, three numbers each. */
  readonly centers: Float64Array
  /** Their opening angles, radians; negative where there is no region. */
  readonly radii: Float64Array
  has(i: number): boolean
  isSmallPolygon(i: number): boolean
}

const POLYGON = 'p'.charCodeAt(0)

const made = new WeakMap<RegionList, Outlines>()

/** Made once a list: detectors are set beside patches, and then beside pixels of the sky. */
export function outlinesOf(regions: RegionList): Outlines {
  const known = made.get(regions)
  if (known !== undefined) return known
  const outlines = makeOutlines(regions)
  made.set(regions, outlines)
  return outlines
}

function makeOutlines(regions: RegionList): Outlines {
  const { bytes, offsets, length } = regions
  const starts = new Int32Array(length + 1)
  for (let i = 0; i < length; i++) {
    const size = offsets[i + 1]! - offsets[i]!
    starts[i + 1] = starts[i]! + (isPolygon(bytes[offsets[i]!], size) ? (size - 1) / 24 : 0)
  }
  const vertices = new Float64Array(3 * starts[length]!)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const centers = new Float64Array(3 * length)
  const radii = new Float64Array(length).fill(-1)
  for (let i = 0; i < length; i++) {
    const [from, to] = [3 * starts[i]!, 3 * starts[i + 1]!]
    for (let v = from; v < to; v++) vertices[v] = view.getFloat64(offsets[i]! + 1 + 8 * (v - from), true)
    if (to > from) radii[i] = polygonCircle(vertices, from, to, centers, 3 * i)
    else if (offsets[i + 1]! > offsets[i]!) {
      const circle = regions.get(i)!.boundingCircle()
      centers.set(circle.center, 3 * i)
      radii[i] = circle.isEmpty ? -1 : Math.min(Math.PI, circle.openingAngle.radians + MARGIN_RAD)
    }
  }
  return {
    length,
    starts,
    vertices,
    normals: normalsOf(starts, vertices),
    centers,
    radii,
    has: (i) => radii[i]! >= 0,
    isSmallPolygon: (i) => starts[i + 1]! > starts[i]! && radii[i]! < SMALL_RAD,
  }
}

const isPolygon = (tag: number | undefined, size: number): boolean =>
  tag === POLYGON && size >= 73 && (size - 1) % 24 === 0

/** A circle about the mean of the vertices; gives its radius. */
function polygonCircle(
  vertices: Float64Array,
  from: number,
  to: number,
  centers: Float64Array,
  at: number,
): number {
  let [x, y, z] = [0, 0, 0]
  for (let v = from; v < to; v += 3) {
    x += vertices[v]!
    y += vertices[v + 1]!
    z += vertices[v + 2]!
  }
  // Math.hypot takes ten times as long, for sizes that do not occur here.
  const size = Math.sqrt(x * x + y * y + z * z)
  x /= size
  y /= size
  z /= size
  let chord = 0
  for (let v = from; v < to; v += 3) {
    const p = vertices[v]! - x
    const q = vertices[v + 1]! - y
    const r = vertices[v + 2]! - z
    chord = Math.max(chord, p * p + q * q + r * r)
  }
  centers[at] = x
  centers[at + 1] = y
  centers[at + 2] = z
  const radius = 2 * Math.asin(Math.min(1, Math.sqrt(chord) / 2)) + MARGIN_RAD
  // A circle of more than a quarter need not hold the arcs between its points.
  return radius < 1.5 ? radius : Math.PI
}

function normalsOf(starts: Int32Array, vertices: Float64Array): Float64Array {
  const normals = new Float64Array(vertices.length)
  for (let i = 0; i + 1 < starts.length; i++) {
    let from = 3 * (starts[i + 1]! - 1)
    for (let to = 3 * starts[i]!; to < 3 * starts[i + 1]!; to += 3) {
      normals[to] = vertices[from + 1]! * vertices[to + 2]! - vertices[from + 2]! * vertices[to + 1]!
      normals[to + 1] = vertices[from + 2]! * vertices[to]! - vertices[from]! * vertices[to + 2]!
      normals[to + 2] = vertices[from]! * vertices[to + 1]! - vertices[from + 1]! * vertices[to]!
      from = to
    }
  }
  return normals
}

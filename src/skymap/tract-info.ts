import { Angle, Box2I, ConvexPolygon, type Point2D, SpherePoint } from '#geom'
import { makeCdMatrix, makeTanWcs, shiftWcs, type SkyWcs } from '#wcs'
import type { SkyMapConfig } from './config.ts'
import { skyMapError } from './errors.ts'
import { cellsOf, type PatchGrid, patchGrid } from './patch-grid.ts'
import { type PatchInfo, skyPolygon } from './patch-info.ts'

/** The sky that a tract must cover, overlap not included. */
export type TractOutline =
  | { readonly radius: Angle }
  /** Corners, and the reference point of the WCS where that is not the centre. */
  | { readonly vertices: readonly SpherePoint[]; readonly reference?: SpherePoint }

/** A piece of the sky with one WCS, cut into patches. Pixels start at (0, 0). @see lsst.skymap.ExplicitTractInfo */
export class TractInfo {
  readonly id: number
  readonly center: SpherePoint
  readonly bbox: Box2I
  readonly wcs: SkyWcs
  /** Columns and rows of patches. */
  readonly numPatches: readonly [nx: number, ny: number]
  readonly #grid: PatchGrid

  constructor(id: number, center: SpherePoint, outline: TractOutline, config: SkyMapConfig) {
    this.id = id
    this.center = center
    this.#grid = patchGrid(config)
    const scale = Angle.fromArcseconds(config.pixelScale)
    const cd = makeCdMatrix(scale, Angle.fromDegrees(config.rotation))
    const crval = ('vertices' in outline && outline.reference) || center
    const wcs = makeTanWcs({ crpix: { x: 0, y: 0 }, crval, cd, projection: config.projection })
    const overlap = Angle.fromDegrees(config.tractOverlap)
    const points =
      'radius' in outline ? ends(center, outline.radius.plus(overlap)) : edge(outline.vertices, overlap)
    const box = expand(points.map((p) => wcs.skyToPixel(p)))
    const [nx, ny] = this.#grid.inner
    const { corner, counts } = layOut(box, this.#grid.inner)
    this.numPatches = counts
    this.bbox = new Box2I(0, 0, counts[0] * nx, counts[1] * ny)
    this.wcs = shiftWcs(wcs, -corner.x, -corner.y)
  }

  get patchCount(): number {
    return this.numPatches[0] * this.numPatches[1]
  }

  /** A patch by column and row, or by its number. @throws FirstlightError 'skymap/no-patch' */
  patch(which: number | readonly [x: number, y: number]): PatchInfo {
    const [nx, ny] = this.numPatches
    const [x, y] = typeof which === 'number' ? [which % nx, Math.floor(which / nx)] : which
    if (!(Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < nx && y < ny))
      throw skyMapError(
        'no-patch',
        `Tract ${this.id} has ${nx} × ${ny} patches; there is no patch ${String(which)}.`,
      )
    const { inner, border, cells } = this.#grid
    const [width, height] = inner
    const innerBBox = new Box2I(x * width, y * height, width, height)
    const grown = innerBBox.grow(border)
    return {
      index: [x, y],
      sequentialIndex: nx * y + x,
      innerBBox,
      outerBBox: cells === undefined ? grown.intersect(this.bbox) : grown,
      wcs: this.wcs,
      get cells() {
        return cells === undefined ? [] : cellsOf(innerBBox, cells)
      },
    }
  }

  *patches(): IterableIterator<PatchInfo> {
    for (let i = 0; i < this.patchCount; i++) yield this.patch(i)
  }

  /** The patch whose inner box has a direction. @throws FirstlightError 'skymap/no-patch' */
  findPatch(coord: SpherePoint): PatchInfo {
    const at = this.#pixel(coord)
    if (at === undefined || !this.bbox.contains(at))
      throw skyMapError('no-patch', `The direction ${coord.toString()} is not in tract ${this.id}.`)
    const [width, height] = this.#grid.inner
    return this.patch([
      Math.floor(Math.floor(at.x + 0.5) / width),
      Math.floor(Math.floor(at.y + 0.5) / height),
    ])
  }

  /** Patches that an image with these corners may touch: those that meet the box around them, grown by the border. */
  findPatchList(coords: readonly SpherePoint[]): readonly PatchInfo[] {
    const points = coords.map((c) => this.#pixel(c)).filter((p) => p !== undefined)
    const box = expand(points).grow(this.#grid.border).intersect(this.bbox)
    if (points.length === 0 || box.isEmpty) return []
    const [width, height] = this.#grid.inner
    const found: PatchInfo[] = []
    for (let y = Math.floor(box.y0 / height); y <= Math.floor(box.y1 / height); y++)
      for (let x = Math.floor(box.x0 / width); x <= Math.floor(box.x1 / width); x++)
        found.push(this.patch([x, y]))
    return found
  }

  /** True when a direction falls on a pixel of the tract. */
  contains(coord: SpherePoint): boolean {
    const at = this.#pixel(coord)
    return at !== undefined && this.bbox.contains(at)
  }

  /** The sky of all its pixels. */
  get region(): ConvexPolygon {
    return skyPolygon(this.bbox, this.wcs)
  }

  #pixel({ ra, dec }: SpherePoint): Point2D | undefined {
    const { x, y } = this.wcs.skyToPixelArrays([ra.radians], [dec.radians])
    return Number.isNaN(x[0]!) ? undefined : { x: x[0]!, y: y[0]! }
  }
}

/** The four points at `reach` from the centre. */
const ends = (center: SpherePoint, reach: Angle): readonly SpherePoint[] =>
  [0, 90, 180, 270].map((bearing) => center.offset(Angle.fromDegrees(bearing), reach))

/** Every corner, or 24 points at half the overlap around it. */
function edge(vertices: readonly SpherePoint[], overlap: Angle): readonly SpherePoint[] {
  if (overlap.radians === 0) return vertices
  const half = new Angle(overlap.radians / 2)
  return vertices.flatMap((vertex) =>
    Array.from({ length: 24 }, (_, i) => vertex.offset(Angle.fromDegrees(15 * i), half)),
  )
}

/** Whole pixels around points, as the stack expands a Box2D. */
function expand(points: readonly Point2D[]): Box2I {
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)]
  const low = (v: readonly number[]): number => Math.floor(Math.min(...v) + 0.5)
  const high = (v: readonly number[]): number => Math.ceil(Math.max(...v) - 0.5)
  if (points.length === 0) return Box2I.empty
  return Box2I.fromCorners(low(xs), low(ys), Math.max(low(xs), high(xs)), Math.max(low(ys), high(ys)))
}

/** Enlarge to whole patches, the low side by half of what is missing, rounded down. */
function layOut(box: Box2I, [width, height]: readonly [number, number]) {
  const axis = (start: number, size: number, inner: number) => {
    const count = Math.max(1, Math.ceil(size / inner))
    return { count, start: start - Math.floor((inner * count - size) / 2) }
  }
  const [x, y] = [axis(box.x0, box.width, width), axis(box.y0, box.height, height)]
  return { corner: { x: x.start, y: y.start }, counts: [x.count, y.count] as const }
}

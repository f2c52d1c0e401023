import { type Box2I, ConvexPolygon } from '#geom'
import type { SkyWcs } from '#wcs'
import type { CellInfo } from './patch-grid.ts'

/** One patch of a tract; its pixels are the tract's. */
export interface PatchInfo {
  /** Column and row among the patches. */
  readonly index: readonly [x: number, y: number]
  /** nx·y + x: the number in data IDs. */
  readonly sequentialIndex: number
  /** Inner boxes tile the tract. */
  readonly innerBBox: Box2I
  /** With the border, clipped to the tract unless it has cells. */
  readonly outerBBox: Box2I
  readonly wcs: SkyWcs
  /** Row by row; none of a patch that is not made of cells. */
  readonly cells: readonly CellInfo[]
}

/** The sky that the pixels of a box cover. */
export function skyPolygon(bbox: Box2I, wcs: SkyWcs): ConvexPolygon {
  return ConvexPolygon.convexHull(bbox.toBox2D().corners.map(({ x, y }) => wcs.pixelToSky(x, y)))
}

export const patchRegion = ({ outerBBox, wcs }: PatchInfo): ConvexPolygon => skyPolygon(outerBBox, wcs)

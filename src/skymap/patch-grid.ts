import { Box2I } from '#geom'
import type { SkyMapConfig } from './config.ts'

/** How a tract is cut: pixels of patches without border, their border, and cells where it has any. */
export interface PatchGrid {
  readonly inner: readonly [x: number, y: number]
  readonly border: number
  /** Patches with cells all have the same size, also where they reach out of the tract. */
  readonly cells?: CellGrid
}

interface CellGrid {
  readonly inner: readonly [x: number, y: number]
  readonly border: number
  /** Cells along a side of a patch. */
  readonly count: number
  /** How many of those come before its inner box. */
  readonly before: number
}

/** One cell of a patch; its pixels are the tract's. @see lsst.skymap.CellInfo */
export interface CellInfo {
  readonly index: readonly [x: number, y: number]
  /** nx·y + x. */
  readonly sequentialIndex: number
  readonly innerBBox: Box2I
  readonly outerBBox: Box2I
}

/** @see lsst.skymap.LegacyTractBuilder, lsst.skymap.CellTractBuilder */
export function patchGrid(config: SkyMapConfig): PatchGrid {
  if (config.tractBuilder === 'legacy')
    return { inner: config.patchInnerDimensions, border: config.patchBorder }
  const { cellInnerDimensions, cellBorder, numCellsPerPatchInner, numCellsInPatchBorder } = config.cells
  const [x, y] = cellInnerDimensions
  return {
    inner: [x * numCellsPerPatchInner, y * numCellsPerPatchInner],
    border: numCellsInPatchBorder * x + cellBorder,
    cells: {
      inner: cellInnerDimensions,
      border: cellBorder,
      count: numCellsPerPatchInner + 2 * numCellsInPatchBorder,
      before: numCellsInPatchBorder,
    },
  }
}

/** The cells of a patch with this inner box, row by row. */
export function cellsOf({ x0, y0 }: Box2I, { inner, border, count, before }: CellGrid): readonly CellInfo[] {
  const [width, height] = inner
  return Array.from({ length: count * count }, (_, sequentialIndex) => {
    const [x, y] = [sequentialIndex % count, Math.floor(sequentialIndex / count)]
    const innerBBox = new Box2I(x0 + (x - before) * width, y0 + (y - before) * height, width, height)
    return { index: [x, y], sequentialIndex, innerBBox, outerBBox: innerBBox.grow(border) }
  })
}

/** The config as the stack packs it for the hash: `<iiidd3sd`, or `<iiiiidd3sd` of cells. */
export function packConfig(config: SkyMapConfig): Uint8Array {
  const { cells, patchInnerDimensions, patchBorder, tractOverlap, pixelScale, projection, rotation } = config
  const whole =
    config.tractBuilder === 'legacy'
      ? [...patchInnerDimensions, patchBorder]
      : [
          ...cells.cellInnerDimensions,
          cells.cellBorder,
          cells.numCellsPerPatchInner,
          cells.numCellsInPatchBorder,
        ]
  const at = 4 * whole.length
  const packed = new Uint8Array(at + 27)
  const view = new DataView(packed.buffer)
  whole.forEach((v, i) => {
    view.setInt32(4 * i, v, true)
  })
  view.setFloat64(at, tractOverlap, true)
  view.setFloat64(at + 8, pixelScale, true)
  packed.set(new TextEncoder().encode(projection).subarray(0, 3), at + 16)
  view.setFloat64(at + 19, rotation, true)
  return packed
}

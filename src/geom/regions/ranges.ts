import type { Region } from './region.ts'

/** Indices from `begin` up to, not including, `end`. */
export type IndexRange = readonly [begin: number, end: number]

export interface RangeSearch<Pixel> {
  readonly level: number
  readonly region: Region
  /** Pixels of level `start` (by default 0) with their indices; none but these may touch the region. */
  readonly roots: Iterable<readonly [number, Pixel]>
  readonly start?: number
  /** The four children, in index order. */
  children(pixel: Pixel): readonly Pixel[]
  /** A region that covers the pixel. */
  shape(pixel: Pixel): Region
  /** Only pixels that are inside; by default all that touch. */
  readonly interior?: boolean
}

/** Sorted, joined ranges of the pixels of a quad-tree that touch a region, found by descending where it is not clear. */
export function collectRanges<Pixel>(search: RangeSearch<Pixel>): readonly IndexRange[] {
  const found: [number, number][] = []
  const visit = (pixel: Pixel, index: number, level: number): void => {
    const { disjoint, within } = search.shape(pixel).relate(search.region)
    if (disjoint) return
    const depth = search.level - level
    if (within || depth === 0) {
      if (within || search.interior !== true) append(found, index * 4 ** depth, (index + 1) * 4 ** depth)
      return
    }
    search.children(pixel).forEach((child, i) => {
      visit(child, index * 4 + i, level + 1)
    })
  }
  for (const [index, pixel] of search.roots) visit(pixel, index, search.start ?? 0)
  return found
}

function append(ranges: [number, number][], begin: number, end: number): void {
  const last = ranges[ranges.length - 1]
  if (last !== undefined && last[1] === begin) last[1] = end
  else ranges.push([begin, end])
}

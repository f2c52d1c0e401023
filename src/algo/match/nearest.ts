/** Points in cells of a fixed size, so that neighbours are found by looking at nine cells. */
export class PointGrid {
  readonly #x: ArrayLike<number>
  readonly #y: ArrayLike<number>
  readonly #cell: number
  readonly #cells = new Map<string, number[]>()

  /** @param radius the largest that will be asked for, in the unit of the points; points with NaN are never found */
  constructor(x: ArrayLike<number>, y: ArrayLike<number>, radius: number) {
    this.#x = x
    this.#y = y
    this.#cell = Math.max(radius, Number.MIN_VALUE)
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(x[i]! + y[i]!)) continue
      const key = this.#key(Math.floor(x[i]! / this.#cell), Math.floor(y[i]! / this.#cell))
      const cell = this.#cells.get(key)
      if (cell === undefined) this.#cells.set(key, [i])
      else cell.push(i)
    }
  }

  /** Index of the nearest point within the radius (edge included); −1 when there is none. */
  nearest(x: number, y: number, radius: number = this.#cell): number {
    let [best, bestSquare] = [-1, radius * radius]
    for (const i of this.#around(x, y)) {
      const square = (this.#x[i]! - x) ** 2 + (this.#y[i]! - y) ** 2
      if (square > bestSquare || (square === bestSquare && best >= 0)) continue
      best = i
      bestSquare = square
    }
    return best
  }

  /** All points within the radius, by index. */
  within(x: number, y: number, radius: number = this.#cell): number[] {
    return [...this.#around(x, y)]
      .filter((i) => (this.#x[i]! - x) ** 2 + (this.#y[i]! - y) ** 2 <= radius * radius)
      .sort((a, b) => a - b)
  }

  *#around(x: number, y: number): Iterable<number> {
    if (!Number.isFinite(x + y)) return
    const [cx, cy] = [Math.floor(x / this.#cell), Math.floor(y / this.#cell)]
    for (let j = cy - 1; j <= cy + 1; j++)
      for (let i = cx - 1; i <= cx + 1; i++) yield* this.#cells.get(this.#key(i, j)) ?? []
  }

  #key(i: number, j: number): string {
    return `${i},${j}`
  }
}

/** A source, a reference and how far apart they are, in the unit of the positions. */
export interface MatchedPair {
  readonly source: number
  readonly reference: number
  readonly distance: number
}

/** Positions in one plane, as pixels are. */
export interface Positions {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/**
 * Pairs that are each other's nearest within a radius, by source: no source and no reference is in two of them.
 * @see lsst::afw::table::matchRaDec with closest, which lets a reference be taken twice
 */
export function matchNearest(sources: Positions, references: Positions, radius: number): MatchedPair[] {
  const referenceGrid = new PointGrid(references.x, references.y, radius)
  const sourceGrid = new PointGrid(sources.x, sources.y, radius)
  const pairs: MatchedPair[] = []
  for (let source = 0; source < sources.x.length; source++) {
    const [x, y] = [sources.x[source]!, sources.y[source]!]
    const reference = referenceGrid.nearest(x, y)
    if (reference < 0) continue
    const [rx, ry] = [references.x[reference]!, references.y[reference]!]
    if (sourceGrid.nearest(rx, ry) !== source) continue
    pairs.push({ source, reference, distance: Math.hypot(rx - x, ry - y) })
  }
  return pairs
}

import type { Outlines } from './outlines.ts'

/** Cells along each axis of the cube around the sphere, at most. */
const MOST_CELLS = 1000

/** Bounding circles of many regions, sorted into the cells of a cube by their centres, so that those near a circle are found fast. */
export class CircleGrid {
  readonly #of: Outlines
  readonly #widest: number
  readonly #cells: number
  /** Members of each cell. */
  readonly #members = new Map<number, number[]>()
  /** By cell: what may meet a circle whose centre is in it, for circles up to `#reach`. */
  readonly #around = new Map<number, Int32Array>()
  #reach = -1
  /** Answer of the last `near`. */
  readonly found: Int32Array

  constructor(outlines: Outlines) {
    this.#of = outlines
    let widest = 0
    for (const radius of outlines.radii) widest = Math.max(widest, radius)
    this.#widest = widest
    this.#cells = Math.max(1, Math.min(MOST_CELLS, Math.floor(1 / Math.max(1e-9, widest))))
    this.found = new Int32Array(outlines.length)
    for (let i = 0; i < outlines.length; i++) {
      if (!outlines.has(i)) continue
      const key = this.#keyAt(outlines.centers, 3 * i)
      const members = this.#members.get(key)
      if (members === undefined) this.#members.set(key, [i])
      else members.push(i)
    }
  }

  /** How many circles meet circle `i` of a list; their numbers, in order, are then in `found`. */
  near(list: Outlines, i: number): number {
    const radius = list.radii[i]!
    if (radius > this.#reach) this.#widen(radius)
    const key = this.#keyAt(list.centers, 3 * i)
    let around = this.#around.get(key)
    if (around === undefined) this.#around.set(key, (around = this.#lookAround(list.centers, 3 * i)))
    const x = list.centers[3 * i]!
    const y = list.centers[3 * i + 1]!
    const z = list.centers[3 * i + 2]!
    const { centers, radii } = this.#of
    let count = 0
    for (let k = 0; k < around.length; k++) {
      const j = around[k]!
      const dx = centers[3 * j]! - x
      const dy = centers[3 * j + 1]! - y
      const dz = centers[3 * j + 2]! - z
      // The chord is never longer than the angle.
      const both = radius + radii[j]!
      if (dx * dx + dy * dy + dz * dz <= both * both + 1e-12) this.found[count++] = j
    }
    return count
  }

  /** Lists made for smaller circles are of no use for larger ones. */
  #widen(radius: number): void {
    this.#around.clear()
    this.#reach = 1.2 * radius
  }

  /** Members of all cells that hold a centre near enough to some point of this one. */
  #lookAround(at: Float64Array, i: number): Int32Array {
    const reach = this.#reach + this.#widest + 1e-12
    const width = 2 / this.#cells
    const range = (coordinate: number): readonly [number, number] => {
      const low = -1 + this.#cell(coordinate) * width
      return [this.#cell(low - reach), this.#cell(low + width + reach)]
    }
    const [x0, x1] = range(at[i]!)
    const [y0, y1] = range(at[i + 1]!)
    const [z0, z1] = range(at[i + 2]!)
    const found: number[] = []
    for (let p = x0; p <= x1; p++)
      for (let q = y0; q <= y1; q++)
        for (let r = z0; r <= z1; r++)
          for (const member of this.#members.get(this.#key(p, q, r)) ?? []) found.push(member)
    return Int32Array.from(found).sort()
  }

  #keyAt(centers: Float64Array, at: number): number {
    return this.#key(this.#cell(centers[at]!), this.#cell(centers[at + 1]!), this.#cell(centers[at + 2]!))
  }

  #key(p: number, q: number, r: number): number {
    return (p * this.#cells + q) * this.#cells + r
  }

  #cell(coordinate: number): number {
    return Math.max(0, Math.min(this.#cells - 1, Math.floor(((coordinate + 1) / 2) * this.#cells)))
  }
}

import type { Outlines } from './outlines.ts'

/** Cells along each axis of the cube around the sphere, at most. */
const MOST_CELLS = 1000

/** Bounding circles of many regions, sorted into the cells of a cube by their centres, so that those near a circle are found fast. */
export class CircleGrid {
  readonly #of: Outlines
  readonly #widest: number
  readonly #cells: number
  /** Members of cell `key`: `#members` from its place up to that of the next. */
  readonly #cellOf = new Map<number, readonly [from: number, to: number]>()
  readonly #members: Int32Array

  constructor(outlines: Outlines) {
    this.#of = outlines
    const present: number[] = []
    let widest = 0
    for (let i = 0; i < outlines.length; i++)
      if (outlines.has(i)) {
        present.push(i)
        widest = Math.max(widest, outlines.radii[i]!)
      }
    this.#widest = widest
    this.#cells = Math.max(1, Math.min(MOST_CELLS, Math.floor(2 / Math.max(1e-9, 2 * widest))))
    const keys = Float64Array.from(present, (i) => this.#keyAt(outlines.centers, 3 * i))
    const order = Int32Array.from(present.keys()).sort((p, q) => keys[p]! - keys[q]! || p - q)
    this.#members = Int32Array.from(order, (p) => present[p]!)
    let from = 0
    for (let at = 1; at <= order.length; at++) {
      if (at < order.length && keys[order[at]!] === keys[order[from]!]) continue
      this.#cellOf.set(keys[order[from]!]!, [from, at])
      from = at
    }
  }

  /** Numbers of the regions whose circles meet circle `i` of a list, in order. */
  near(list: Outlines, i: number): readonly number[] {
    const { centers } = list
    const [x, y, z] = [centers[3 * i]!, centers[3 * i + 1]!, centers[3 * i + 2]!]
    const radius = list.radii[i]!
    const reach = 2 * Math.sin(Math.min(Math.PI, radius + this.#widest) / 2) + 1e-12
    const found: number[] = []
    const [x0, x1] = [this.#cell(x - reach), this.#cell(x + reach)]
    const [y0, y1] = [this.#cell(y - reach), this.#cell(y + reach)]
    const [z0, z1] = [this.#cell(z - reach), this.#cell(z + reach)]
    for (let p = x0; p <= x1; p++)
      for (let q = y0; q <= y1; q++)
        for (let r = z0; r <= z1; r++)
          this.#collect((p * this.#cells + q) * this.#cells + r, x, y, z, radius, found)
    return found.length < 2 ? found : found.sort((a, b) => a - b)
  }

  #collect(key: number, x: number, y: number, z: number, radius: number, found: number[]): void {
    const cell = this.#cellOf.get(key)
    if (cell === undefined) return
    const { centers, radii } = this.#of
    for (let at = cell[0]; at < cell[1]; at++) {
      const j = this.#members[at]!
      const [dx, dy, dz] = [centers[3 * j]! - x, centers[3 * j + 1]! - y, centers[3 * j + 2]! - z]
      // Twice the sine of half the angle is the chord; the angle itself is never less.
      const both = radius + radii[j]!
      const chord = both >= Math.PI ? 2 : 2 * Math.sin(both / 2)
      if (dx * dx + dy * dy + dz * dz <= chord * chord + 1e-12) found.push(j)
    }
  }

  #keyAt(centers: Float64Array, at: number): number {
    const [p, q, r] = [this.#cell(centers[at]!), this.#cell(centers[at + 1]!), this.#cell(centers[at + 2]!)]
    return (p * this.#cells + q) * this.#cells + r
  }

  #cell(coordinate: number): number {
    return Math.max(0, Math.min(this.#cells - 1, Math.floor(((coordinate + 1) / 2) * this.#cells)))
  }
}
